"""Company names: written one way, and the core that tells companies apart.

The core is one clue for finding duplicates, never an identity: 青岛啤酒 and 重庆啤酒 share theirs.
"""

from __future__ import annotations

import re
import unicodedata

from guanzhang.parties.domain.regions import find_region, leading_region

_OPENING, _CLOSING = re.compile(r"[(\[{〔【〖《<「]"), re.compile(r"[)\]}〕】〗》>」]")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_BLANK_AT_HAN = re.compile(rf"(?<={_HAN.pattern})\s+|\s+(?={_HAN.pattern})|\s*([()])\s*")
_BRACKETED = re.compile(r"[（(]([^（）()]*)[）)]")
# What a company is by law, longest first, at the end of its name.
_LEGAL_FORMS = re.compile(
    r"(?:股份有限公司|有限责任公司|有限公司|合伙企业|个人独资企业|个体工商户|农民专业合作社|代表处|办事处"
    r"|总公司|公司|集团股份|集团|股份|有限合伙|普通合伙|特殊普通合伙)$"
)
_BRANCH = re.compile(r"(?<=公司).{1,12}?分公司$")
_ENGLISH_FORMS = re.compile(
    r"[\s,.]+(?:co|company|ltd|limited|inc|incorporated|corp|corporation|llc|llp|plc|gmbh|ag|sa|srl"
    r"|bv|nv|pte|pty|kk|sdn|bhd|group|holdings?)\b\.?"
)
# What thousands of companies share: a core of nothing else tells nobody apart.
_TRADE_WORDS = re.compile(
    r"国际|中国|贸易|进出口|货运|代理|报关|物流|供应链|仓储|管理|服务|实业|商贸|商务|科技|技术|发展|投资|控股"
    r"|工贸|经贸|外贸|企业|咨询|电子|信息|工业|制造|产业|开发|建设|运输|船务|海运|空运|食品|机械|化工|纺织|服装"
)


def normalise_name(text: str) -> str:
    """The name as a register writes it: half-width, single blanks, none beside Chinese characters.

    All kinds of brackets become （） in a Chinese name and () elsewhere. Case is kept.
    """
    name = unicodedata.normalize("NFKC", text).strip()
    name = _CLOSING.sub(")", _OPENING.sub("(", name))
    if _HAN.search(name):
        name = _BLANK_AT_HAN.sub(r"\1", name).replace("(", "（").replace(")", "）")
    return re.sub(r"\s+", " ", name)


def core_name(text: str) -> str:
    """The name without legal forms, regions and branch, in lower case: 宁波恒通进出口有限公司 → 恒通进出口.

    A region stays where nothing but trade words would be left: 上海国际货运代理 is all that company has.
    """
    name = normalise_name(text).casefold()
    core = _BRACKETED.sub(_kept_bracket, _BRANCH.sub("", name))
    core = _stripped(_LEGAL_FORMS, core)
    core = _ENGLISH_FORMS.sub("", core) if core.isascii() else core
    core = _without_region(core).strip(" ,.")
    return core or name


def _kept_bracket(match: re.Match[str]) -> str:
    inside = match[1]
    is_region = inside == "中国" or (len(inside) <= 8 and find_region(inside) is not None)
    return "" if is_region or not _LEGAL_FORMS.sub("", inside) else inside


def _stripped(pattern: re.Pattern[str], text: str) -> str:
    shorter = pattern.sub("", text)
    return text if shorter in ("", text) else _stripped(pattern, shorter)


def _without_region(core: str) -> str:
    """Without the regions at its start, as long as something of its own is left."""
    size = 2 if core.startswith("中国") else leading_region(core)
    rest = core[size:]
    if not size or len(_TRADE_WORDS.sub("", rest)) < 2:
        return core
    return _without_region(rest)
