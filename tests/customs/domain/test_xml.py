"""Messages: nothing is lost between XML and document, and nothing dangerous gets in."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanzhang.customs.domain.document import OTHER, clean, leaves, tidied
from guanzhang.customs.domain.message import blocks, every_block
from guanzhang.customs.domain.plainxml import MAX_BYTES
from guanzhang.customs.domain.xml import read_message, write_message
from guanzhang.kernel.problem import Refused

SAMPLE = Path(__file__).parents[2] / "data/customs/import_declaration.xml"
SHARED = Path("/work/shared/domain/customs/singlewindow/sample_import_decl.xml")


def refused(data: bytes) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        read_message(data)
    (problem,) = caught.value.problems
    return problem.kind.code, problem.message()


def codes(data: bytes | str) -> list[tuple[str, str]]:
    data = data.encode() if isinstance(data, str) else data
    return [(p.kind.code, p.path) for p in read_message(data).problems]


def dec(inner: str, attributes: str = 'Version="4.8"') -> bytes:
    return f"<DecMessage {attributes}>{inner}</DecMessage>".encode()


# -- what a message says ---------------------------------------------------------------------


def test_a_message_of_another_program_is_read_whole():
    read = read_message(SAMPLE.read_bytes())
    assert read.problems == ()
    document = read.document
    assert document["Version"] == "4.8"
    head = document["DecHead"]
    assert head["GrossWet"] == "96.5"
    assert head["TradeName"] == "示范轴承贸易有限公司"
    assert head["MarkNo"] == "YF & CO       NO.1-4"  # line breaks become spaces
    assert "SeqNo" not in head  # empty
    assert len(head) == 26
    first, second = document["DecLists"]
    assert (first["DeclPrice"], first["DeclTotal"]) == ("1.2500", "625.00")  # as written
    assert first["DecGoodsLimits"] == [
        {
            "GoodsNo": "1",
            "LicTypeCode": "411",
            "LicenceNo": "L-1",
            "DecGoodsLimitVins": [{"VinNo": "1", "VinCode": "LDEMO00000000001X"}],
        }
    ]
    assert second["GName"] == "塑料密封圈"
    assert document["DecContainers"] == [
        {"ContainerId": "CSQU3054383", "ContainerMd": "21", "GoodsNo": "1,2"}
    ]
    assert "DecLicenseDocus" not in document
    assert [row["EdocCode"] for row in document["EdocRealation"]] == ["00000001", "00000002"]
    assert tidied(document) == document


@pytest.mark.skipif(not SHARED.exists(), reason="the shared sample is not on this machine")
def test_the_sample_of_the_reference_is_read_and_survives():
    read = read_message(SHARED.read_bytes())
    assert read.problems == ()
    document = read.document
    assert document["DecHead"]["AgentCodeScc"] == "91310000DEMA00013J"
    assert [row["DeclTotal"] for row in document["DecLists"]] == ["3000", "1205"]
    assert document["DecSign"]["ClientSeqNo"] == "GZ20260105000001"
    assert sum(1 for _ in leaves(document)) == 92
    assert read_message(write_message(document)).document == document


# -- round trip ------------------------------------------------------------------------------


def full_row(block, number: int) -> dict:
    row = {name: f"{name[:6]}&<{number}> 中" for name in block.elements}
    for child in block.children:
        row[child.key] = [full_row(child, number * 10 + n) for n in (1, 2)]
    return row


def test_every_element_of_the_table_survives_twice():
    document: dict = {"Version": "5.0"}
    for key, block in blocks().items():
        document[key] = (
            [full_row(block, n) for n in (1, 2)] if block.many else full_row(block, 7)
        )
    document = tidied(document)
    names = {(b.key, name) for b in every_block() for name in b.elements}
    assert len(names) == 407
    read = read_message(write_message(document))
    assert read.problems == ()
    assert read.document == document
    assert write_message(read.document) == write_message(document)


TEXT = (
    st.text(
        st.characters(exclude_categories=("Cs", "Cc", "Cf", "Cn", "Co")),
        min_size=1,
        max_size=12,
    )
    .map(clean)
    .filter(bool)
)
NAME = st.from_regex(r"\A[A-Za-z][A-Za-z0-9]{0,8}\Z")


def rows_of(block) -> st.SearchStrategy:
    own = dict.fromkeys(block.elements, TEXT)
    inner = {c.key: st.lists(rows_of(c), min_size=1, max_size=2) for c in block.children}
    other = {
        OTHER: st.lists(st.tuples(NAME.map(lambda n: f"x{n}"), TEXT).map(list), min_size=1)
    }
    return st.fixed_dictionaries({}, optional={**own, **inner, **other})


DOCUMENTS = st.fixed_dictionaries(
    {"Version": st.sampled_from(["3.1", "4.8", "5.0"])},
    optional={
        key: st.lists(rows_of(block), max_size=3) if block.many else rows_of(block)
        for key, block in blocks().items()
    },
).map(tidied)


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS)
def test_any_document_survives(document):
    data = write_message(document)
    read = read_message(data)
    assert read.document == document
    assert write_message(read.document) == data
    # and again through another writer's habits: a mark, another encoding
    for other in (b"\xef\xbb\xbf" + data, data.decode().encode("utf-16")):
        assert read_message(other).document == document


def test_blanks_that_stand_for_something_stay():
    read = read_message(dec("<DecHead><Type>  5Z </Type><BillNo> B </BillNo></DecHead>"))
    assert read.document["DecHead"] == {"Type": "  5Z", "BillNo": "B"}
    assert tidied(read.document) == read.document
    assert read_message(write_message(read.document)).document == read.document
    assert "DecHead" not in read_message(dec("<DecHead><Type>  </Type></DecHead>")).document


def test_the_writer_leaves_nothing_empty_and_has_one_order():
    document = {
        "DecFreeTxt": {"VoyNo": "1"},
        "DecLists": [{"GNo": "1", "GName": "布", "CodeTS": "5208110000"}],
        "DecHead": {"IEFlag": "E", "BillNo": ""},
        "DecLicenseDocus": [],
        "Version": "4.8",
    }
    assert write_message(document).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<DecMessage Version="4.8" xmlns="http://www.chinaport.gov.cn/dec">\n'
        "<DecHead><IEFlag>E</IEFlag></DecHead>\n"
        "<DecLists><DecList><CodeTS>5208110000</CodeTS><GName>布</GName><GNo>1</GNo></DecList></DecLists>\n"
        "<DecFreeTxt><VoyNo>1</VoyNo></DecFreeTxt>\n"
        "</DecMessage>\n"
    )


def test_names_and_values_that_would_break_xml_cannot():
    document = {"DecHead": {OTHER: [["a><b", "</DecHead>\x00"], ["1x", "y"]]}, "DecLists": []}
    read = read_message(write_message(document))
    assert read.document["DecHead"][OTHER] == [["a__b", "</DecHead>"], ["_1x", "y"]]


# -- what is met in the wild -----------------------------------------------------------------


@pytest.mark.parametrize(
    "opening",
    [
        '<DecMessage Version="4.8" xmlns="http://www.chinaport.gov.cn/dec">',
        '<DecMessage version="4.8">',
        '<DecMessage xmlns="urn:another" Version="4.8">',
    ],
)
def test_namespace_or_none_and_both_spellings_of_the_version(opening):
    data = f"{opening}<DecHead><BillNo>B1</BillNo></DecHead></DecMessage>".encode()
    read = read_message(data)
    assert read.problems == ()
    assert read.document == {"Version": "4.8", "DecHead": {"BillNo": "B1"}, "DecLists": []}


def test_a_prefix_is_as_good_as_a_default_namespace():
    data = b'<d:DecMessage xmlns:d="http://www.chinaport.gov.cn/dec" Version="3.1"><d:DecHead><d:BillNo>B1</d:BillNo></d:DecHead></d:DecMessage>'
    assert read_message(data).document["DecHead"] == {"BillNo": "B1"}


def test_a_message_without_version_is_noted():
    assert codes("<DecMessage/>") == [("CUS-914", "Version")]


TEXT_OF_NAMES = "<DecHead><TradeName>上海示范进出口有限公司</TradeName></DecHead>"


@pytest.mark.parametrize(
    ("declared", "encoding", "expected"),
    [
        ("", "utf-8", []),
        ("UTF-8", "utf-8", []),
        ("utf-8", "utf-8-sig", []),
        ("GB18030", "gb18030", []),
        ("GBK", "gbk", []),
        ("gb2312", "gb18030", []),
        ("", "gbk", ["CUS-907"]),
        ("UTF-8", "gb18030", ["CUS-907"]),
        ("GBK", "utf-8", ["CUS-907"]),
        ("", "utf-16", []),
    ],
)
def test_encodings_of_chinese_programs(declared, encoding, expected):
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    text = f'{head}<DecMessage Version="4.8">{TEXT_OF_NAMES}</DecMessage>'
    read = read_message(text.encode(encoding))
    assert read.document["DecHead"] == {"TradeName": "上海示范进出口有限公司"}
    assert [p.kind.code for p in read.problems] == expected


def test_an_exchange_envelope_is_opened():
    inner = base64.encodebytes(SAMPLE.read_bytes()).decode()
    data = f'<DxpMsg xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"><TransInfo/><Data>{inner}</Data></DxpMsg>'
    assert read_message(data.encode()).document == read_message(SAMPLE.read_bytes()).document


def test_unknown_elements_are_kept_and_written_again():
    data = dec(
        "<DecHead><New>1</New><Deep><A>2</A><A>3</A><B><C>4</C></B></Deep><Deep><A>5</A></Deep></DecHead>"
        "<BusinessItems><BusinessItem>1</BusinessItem></BusinessItems>"
    )
    read = read_message(data)
    assert read.document["DecHead"][OTHER] == [
        ["New", "1"],
        ["Deep[0]/A", "2"],
        ["Deep[0]/A", "3"],
        ["Deep[0]/B[0]/C", "4"],
        ["Deep[1]/A", "5"],
    ]
    assert read.document[OTHER] == [["BusinessItems[0]/BusinessItem", "1"]]
    assert [(p.kind.code, p.path) for p in read.problems] == [
        ("CUS-908", "DecHead.New"),
        ("CUS-908", "DecHead.Deep"),
        ("CUS-908", "DecHead.Deep"),
        ("CUS-908", "BusinessItems"),
    ]
    assert tidied(read.document) == read.document
    assert read_message(write_message(read.document)).document == read.document


def test_what_stands_twice_is_reported_and_kept():
    read = read_message(dec("<DecHead><BillNo>A</BillNo><BillNo>B</BillNo></DecHead>"))
    assert read.document["DecHead"] == {"BillNo": "A", OTHER: [["BillNo", "B"]]}
    assert [(p.kind.code, p.path) for p in read.problems] == [("CUS-909", "DecHead.BillNo")]

    read = read_message(
        dec("<DecHead><BillNo>A</BillNo></DecHead><DecHead><BillNo>B</BillNo></DecHead>")
    )
    assert read.document["DecHead"] == {"BillNo": "A"}
    assert read.document[OTHER] == [["DecHead[0]/BillNo", "B"]]
    assert [(p.kind.code, p.path) for p in read.problems] == [("CUS-910", "DecHead")]

    one = "<DecContainers><Container><ContainerId>{}</ContainerId></Container></DecContainers>"
    read = read_message(dec(one.format("A") + one.format("B")))
    assert read.document["DecContainers"] == [{"ContainerId": "A"}, {"ContainerId": "B"}]
    assert [p.kind.code for p in read.problems] == ["CUS-910"]


@pytest.mark.parametrize(
    ("inner", "key", "rows"),
    [
        ("<DecFreeTxt><VoyNo>1</VoyNo></DecFreeTxt><DecHead><BillNo>B</BillNo></DecHead>", "DecHead", {"BillNo": "B"}),
        ("<DecHead><DecSign><OperType>G</OperType></DecSign></DecHead>", "DecSign", {"OperType": "G"}),
        ("<Container><ContainerId>C</ContainerId></Container>", "DecContainers", [{"ContainerId": "C"}]),
        ("<DecControlModel><GNo>1</GNo></DecControlModel>", "DecControlModels", [{"GNo": "1"}]),
    ],
)  # fmt: skip
def test_misplaced_blocks_are_read_and_reported(inner, key, rows):
    read = read_message(dec(inner))
    if key != "DecControlModels":
        assert read.document[key] == rows
    else:
        assert len(read.document[key]) == 1
    assert "CUS-911" in [p.kind.code for p in read.problems]


def test_attributes_and_loose_text_are_reported():
    assert codes(dec('<DecHead x="1">loose<BillNo y="2">B</BillNo></DecHead>')) == [
        ("CUS-912", "DecHead"),
        ("CUS-912", "DecHead.BillNo"),
    ]


def test_goods_in_another_order_are_sorted_and_gaps_are_numbered_again():
    row = "<DecList><GNo>{}</GNo><GName>{}</GName></DecList>"
    swapped = dec(f"<DecLists>{row.format(2, 'b')}{row.format(1, 'a')}</DecLists>")
    read = read_message(swapped)
    assert [r["GName"] for r in read.document["DecLists"]] == ["a", "b"]
    assert [p.kind.code for p in read.problems] == ["CUS-913"]
    gaps = read_message(dec(f"<DecLists>{row.format(4, 'x')}{row.format(9, 'y')}</DecLists>"))
    assert [(r["GNo"], r["GName"]) for r in gaps.document["DecLists"]] == [
        ("1", "x"),
        ("2", "y"),
    ]
    assert "4、9" in gaps.problems[0].message()


# -- what is refused -------------------------------------------------------------------------

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 or chr(32).strip()};" * 10}">' for n in range(1, 9))
    + "]><DecMessage><DecHead><BillNo>&a8;</BillNo></DecHead></DecMessage>"
).encode()


@pytest.mark.parametrize(
    ("data", "code", "part"),
    [
        (b"", "CUS-906", "空"),
        (b"  \n ", "CUS-906", "空"),
        (b"<DecMessage>\n<DecHead>\n  <BillNo>1</Bill></DecHead></DecMessage>", "CUS-901", "第 3 行第 14 列"),
        (b"<DecMessage><DecHead><BillNo>1", "CUS-901", "没有结束"),
        (b"<DecMessage/><DecMessage/>", "CUS-901", "根元素之后还有内容"),
        (b"<DecMessage><DecHead><BillNo>a&b</BillNo></DecHead></DecMessage>", "CUS-901", "第 1 行"),
        (b"<DecMessage>&xxe;</DecMessage>", "CUS-901", "未定义的实体"),
        (BOMB, "CUS-902", "DTD"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><DecMessage/>', "CUS-902", "DTD"),
        (b'<!-- <DecMessage> --><!DOCTYPE x [<!ENTITY f SYSTEM "http://h/">]><DecMessage>&f;</DecMessage>', "CUS-902", "DTD"),
        (b"<html/>", "CUS-905", "<html>"),
        (b"PK\x03\x04 not xml", "CUS-901", "第 1 行"),
        (b'<?xml version="1.0" encoding="Big5"?><DecMessage/>', "CUS-903", "big5"),
        (b"<DecMessage>\xff\xff\xff</DecMessage>", "CUS-903", "第 13 个字节"),
        (b"<DxpMsg><Data>no base64!</Data></DxpMsg>", "CUS-915", "DxpMsg"),
        (b"<DxpMsg><Data></Data></DxpMsg>", "CUS-915", "DxpMsg"),
        (b"<DxpMsg><Data>" + base64.b64encode(b"<html/>") + b"</Data></DxpMsg>", "CUS-905", "html"),
        (b"<DecMessage>" + b"<a>" * 40 + b"x" + b"</a>" * 40 + b"</DecMessage>", "CUS-916", "30"),
        (b"<DecMessage>" + b"<a/>" * 200_001 + b"</DecMessage>", "CUS-904", "200,000"),
        (b" " * (MAX_BYTES + 1), "CUS-904", "上限"),
    ],
    ids=lambda value: str(value)[:24] if isinstance(value, bytes) else None,
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_a_sentence(data, code, part):
    found, message = refused(data)
    assert found == code
    assert part in message


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80), st.integers(0, 2000))
def test_no_bytes_bring_the_reader_down(noise, at):
    data = SAMPLE.read_bytes()
    for bad in (noise, data[:at], data[:at] + noise + data[at + len(noise) :]):
        try:
            read = read_message(bad)
        except Refused:
            continue
        assert read.document["Version"]
