"""Regions (行政区划): the GB/T 2260 tree, and the region that an address or a 信用代码 names.

Three levels. What stands directly under a 直辖市 or is 省直辖 hangs on the province: the tree has no
"市辖区" nodes. Sources and date of the table: ``reference/SOURCES.md``.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from guanzhang.kernel.codes import usc_region

Level = Literal["province", "city", "district"]

_DEPTH: Mapping[Level, int] = {"province": 2, "city": 4, "district": 6}
_REFERENCE = Path(__file__).with_name("reference")


@dataclass(frozen=True, slots=True)
class Region:
    """A province, city or district. ``parent`` is a code, "" for a province."""

    code: str
    name: str
    level: Level
    parent: str

    @property
    def prefix(self) -> str:
        """The digits that its own code and the codes below it begin with."""
        return self.code[: _DEPTH[self.level]]


def region(code: str) -> Region | None:
    """The region with this 6-digit code; None if it is not in the table."""
    return _regions().get(code)


def children(code: str) -> tuple[Region, ...]:
    """The regions directly below ``code``, by code; the provinces for ""."""
    return _children().get(code, ())


def lineage(code: str) -> tuple[Region, ...]:
    """The region and all above it, from the province down; () for an unknown code."""
    place = region(code)
    return (*lineage(place.parent), place) if place else ()


def region_path(code: str) -> str:
    """``330206`` → ``浙江省 宁波市 北仑区``; "" for an unknown code."""
    return " ".join(place.name for place in lineage(code))


def region_at(code: str, level: Level) -> Region | None:
    """The region of at most ``level`` that ``code`` lies in: 北京朝阳区 at "city" is 北京市."""
    above = [r for r in lineage(code) if _DEPTH[r.level] <= _DEPTH[level]]
    return above[-1] if above else None


def descends(code: str, ancestor: str) -> bool:
    """Whether ``code`` is ``ancestor`` or lies in it; False for unknown codes."""
    inner, outer = region(code), region(ancestor)
    return inner is not None and outer is not None and _within(inner, outer)


def region_of_usc(usc_code: str) -> Region | None:
    """The registrar's region, from digits 3–8 of a 统一社会信用代码.

    A district that was abolished since, or a bureau of no district (330201), gives the city or
    the province; a city or district that was moved gives the present one.
    """
    code = usc_region(usc_code)
    if not code:
        return None
    for candidate in (code, f"{code[:4]}00", f"{code[:2]}0000"):
        present = _former().get(candidate, candidate)
        if place := region(present):
            return place
    return None


def find_region(text: str) -> Region | None:
    """The deepest region that an address names for sure: 宁波市北仑区…, 浙江宁波, 上海浦东; or a code.

    Names are read from left to right, each one inside the one before; endings (省 市 区) may be
    missing. A name that several regions share (朝阳区) needs one that decides, before or after it.
    Street names (南京东路) are not regions. None if nothing is sure.
    """
    address = _clean(text)
    if len(address) == 6 and address.isdigit():
        return region(address)
    place: Region | None = None
    waiting: tuple[Region, ...] = ()  # the regions of one name, still undecided
    position = 0
    while position < len(address) and not (place and place.level == "district"):
        end, fitting = _read_name(address, position, place)
        if not fitting:
            position += 1
            continue
        fitting = _decided(waiting, fitting) or fitting
        if len(fitting) == 1:
            place, waiting = fitting[0], ()
        else:
            waiting = fitting
        position = end
    return place


def leading_region(text: str) -> int:
    """How many characters at the start of ``text`` are one region's name; 0 if none are.

    Of districts only full names and those of county-level cities count (义乌, but not 长安).
    """
    index = _index()
    for size in index.sizes.get(text[:1], ()):
        if text[:size] in index.leading and len(text) >= size:
            return size
    return 0


# ── Reading an address ──────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Index:
    """Names by spelling, full and short. ``alone`` are those that need no context."""

    all: Mapping[str, tuple[Region, ...]]
    alone: Mapping[str, tuple[Region, ...]]
    leading: frozenset[str]
    sizes: Mapping[str, tuple[int, ...]]  # first character → lengths of names, longest first


_DROPPED = dict.fromkeys(map(ord, " \t\r\n\u3000,，、.。-—–_/\\|>;；"))
_LABEL = re.compile(r"^(?:.{0,8}地址[:：]?)?(?:中华人民共和国|中国)?")
_STREET = re.compile(r"[东西南北中一二三四五新老大]?(?:路|街|道|弄|巷)|大厦|广场|公园|花园")
_LONGEST_ADDRESS = 60


def _clean(text: str) -> str:
    shown = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return _LABEL.sub("", shown.translate(_DROPPED))[:_LONGEST_ADDRESS]


def _read_name(
    address: str, position: int, place: Region | None
) -> tuple[int, tuple[Region, ...]]:
    """Where the longest fitting name at ``position`` ends, and the regions it may mean."""
    index = _index()
    names = index.all if place or not position else index.alone
    for size in index.sizes.get(address[position], ()):
        end = position + size
        name = address[position:end]
        found = names.get(name)
        if found is None or len(name) < size:
            continue
        fitting = tuple(r for r in found if _within(r, place)) if place else _highest(found)
        fitting = tuple(r for r in fitting if r is not place)
        if fitting and (name[-1] in "省市区县旗盟" or not _STREET.match(address, end)):
            # 济南市中区 is 济南市 + 市中区.
            shared = name[-1] == "市" and address.startswith("中区", end)
            return end - shared, fitting
    return position, ()


def _decided(waiting: tuple[Region, ...], fitting: tuple[Region, ...]) -> tuple[Region, ...]:
    """Those of the undecided regions that lie in one of the places named later."""
    return tuple(w for w in waiting if any(_within(w, r) for r in fitting))


def _highest(found: tuple[Region, ...]) -> tuple[Region, ...]:
    """吉林 alone is the province, not the city in it."""
    depth = min(_DEPTH[r.level] for r in found)
    return tuple(r for r in found if _DEPTH[r.level] == depth)


def _within(inner: Region, outer: Region) -> bool:
    return inner.code.startswith(outer.prefix)


# ── The tables ──────────────────────────────────────────────────────────────────────────────────

_PEOPLES = [
    "蒙古",
    "回",
    "藏",
    "维吾尔",
    "苗",
    "彝",
    "壮",
    "布依",
    "朝鲜",
    "满",
    "侗",
    "瑶",
    "白",
    "土家",
    "哈尼",
    "哈萨克",
    "傣",
    "黎",
    "傈僳",
    "佤",
    "畲",
    "拉祜",
    "水",
    "东乡",
    "纳西",
    "景颇",
    "柯尔克孜",
    "土",
    "达斡尔",
    "仫佬",
    "羌",
    "布朗",
    "撒拉",
    "毛南",
    "仡佬",
    "锡伯",
    "塔吉克",
    "怒",
    "鄂温克",
    "保安",
    "裕固",
    "独龙",
    "鄂伦春",
    "普米",
    "各",
]
_PEOPLE = "|".join(sorted(_PEOPLES, key=len, reverse=True))
# 族 may be left out only where the name is otherwise clear: 伊犁哈萨克自治州, 龙胜各族自治县.
_AUTONOMOUS = re.compile(
    rf"(.{{2,}}?)(?:(?:{_PEOPLE})族|蒙古|哈萨克|柯尔克孜|塔吉克|锡伯|维吾尔)*自治(区|州|县|旗)"
)
_ENDINGS = re.compile(r"(.{2,}?)(?:特别行政区|地区|新区|林区|矿区|省|市|盟|区|县|旗)")
_ZONES = (
    ("高新技术产业开发区", "高新区"),
    ("高新技术产业园区", "高新区"),
    ("经济技术开发区", "经开区"),
    ("经济技术开发区", "经济开发区"),
    ("经济开发区", "经开区"),
)


def _spellings(place: Region, city: Region | None) -> Iterator[str]:
    """The ways a region's name is written short, without the full name itself."""
    if match := _AUTONOMOUS.fullmatch(place.name):
        short, kind = match.groups()
        yield short
        yield f"{short}{kind}"
    elif match := _ENDINGS.fullmatch(place.name):
        yield match[1]
    if city and place.code[4] == "7":  # a development zone is named after its city
        own = re.sub(rf"^(?:..省)?{city.name.removesuffix('市')}市?", "", place.name)
        for long, short in _ZONES:
            if own.endswith(long):
                yield f"{own.removesuffix(long)}{short}"
        if len(own) > 2:
            yield own


