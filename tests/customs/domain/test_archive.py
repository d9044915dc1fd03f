"""ZIP files from strangers."""

from __future__ import annotations

import io
import zipfile

import pytest

from guanzhang.customs.domain.archive import MAX_FILES, is_zip, members, packed
from guanzhang.kernel.problem import Refused


def read(data: bytes) -> list[tuple[str, bytes, str]]:
    return [(m.name, m.data, m.problem.kind.code if m.problem else "") for m in members(data)]


def refused(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        members(data)
    return caught.value.problems[0].kind.code


def test_the_xml_files_of_an_archive_and_nothing_else():
    data = packed({"a.xml": b"<a/>", "b/c.XML": b"<c/>", "d.pdf": b"%PDF"})
    assert is_zip(data)
    assert read(data) == [("a.xml", b"<a/>", ""), ("b/c.XML", b"<c/>", "")]
    assert packed({"a.xml": b"<a/>"}) == packed({"a.xml": b"<a/>"})


def test_chinese_names_in_gbk():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("回执XX.xml", b"<a/>")
    data = target.getvalue().replace("回执XX".encode(), "回执一二".encode("gbk"))
    data = data.replace(b"\x00\x08", b"\x00\x00")  # the flag that says UTF-8
    assert read(data) == [("回执一二.xml", b"<a/>", "")]


@pytest.mark.parametrize("cut", [0.3, 0.7, 0.99])
def test_a_truncated_archive(cut):
    data = packed({"a.xml": b"<a>" + bytes(range(256)) * 40 + b"</a>"})
    assert refused(data[: int(len(data) * cut)]) == "CUS-917"


def test_a_damaged_member_does_not_take_the_others_with_it():
    data = bytearray(packed({"a.xml": b"<a>hello hello</a>", "b.xml": b"<b/>"}))
    at = data.index(b"a.xml") + 8
    data[at] ^= 0xFF
    found = read(bytes(data))
    assert [(name, code) for name, _, code in found] == [("a.xml", "CUS-921"), ("b.xml", "")]


def test_bombs():
    assert refused(packed({"a.xml": b" " * 3_000_000})) == "CUS-918"  # 1:1000
    assert refused(packed({f"{n}.xml": b"" for n in range(MAX_FILES + 1)})) == "CUS-918"


def test_a_directory_that_lies_about_the_size():
    data = packed({"a.xml": b"x" * 50_000})
    size = (50_000).to_bytes(4, "little")
    found = read(data.replace(size, (10).to_bytes(4, "little")))
    assert [(name, code) for name, _, code in found] == [("a.xml", "CUS-921")]


@pytest.mark.parametrize(
    "name", ["../a.xml", "/etc/a.xml", "..\\..\\a.xml", "C:\\a.xml", "b/../../a.xml"]
)
def test_names_that_lead_out_of_the_folder(name):
    assert read(packed({name: b"<a/>", "ok.xml": b"<b/>"}))[0][2] == "CUS-919"
    assert read(packed({name: b"<a/>", "ok.xml": b"<b/>"}))[1] == ("ok.xml", b"<b/>", "")


def test_an_archive_without_xml():
    assert refused(packed({"a.pdf": b"%PDF"})) == "CUS-920"
    assert refused(packed({})) == "CUS-920"


def test_an_encrypted_member():
    data = bytearray(packed({"a.xml": b"<a/>"}))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = data.index(mark) + (6 if mark[2] == 3 else 8)
        data[at] |= 1
    assert read(bytes(data))[0][2] == "CUS-921"
