"""How long a declaration of 50 lines takes to become a PDF: ours, and ReportLab on the same table.

    python -m benchmarks prints [--lines 50] [--rounds 60]

Every round prints another document (other names, numbers and amounts), so that no cache of the
typesetter can answer; the two take turns. The first print of a process is shown apart: it loads the
font. Reported are p50 and p95 of the others, and bytes and pages of the last.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import statistics
import time
from collections.abc import Callable
from xml.sax.saxutils import escape

from pypdf import PdfReader
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from guanzhang.customs.domain.form import Facts, Form
from guanzhang.customs.prints.declaration import declaration_pdf, printed_form
from guanzhang.reference import shipped


def main() -> None:
    options = argparse.ArgumentParser(prog="benchmarks prints", description=__doc__)
    options.add_argument("--lines", type=int, default=50)
    options.add_argument("--rounds", type=int, default=60)
    wanted = options.parse_args()
    reference = shipped.reference(dt.date(2026, 3, 2))
    contenders: dict[str, Callable[[Form], bytes]] = {
        "Guanzhang (typst)": declaration_pdf,
        "ReportLab platypus": by_reportlab,
    }
    times: dict[str, list[float]] = {name: [] for name in contenders}
    forms, last = [], {}
    for number in range(wanted.rounds):
        started = time.perf_counter()
        document = _document(number, wanted.lines)
        form = printed_form(document, reference, _facts(number))
        forms.append(time.perf_counter() - started)
        for name, print_it in contenders.items():
            started = time.perf_counter()
            last[name] = print_it(form)
            times[name].append(time.perf_counter() - started)
    print(f"## A declaration of {wanted.lines} lines as PDF, {wanted.rounds} documents\n")
    print("| | first, ms | p50, ms | p95, ms | KB | pages |")
    print("|---|---|---|---|---|---|")
    for name, taken in times.items():
        pages = len(PdfReader(io.BytesIO(last[name])).pages)
        first, *warm = taken
        p50, p95 = statistics.median(warm), statistics.quantiles(warm, n=20)[18]
        print(
            f"| {name} | {first * 1e3:.0f} | {p50 * 1e3:.1f} | {p95 * 1e3:.1f} | "
            f"{len(last[name]) / 1024:.0f} | {pages} |"
        )
    print(
        f"\nCells of the form (not in the figures above): {statistics.median(forms) * 1e3:.1f} ms."
    )


def by_reportlab(form: Form) -> bytes:
    """The same cells, headings, frame and page numbers in the usual way of that library."""
    if "STSong-Light" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = ParagraphStyle(
        "cell", fontName="STSong-Light", fontSize=8.5, leading=10, wordWrap="CJK"
    )

    def cell(*lines: str) -> Paragraph:
        return Paragraph("<br/>".join(escape(line) for line in lines), style)

    grid = [
        ("INNERGRID", (0, 0), (-1, -1), 0.4, colors.black),
        ("BOX", (0, 0), (-1, -1), 0.4, colors.black),
    ]
    parts = []
    for band in form.bands:
        total = sum(each.width for each in band)
        widths = [279 * mm * each.width / total for each in band]
        parts.append(
            Table(
                [[cell(f"{c.label}({c.code})" if c.code else c.label, c.text) for c in band]],
                colWidths=widths, style=TableStyle(grid),
            )
        )  # fmt: skip
    total = sum(column.width for column in form.columns)
    goods = [[cell(column.label) for column in form.columns]]
    goods += [[cell(*lines) for lines in row] for row in form.goods]
    parts.append(
        Table(
            goods, colWidths=[279 * mm * c.width / total for c in form.columns], repeatRows=1,
            style=TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.grey)]),
        )
    )  # fmt: skip
    parts.append(cell("　".join(f"{each.label}：{each.text}" for each in form.confirmations)))
    parts.append(cell(f"{form.agent.label}：{form.agent.text}"))

    def head(canvas, document) -> None:
        canvas.setFont("STSong-Light", 17)
        canvas.drawCentredString(148.5 * mm, 198 * mm, form.title)
        canvas.setFont("STSong-Light", 9)
        numbers = "　".join(f"{each.label}：{each.text}" for each in form.numbers)
        canvas.drawString(9 * mm, 187 * mm, f"{numbers}　页码：{document.page}")

    out = io.BytesIO()
    template = SimpleDocTemplate(
        out, pagesize=landscape(A4), leftMargin=9 * mm, rightMargin=9 * mm, topMargin=25 * mm,
        bottomMargin=13 * mm,
    )  # fmt: skip
    template.build(parts, onFirstPage=head, onLaterPages=head)
    return out.getvalue()


def _facts(number: int) -> Facts:
    return Facts(number=f"D2026-{number:06}", revision=1, entry_no=f"2225202610{number:08}")


def _document(number: int, lines: int) -> dict[str, object]:
    head = {
        "IEFlag": "I", "TradeCoScc": "91310000DEMA00021D", "TradeName": f"示例进口{number}有限公司",
        "IEPort": "2225", "IEDate": "20260105", "TrafMode": "2", "TrafName": f"VESSEL {number}",
        "BillNo": f"BL{number:08}", "OwnerName": "示例消费使用有限公司", "TradeMode": "0110",
        "CutMode": "101", "DespPortCode": "DEU063", "TradeAreaCode": "DEU", "TradeCountry": "DEU",
        "DistinatePort": "HKG003", "WrapType": "22", "PackNo": str(number + 1), "GrossWet": "180.25",
        "NetWt": "162.5", "TransMode": "1", "MarkNo": "N/M", "PromiseItmes": "00000",
        "AgentName": "示例报关有限公司", "AgentCodeScc": "91310000DEMA00013J",
    }  # fmt: skip
    names = ("蒸汽计算仪", "塑料垫圈", "不锈钢螺栓", "数控车床用刀片", "聚酯纤维机织物")
    goods = [
        {
            "GNo": str(at), "CodeTS": f"90268{(number * 50 + at) % 100000:05}",
            "GName": f"{names[at % 5]}{number}-{at}", "GModel": f"4|3|工业用|合金|品牌{number}|型号{at}",
            "GQty": f"{at}.5", "GUnit": "007", "FirstQty": f"{at}.5", "FirstUnit": "007",
            "SecondQty": f"4{at}.{number}", "SecondUnit": "035", "DeclPrice": f"{number}{at}.1234",
            "DeclTotal": f"{number * at}.99", "TradeCurr": "USD", "OriginCountry": "DEU",
            "DestinationCountry": "CHN", "DistrictCode": "31222", "DutyMode": "1",
        }
        for at in range(1, lines + 1)
    ]  # fmt: skip
    return {"Version": "4.8", "DecHead": head, "DecLists": goods}


if __name__ == "__main__":
    main()