@cache
def _regions() -> Mapping[str, Region]:
    with (_REFERENCE / "regions.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Region(row["code"], row["name"], _level(row["level"]), row["parent"])
            for row in csv.DictReader(file)
        }


def _level(text: str) -> Level:
    return next(level for level in _DEPTH if level == text)


@cache
def _children() -> Mapping[str, tuple[Region, ...]]:
    below: dict[str, list[Region]] = {}
    for place in _regions().values():
        below.setdefault(place.parent, []).append(place)
    return {code: tuple(places) for code, places in below.items()}


@cache
def _former() -> Mapping[str, str]:
    with (_REFERENCE / "former_regions.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["now"] for row in csv.DictReader(file)}


@cache
def _index() -> _Index:
    every: dict[str, list[Region]] = {}
    alone: dict[str, list[Region]] = {}
    leading: set[str] = set()
    for place in _regions().values():
        is_district = place.level == "district"
        shorts = set(_spellings(place, region(place.parent))) - {place.name}
        for name in (place.name, *shorts):
            every.setdefault(name, []).append(place)
            is_full = name == place.name and len(name) > 2
            if is_full or not is_district:
                alone.setdefault(name, []).append(place)
            if is_full or not is_district or place.name == f"{name}市":
                leading.add(name)
    sizes: dict[str, set[int]] = {}
    for name in every:
        sizes.setdefault(name[0], set()).add(len(name))
    return _Index(
        all={name: tuple(places) for name, places in every.items()},
        alone={name: tuple(places) for name, places in alone.items()},
        leading=frozenset(leading),
        sizes={first: tuple(sorted(s, reverse=True)) for first, s in sizes.items()},
    )
