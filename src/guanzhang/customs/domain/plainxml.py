"""Read XML from strangers: bytes to an element tree, safely.

No DTD, hence no entities and nothing external; limits on size, number and depth of elements;
the encodings that Chinese programs write. Errors are sentences with line and column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element
from xml.parsers import expat

from guanzhang.customs.domain.file_problems import (
    EMPTY_FILE,
    HAS_DTD,
    MALFORMED,
    OTHER_ENCODING,
    TOO_DEEP,
    TOO_LARGE,
    WRONG_ENCODING,
)
from guanzhang.kernel.problem import Problem, Refused

MAX_BYTES = 32 * 1024 * 1024  # a message may carry pictures of marks in Base64
MAX_ELEMENTS = 200_000
MAX_DEPTH = 30
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_CHINESE = frozenset({"gb18030", "gbk", "gb2312", "gb_2312-80", "cp936", "ms936", "euc-cn"})
_SURE = 12  # so many bytes above ASCII are not valid UTF-8 by chance
_REASONS = {
    2: ("语法错误", "syntax error"),
    3: ("文件不完整，没有结束", "the file ends too early"),
    4: ("有不允许出现的字符", "a character that may not stand there"),
    5: ("标记没有写完", "a tag is not closed"),
    6: ("有不完整的字符", "a partial character"),
    7: ("结束标记与开始标记不一致", "the end tag does not match its start tag"),
    8: ("同一元素的属性重复", "an attribute stands twice"),
    9: ("根元素之后还有内容", "content after the root element"),
    11: ("用了未定义的实体", "an entity that is not defined"),
    14: ("字符引用不正确", "a wrong character reference"),
    27: ("命名空间前缀没有声明", "a namespace prefix that is not declared"),
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """The root of a document, and what was noticed about its encoding."""

    root: Element
    problems: tuple[Problem, ...]


class _Started(Exception):  # noqa: N818 - not an error: the prolog is over
    """The first element was reached."""


def parse(data: bytes, *, name: str = "XML", limit: int = MAX_BYTES) -> Parsed:
    """The tree of ``data``; raises ``Refused`` for what is broken, dangerous or too large."""
    if len(data) > limit:
        found, most = f"{len(data):,} B", f"{limit:,} B"
        raise Refused([TOO_LARGE.at("", name=name, found=found, limit=most)])
    text, problems = decoded(data)
    if not text.strip():
        raise Refused([EMPTY_FILE.at("")])
    text = text.lstrip()
    try:
        _look_at_prolog(text)
        # No DTD can be left here, so no entity can be declared: nothing to expand or to fetch.
        root = ET.fromstring(text)  # noqa: S314
    except (ET.ParseError, expat.ExpatError) as error:
        raise Refused([_malformed(error)]) from None
    _look_at_size(root, name)
    return Parsed(root, problems)


def local_name(tag: str) -> str:
    """The name of an element without its namespace."""
    return tag.rpartition("}")[2]


def decoded(data: bytes) -> tuple[str, tuple[Problem, ...]]:
    """The text of ``data`` by its mark, its declaration and its content; GB18030 or UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(data, "utf-16"), ()
    if data.startswith(b"\xef\xbb\xbf"):
        return _strictly(data[3:], "utf-8"), ()
    match = _DECLARED.match(data[:400])
    declared = match[1].decode().lower() if match else ""
    if declared and declared not in _UTF8 | _CHINESE:
        raise Refused([WRONG_ENCODING.at("", position=1, found=declared)])
    if data.isascii():
        return data.decode("ascii"), ()
    utf8 = _tried(data, "utf-8")
    if declared in _CHINESE:
        chinese = _tried(data, "gb18030")
        is_utf8 = utf8 is not None and sum(byte > 127 for byte in data) >= _SURE
        if utf8 is not None and (is_utf8 or chinese is None):
            return utf8, (OTHER_ENCODING.at("", declared=declared, found="UTF-8"),)
        return chinese if chinese is not None else _strictly(data, "gb18030"), ()
    if utf8 is not None:
        return utf8, ()
    chinese = _tried(data, "gb18030")
    if chinese is None:
        return _strictly(data, "utf-8"), ()
    problem = OTHER_ENCODING.at("", declared=declared or "UTF-8", found="GB18030")
    return chinese, (problem,)


def _tried(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        problem = WRONG_ENCODING.at("", position=error.start + 1, found=encoding.upper())
        raise Refused([problem]) from None


def _look_at_prolog(text: str) -> None:
    """Refuse a DTD before anything in it could be read."""

    def start(*_: object) -> None:
        raise _Started

    def doctype(*_: object) -> None:
        raise Refused([HAS_DTD.at("")])

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(text, True)  # noqa: FBT003 - the signature of the standard library
    except _Started:
        return


def _look_at_size(root: Element, name: str) -> None:
    count = sum(1 for _ in root.iter())
    if count > MAX_ELEMENTS:
        found, most = f"{count:,} elements", f"{MAX_ELEMENTS:,} elements"
        raise Refused([TOO_LARGE.at("", name=name, found=found, limit=most)])
    level, depth = [root], 0
    while level := [child for each in level for child in each if len(child)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise Refused([TOO_DEEP.at("", limit=MAX_DEPTH)])


def _malformed(error: ET.ParseError | expat.ExpatError) -> Problem:
    if isinstance(error, ET.ParseError):
        line, column = error.position
    else:
        line, column = error.lineno, error.offset
    other = expat.ErrorString(error.code) or "?"
    zh, en = _REASONS.get(error.code, (f"格式不正确（{other}）", other))
    return MALFORMED.at("", line=line, column=column + 1, reason_zh=zh, reason_en=en)
