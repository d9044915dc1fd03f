"""The official form on paper: every cell is there as text, nothing is clipped, nothing is markup."""

from __future__ import annotations

import dataclasses
import io
import threading

import pypdfium2 as pdfium
import pytest
from pypdf import PdfReader

from customs.prints.papers import (
    ENTRY_NO,
    FACTS,
    REFERENCE,
    document,
    form_of,
    ink_of,
    line,
    pages_of,
    squeezed,
    text_of,
    texts_of,
    texts_of_pdfium,
)
from guanzhang.customs.domain.code128 import bars, symbols
from guanzhang.customs.domain.form import WATERMARKS, Facts
from guanzhang.customs.domain.states import State
from guanzhang.customs.prints import fonts
from guanzhang.customs.prints.declaration import declaration_pdf, printed_form, unprintable

# What the official form asks for, by hand from the reference (README §9), for papers.document().
IMPORT_BANDS = [
    [
        ("境内收货人", "91310000DEMA00021D", "示例进口有限公司"),
        ("进境关别", "2225", "外港海关"),
        ("进口日期", "", "20260105"),
        ("申报日期", "", "20260106"),
        ("备案号", "", "C22256000123"),
    ],
    [
        ("境外发货人", "DE1234567890123", "DEMO GMBH (FICTITIOUS)"),
        ("运输方式", "2", "水路运输"),
        ("运输工具名称及航次号", "", "DEMO VESSEL/001E"),
        ("提运单号", "", "DEMOBL0001"),
        ("货物存放地点", "", "示例监管仓库三号库"),
    ],
    [
        ("消费使用单位", "91310000DEMA00013J", "示例消费使用有限公司"),
        ("监管方式", "0110", "一般贸易"),
        ("征免性质", "101", "一般征税"),
        ("许可证号", "", "26-AB-123456"),
        ("启运港", "DEU063", "汉堡（德国）"),
    ],
    [
        ("合同协议号", "", "DEMO-2026-001"),
        ("贸易国(地区)", "FRA", "法国"),
        ("启运国(地区)", "DEU", "德国"),
        ("经停港", "HKG003", "香港（中国香港）"),
        ("入境口岸", "470201", "皇岗"),
    ],
    [
        ("包装种类", "22", "纸制或纤维板制盒/箱；再生木托 (92)"),
        ("件数", "", "6"),
        ("毛重(千克)", "", "180.25"),
        ("净重(千克)", "", "162.5"),
        ("成交方式", "3", "FOB"),
        ("运费", "", "USD/500/3"),
        ("保费", "", "0.3/1"),
        ("杂费", "", "EUR/-12.5/3"),
    ],
    [
        (
            "随附单证及编号",
            "",
            "随附单证1：原产地证明 (Y):<03>E2512345678\u3000随附单证2：发票 (00000001)；装箱单 (00000002)",
        )
    ],
    [
        (
            "标记唛码及备注",
            "",
            (
                "标记唛码：N/M SHANGHAI 1-6\u3000备注：委托某进出口企业进口\u3000"
                "关联报关单号：222520251000000001\u3000集装箱标箱数及号码：2；CSQU3054383；"
            ),
        )
    ],
]
FIRST_LINE = (
    ("1", "(101)"),
    ("9026809000", "999"),
    ("蒸汽计算仪1号", "4|3|测量蒸汽流量|蒸汽|DEMO|D-1", "优惠贸易协定项下原产地：日本 (JPN)"),
    ("1.25台", "41千克", "1.5个"),
    ("101.1234", "301.99", "美元 (USD)"),
    ("德国", "(DEU)"),
    ("中国", "(CHN)"),
    ("上海浦东新区", "(31222/310115)"),
    ("照章征税", "(1)"),
)


