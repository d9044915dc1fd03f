"""ZIP files from strangers, read in memory: limits first, then bytes; nothing is ever unpacked."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO

from guanzhang.customs.domain.file_problems import (
    BAD_ZIP,
    EMPTY_ZIP,
    UNSAFE_NAME,
    ZIP_BOMB,
    ZIP_MEMBER,
)
from guanzhang.kernel.problem import Problem, Refused

MAX_FILES = 5_000
MAX_FILE = 32 * 1024 * 1024
MAX_TOTAL = 512 * 1024 * 1024
MAX_RATIO = 200  # texts shrink by 10 to 30; more than this is made to
_SMALL = 1024 * 1024  # below this a high ratio does no harm
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its bytes, or why they were not read."""

    name: str
    data: bytes
    problem: Problem | None = None


def is_zip(data: bytes) -> bool:
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def members(data: bytes, *, suffix: str = ".xml") -> Iterator[Member]:
    """The files of an archive that end in ``suffix``, one at a time.

    Raises ``Refused`` before the first one for an archive that is broken, a bomb, or has none. A
    member that cannot be read is given with its problem; the others are still read.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise Refused([BAD_ZIP.at("")]) from None
    infos = [each for each in archive.infolist() if not each.is_dir()]
    _look_at_sizes(infos)
    wanted = [each for each in infos if shown_name(each).lower().endswith(suffix)]
    if not wanted:
        raise Refused([EMPTY_ZIP.at("", suffix=suffix, found=len(infos))])
    return _read(archive, wanted)


def packed(files: Mapping[str, bytes]) -> bytes:
    """A ZIP of ``files``; the same files give the same bytes."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _FIXED_TIME), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def shown_name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: Chinese programs write GBK where the format says CP437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _look_at_sizes(infos: list[zipfile.ZipInfo]) -> None:
    """What the directory claims; that the bytes keep to it is seen while they are read."""
    total = sum(each.file_size for each in infos)
    if len(infos) > MAX_FILES or total > MAX_TOTAL:
        found = f"{len(infos):,} / {total // 1024 // 1024:,} MB"
        raise Refused([ZIP_BOMB.at("", found=found, limit=f"{MAX_FILES:,} / 512 MB")])
    for each in infos:
        ratio = each.file_size // max(each.compress_size, 1)
        if each.file_size > MAX_FILE or (each.file_size > _SMALL and ratio > MAX_RATIO):
            found = f"{shown_name(each)[:60]}: {each.file_size // 1024:,} KB, 1:{ratio}"
            raise Refused([ZIP_BOMB.at("", found=found, limit=f"32 MB, 1:{MAX_RATIO}")])


def _read(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Iterator[Member]:
    for info in infos:
        name = shown_name(info).replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or name[1:2] == ":" or "\0" in name:
            yield Member(name[:200], b"", UNSAFE_NAME.at("", name=name[:80]))
            continue
        try:
            with archive.open(info) as file:
                data = file.read(MAX_FILE + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            RuntimeError,
            NotImplementedError,
            ValueError,
        ):
            yield Member(name, b"", ZIP_MEMBER.at("", name=name[:80]))
            continue
        if len(data) > MAX_FILE:  # the directory lied
            yield Member(name, b"", ZIP_MEMBER.at("", name=name[:80]))
            continue
        yield Member(name, data)