class TestCells:
    def test_an_import_has_the_cells_of_the_official_form_in_their_order(self):
        found = [[(c.label, c.code, c.text) for c in band] for band in form_of().bands]

        assert found == IMPORT_BANDS

    def test_a_line_of_goods_has_its_nine_cells(self):
        assert form_of().goods[0] == FIRST_LINE

    def test_the_promises_are_answered_yes_no_or_not_at_all(self):
        answers = [(cell.label, cell.text) for cell in form_of().confirmations]

        assert answers == [
            ("特殊关系确认", "否"),
            ("价格影响确认", "是"),
            ("支付特许权使用费确认", "否"),
            ("公式定价确认", ""),
            ("暂定价格确认", "否"),
            ("自报自缴", ""),
            ("水运中转", ""),
        ]

    def test_an_export_names_its_cells_and_turns_origin_and_destination(self):
        form = form_of(is_import=False)
        labels = [cell.label for band in form.bands for cell in band]

        assert form.title == "中华人民共和国海关出口货物报关单"
        assert labels[:5] == ["境内发货人", "出境关别", "出口日期", "申报日期", "备案号"]
        assert {"境外收货人", "生产销售单位", "运抵国(地区)", "指运港", "离境口岸"} <= set(
            labels
        )
        assert form.columns[7].label == "境内货源地"
        assert form.goods[0][5:7] == (("中国", "(CHN)"), ("德国", "(DEU)"))

    def test_an_export_leaves_out_what_only_imports_have(self):
        form = form_of(is_import=False, GoodsPlace="", DespPortCode="")
        labels = [cell.label for band in form.bands for cell in band]

        assert not {"货物存放地点", "启运港"} & set(labels)
        assert [sum(cell.width for cell in band) for band in form.bands[:5]] == [100] * 5

    def test_an_unknown_or_unconfirmed_code_is_printed_without_a_name(self):
        form = form_of(TradeMode="9998", EntyPortCode="310301")
        cells = {cell.label: cell for band in form.bands for cell in band}

        assert (cells["监管方式"].code, cells["监管方式"].text) == ("9998", "")
        assert (cells["入境口岸"].code, cells["入境口岸"].text) == ("310301", "")


@pytest.mark.parametrize("is_import", [True, False], ids=["import", "export"])
def test_every_value_is_text_on_the_paper(is_import):
    form = form_of(50, is_import=is_import)

    text = text_of(declaration_pdf(form))

    assert squeezed(form.title) in text
    assert [value for value in form.texts() if squeezed(value) not in text] == []
    labels = [cell.label for band in form.bands for cell in band]
    assert [label for label in labels if label not in text] == []


@pytest.mark.parametrize(
    ("lines", "pages"), [(0, 1), (1, 1), (6, 1), (7, 1), (20, 2), (50, 4)], ids=str
)
def test_lines_flow_over_pages_that_are_counted(lines, pages):
    form = form_of(lines)

    pdf = declaration_pdf(form)

    assert pages_of(pdf) == pages
    for number, text in enumerate(texts_of(pdf), 1):
        assert f"页码/页数：{number}/{pages}" in text
        assert form.title in text
        assert f"海关编号：{ENTRY_NO}" in text
        assert "商品名称及规格型号" in text
        assert ("海关批注及签章" in text) is (number == pages)


def test_a_line_is_never_torn_between_two_pages():
    pages = texts_of(declaration_pdf(form_of(50)))

    for number in range(1, 51):
        marks = (f"蒸汽计算仪{number}号", f"10{number}.1234", f"30{number}.99", f"{number}.5个")
        held = {place for mark in marks for place, text in enumerate(pages) if mark in text}
        assert any(all(mark in text for mark in marks) for text in pages), (number, held)


def test_the_page_is_a4_landscape_and_all_ink_stays_inside_the_frame():
    pdf = declaration_pdf(form_of(50))
    for number, page in enumerate(pdfium.PdfDocument(pdf)):
        width, height = page.get_size()
        assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (297, 210)
        left, top, right, bottom = ink_of(pdf, number)
        assert left >= 28
        assert top >= 15
        assert right <= 972
        assert bottom <= 985


HOSTILE = [
    pytest.param("#set page(width: 1pt) #panic()", id="code"),
    pytest.param("\\ $x^2$ @cite <label> *bold* _it_ `raw` ~ -- --- ...", id="markup"),
    pytest.param("= Heading // comment /* c */ [x](y) ![](z) &amp; <b>", id="comment"),
    pytest.param('"quoted" \'single\' {json: "x"} \\u{41} \\n', id="quotes"),
    pytest.param("=HYPERLINK(\"x\") %PDF-1.7 endobj", id="formula"),
    pytest.param("Škoda Łódź Türkiye Việt Ελλάς Київ №①㎡ ￥€", id="other alphabets"),
    pytest.param("䶮㐂㙍龘鿃", id="rare hanzi"),
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_a_value_stays_text(text):
    values = document(1, TradeName=text, NoteS=text)
    values["DecLists"] = [line(1, GName=text, GModel=text)]
    form = printed_form(values, REFERENCE, FACTS)

    pdf = declaration_pdf(form)

    assert unprintable(form.texts()) == ()
    readers = (texts_of(pdf), texts_of_pdfium(pdf))
    assert 4 in [sum(page.count(squeezed(text)) for page in pages) for pages in readers]


@pytest.mark.parametrize(
    "text",
    ["字" * 255, "W" * 255, "word " * 51, "1234567890|" * 23, "长名称LONG-NAME-无空格" * 14],
    ids=["hanzi", "one word", "words", "elements", "mixed"],
)
def test_the_longest_values_flow_inside_their_cells(text):
    text = text[:255].strip()
    values = document(
        3, TradeName=text[:100], NoteS=text, MarkNo=text, OverseasConsignorEname=text
    )
    values["DecLists"] = [line(number, GName=text, GModel=text) for number in (1, 2, 3)]
    form = printed_form(values, REFERENCE, FACTS)

    pdf = declaration_pdf(form)

    assert text_of(pdf).count(squeezed(text)) == 9
    for number in range(pages_of(pdf)):
        left, top, right, bottom = ink_of(pdf, number)
        assert left >= 28
        assert top >= 15
        assert right <= 972
        assert bottom <= 985


def test_characters_beyond_the_font_are_printed_as_codes_and_named():
    values = document(1, TradeName="示例🚢公司", NoteS="مرحبا 𰻝")
    form = printed_form(values, REFERENCE, FACTS)

    text = text_of(declaration_pdf(form))

    assert "示例[U+1F6A2]公司" in text
    assert "[U+0645][U+0631][U+062D][U+0628][U+0627][U+30EDD]" in text
    assert (
        "字库未收的字以编码印出：U+0627、U+0628、U+062D、U+0631、U+0645、U+1F6A2、U+30EDD"
        in text
    )
    (problem,) = unprintable(form.texts())
    assert problem.kind.code == "CUS-990"
    assert "🚢 (U+1F6A2)" in problem.message("zh")
    assert "𰻝 (U+30EDD)" in problem.message("en")


def test_control_and_direction_characters_do_not_turn_the_line():
    values = document(1)
    values["DecHead"]["TradeName"] = "甲\u202e乙\u200b丙\x07丁\n戊"
    form = printed_form(values, REFERENCE, FACTS)

    assert "甲乙丙丁戊" in text_of(declaration_pdf(form))
    assert unprintable(form.texts()) == ()


class TestWatermark:
    def test_drafts_and_dead_papers_say_so_on_every_page(self):
        for word in ("草稿", "未审核", "退单", "作废", "已删单"):
            pages = texts_of(declaration_pdf(form_of(20, watermark=word)))
            assert [text.count(word) for text in pages] == [1, 1]

    def test_what_was_approved_has_none(self):
        text = text_of(declaration_pdf(form_of(2)))
        assert not [word for word in WATERMARKS.values() if word in text]

    def test_which_states_carry_which(self):
        marked = {state: WATERMARKS.get(state, "") for state in State}

        assert {state for state, word in marked.items() if word} == {
            State.DRAFT,
            State.REVIEW,
            State.SECOND_REVIEW,
            State.REJECTED,
            State.DELETED,
            State.VOID,
        }


class TestSameBytes:
    def test_equal_forms_give_equal_bytes_and_another_value_others(self):
        once, again = declaration_pdf(form_of(7)), declaration_pdf(form_of(7))
        assert once == again
        assert declaration_pdf(form_of(7, GrossWet="180.26")) != once

    def test_threads_do_not_mix_their_papers(self):
        wanted = {number: declaration_pdf(form_of(number)) for number in range(1, 7)}
        wrong: list[int] = []

        def print_all() -> None:
            for number in (*range(1, 7), *range(6, 0, -1)):
                if declaration_pdf(form_of(number)) != wanted[number]:
                    wrong.append(number)

        threads = [threading.Thread(target=print_all) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []

    def test_the_fonts_are_embedded(self):
        reader = PdfReader(io.BytesIO(declaration_pdf(form_of(1))))
        names = set()
        for font in reader.pages[0]["/Resources"]["/Font"].values():
            (below,) = font.get_object()["/DescendantFonts"]
            descriptor = below.get_object()["/FontDescriptor"].get_object()
            assert "/FontFile3" in descriptor
            names.add(str(descriptor["/FontName"]).split("+")[-1])
        assert names == {"NotoSerifSC-Regular", "NotoSansSC-Regular"}

    def test_every_letter_said_to_be_there_has_a_glyph(self):
        letters = sorted(map(chr, fonts.european()))
        assert not [char for char in letters if not char.isprintable()]
        values = document(1, NoteS="")
        values["DecLists"] = [
            line(1, GName=char, GModel="", RcepOrigPlaceCode="") for char in letters
        ]
        reader = PdfReader(io.BytesIO(declaration_pdf(printed_form(values, REFERENCE, FACTS))))
        streams = b"".join(page.get_contents().get_data() for page in reader.pages)
        assert b"\\000\\000" not in streams  # glyph 0: the blank box
        assert b"\x00\x00" not in streams


class TestBarcode:
    def test_known_symbols(self):
        # "PJJ123C" is the worked example of many descriptions of the symbology: check 55.
        assert symbols("PJJ123C") == (104, 48, 42, 42, 17, 18, 19, 35, 55, 106)
        assert symbols("0102") == (105, 1, 2, (105 + 1 + 4) % 103, 106)

    @pytest.mark.parametrize("text", ["", "报关单", "a\n"], ids=["empty", "hanzi", "control"])
    def test_what_cannot_be_coded_is_refused(self, text):
        with pytest.raises(ValueError, match="printable ASCII"):
            symbols(text)

    def test_the_bars_on_the_paper_are_those_of_the_number(self):
        pdf = declaration_pdf(form_of(1))
        image = pdfium.PdfDocument(pdf)[0].render(scale=600 / 72).to_pil().convert("L")
        row = image.crop(
            (image.width * 3 // 4, image.height // 28, image.width, image.height // 28 + 1)
        )
        runs, last = [], None
        for shade in row.tobytes():
            if (shade < 128) is last:
                runs[-1] += 1
            else:
                runs.append(1)
            last = shade < 128
        assert last is False
        module = 0.26 / 25.4 * 600
        widths = [round(run / module) for run in runs[1:-1]]  # without the quiet zones
        expected, end = [], 0
        for at, width in bars(ENTRY_NO):
            expected += [at - end, width] if end else [width]
            end = at + width
        assert widths == expected

    def test_a_draft_without_numbers_has_no_barcode(self):
        form = printed_form(document(1), REFERENCE, Facts(number="D2026-000001"))
        assert form.barcode == ""
        assert pages_of(declaration_pdf(form)) == 1

    def test_a_number_that_is_no_code_is_still_printed_as_text(self):
        form = dataclasses.replace(form_of(1), barcode="号码")
        assert "号码" in text_of(declaration_pdf(form))
