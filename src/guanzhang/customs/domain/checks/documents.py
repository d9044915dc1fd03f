"""Attached documents, and whether invoice, packing list, contract and manifest agree with the form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from guanzhang.customs.domain.checks.context import AttachedFile, Context
from guanzhang.customs.domain.checks.shared import (
    ERROR,
    PRACTICE,
    SPECIFICATION,
    WARNING,
    Problems,
    total_of,
)
from guanzhang.customs.domain.declaration import Declaration
from guanzhang.kernel.problem import Kind, Problem

WANTED = Kind(
    "CUS-D02",
    WARNING,
    "缺少随附单据：{name}（{found}），请上传。",
    "The attachment {name} ({found}) is missing; upload it.",
    PRACTICE,
)
NOT_PDF = Kind(
    "CUS-D03",
    ERROR,
    "随附单据“{found}”不是 PDF 文件，请转换后上传。",
    "The attachment “{found}” is no PDF file; convert it.",
    "报关单证电子转换或扫描文件格式标准（2019版）",
)
TOO_BIG = Kind(
    "CUS-D03",
    ERROR,
    "随附单据“{file}”有 {found} 字节，最多 {limit} 字节（4 MB），请压缩或拆分。",
    "The attachment “{file}” has {found} bytes, at most {limit} (4 MB); compress or split it.",
    "报关单证电子转换或扫描文件格式标准（2019版）",
)
FILE_NAME = Kind(
    "CUS-D03",
    ERROR,
    "随附单据文件名“{found}”不正确：应为 4 位关区 + 8 位单据类别 + IM + 18 位流水号 + .pdf，不超过 64 个字符，请改名。",
    "The file name “{found}” is wrong: 4-digit customs office, 8-digit kind, IM, 18-digit serial and "
    ".pdf, at most 64 characters; rename it.",
    SPECIFICATION,
)
FILE_KIND = Kind(
    "CUS-D03",
    ERROR,
    "随附单据文件名“{found}”中的类别与所填类别 {expected} 不一致，请改正。",
    "The kind in the file name “{found}” differs from the kind {expected} of the row; correct it.",
    SPECIFICATION,
)
BIG_PAGES = Kind(
    "CUS-D03b",
    WARNING,
    "随附单据“{file}”平均每页 {found} 字节，超过 {limit} 字节（400 KB），请压缩。",
    "The attachment “{file}” has {found} bytes a page, more than {limit} (400 KB); compress it.",
    "报关单证电子转换或扫描文件格式标准（2019版）",
)
OLD_PDF = Kind(
    "CUS-D03b",
    WARNING,
    "随附单据“{file}”是 PDF {found}，应为 1.4 或更高版本，请另存。",
    "The attachment “{file}” is PDF {found}; 1.4 or newer is expected. Save it again.",
    "报关单证电子转换或扫描文件格式标准（2019版）",
)
INVOICE_TOTAL = Kind(
    "CUS-D04",
    ERROR,
    "发票总额 {expected} {currency} 与各项总价合计 {found} {other} 不符，请核对。",
    "The invoice says {expected} {currency}, the lines make {found} {other}; check them.",
    PRACTICE,
)
PACKING = Kind(
    "CUS-D05",
    ERROR,
    "“{field}”（{element}）为 {found}，装箱单为 {expected}，请核对。",
    "“{element}” ({field}) is {found}, the packing list says {expected}; check them.",
    PRACTICE,
)
CONTRACT_NUMBER = Kind(
    "CUS-D06",
    WARNING,
    "合同协议号为 {found}，单据（{which}）上为 {expected}，请核对。",
    "The contract number is {found}, the document ({which}) says {expected}; check them.",
    PRACTICE,
)
INVOICE_DAY = Kind(
    "CUS-D07",
    WARNING,
    "发票日期 {found} 晚于申报日期 {on}，请核对。",
    "The invoice of {found} is later than the declaration of {on}; check it.",
    PRACTICE,
)
CONTRACT_DAY = Kind(
    "CUS-D07",
    WARNING,
    "合同日期 {found} 晚于发票日期 {invoice}，请核对。",
    "The contract of {found} is later than the invoice of {invoice}; check it.",
    PRACTICE,
)
CONSIGNEE = Kind(
    "CUS-D08",
    WARNING,
    "提单收货人为“{expected}”，境内收货人填“{found}”，请核对。",
    "The bill names the consignee “{expected}”, the declaration “{found}”; check them.",
    PRACTICE,
)
MANIFEST = Kind(
    "CUS-D09",
    ERROR,
    "“{field}”（{element}）为 {found}，舱单为 {expected}，不一致会退单，请核对。",
    "“{element}” ({field}) is {found}, the manifest says {expected}; customs rejects a difference.",
    PRACTICE,
)
NO_LINE = Kind(
    "CUS-D10",
    ERROR,
    "随附单证对应关系中的商品项号“{found}”不存在，应为 1 至 {count}，请改正。",
    "The mapping names line “{found}”, which does not exist; lines are 1 to {count}.",
    SPECIFICATION,
)
NO_DOCUMENT = Kind(
    "CUS-D10",
    ERROR,
    "随附单证对应关系中的单证代码 {found} 没有对应的随附单证行，请补填或删除。",
    "The mapping names document {found} but there is no row for it; add the row or remove the mapping.",
    SPECIFICATION,
)
NO_FILE = Kind(
    "CUS-D10",
    ERROR,
    "电子随附单据“{found}”没有已上传的文件，请上传或删除该行。",
    "No file was uploaded for the attachment “{found}”; upload it or remove the row.",
    SPECIFICATION,
)

_NAME = re.compile(r"\d{4}(\d{8})IM\d{18}\.pdf", re.ASCII)
_OLDEST = (1, 4)
_CENT = Decimal("0.01")
_NUMBERS = re.compile(r"\d+", re.ASCII)


def wanted_files(declaration: Declaration, context: Context) -> Problems:
    """D02: also a row of the message counts."""
    if context.attachments is None or not context.wanted_attachments:
        return
    given = {file.kind for file in context.attachments}
    given |= {
        row.get("EdocCode", "") for row in declaration.document.get("EdocRealation") or ()
    }
    for kind in context.wanted_attachments:
        if kind not in given:
            yield WANTED.at("", name=context.reference.name("edoc_type", kind), found=kind)


def files(declaration: Declaration, context: Context) -> Problems:
    """D03, D03b: files by their facts, rows of the message by their names."""
    for number, row in enumerate(declaration.document.get("EdocRealation") or ()):
        name = row.get("EdocID", "")
        if row.get("EdocFomatType", "US") == "US" and name:
            yield from _file_name(
                f"EdocRealation[{number}].EdocID", name, row.get("EdocCode", "")
            )
    for file in context.attachments or ():
        yield from _file(file, context)


def _file_name(path: str, name: str, kind: str) -> Iterator[Problem]:
    match = _NAME.fullmatch(name)
    if not match or len(name) > 64:
        yield FILE_NAME.at(path, found=name)
    elif kind and match[1] != kind:
        yield FILE_KIND.at(path, found=name, expected=kind)


def _file(file: AttachedFile, context: Context) -> Iterator[Problem]:
    limits = context.limits
    if file.is_pdf is False:
        yield NOT_PDF.at("", found=file.name)
        return
    if file.size is not None and file.size > limits.attachment_bytes:
        yield TOO_BIG.at("", file=file.name, found=file.size, limit=limits.attachment_bytes)
    if file.size is not None and file.pages:
        found = file.size // file.pages
        if found > limits.attachment_page_bytes:
            yield BIG_PAGES.at(
                "", file=file.name, found=found, limit=limits.attachment_page_bytes
            )
    version = tuple(int(n) for n in _NUMBERS.findall(file.pdf_version))
    if version and version < _OLDEST:
        yield OLD_PDF.at("", file=file.name, found=file.pdf_version)


def invoice_total(declaration: Declaration, context: Context) -> Problems:
    """D04."""
    invoice, found = context.invoice, total_of(declaration)
    if invoice is None or invoice.total is None or found is None:
        return
    currency = declaration.currencies[0]
    is_other = bool(invoice.currency) and invoice.currency != currency
    if is_other or abs(found - invoice.total) > _CENT:
        yield INVOICE_TOTAL.at(
            "",
            expected=invoice.total,
            currency=invoice.currency,
            found=found,
            other=currency,
        )


def packing_list(declaration: Declaration, context: Context) -> Problems:
    """D05."""
    packing = context.packing
    if packing is None:
        return
    for element, field, found, expected in (
        ("PackNo", "件数", declaration.packages, packing.packages),
        ("GrossWet", "毛重", declaration.gross_weight, packing.gross_weight),
        ("NetWt", "净重", declaration.net_weight, packing.net_weight),
    ):
        if found is not None and expected is not None and found != expected:
            yield PACKING.at(
                f"DecHead.{element}",
                field=field,
                element=element,
                found=found,
                expected=expected,
            )


def contract_numbers(declaration: Declaration, context: Context) -> Problems:
    """D06."""
    found = declaration.contract_no
    if not found:
        return
    for which, number in (
        ("发票", context.invoice.contract_no if context.invoice else ""),
        ("装箱单", context.packing.contract_no if context.packing else ""),
        ("合同", context.contract.number if context.contract else ""),
    ):
        if number and number.strip().upper() != found.upper():
            yield CONTRACT_NUMBER.at(
                "DecHead.ContrNo", found=found, which=which, expected=number
            )


def document_days(_declaration: Declaration, context: Context) -> Problems:
    """D07."""
    invoice = context.invoice.day if context.invoice else None
    contract = context.contract.day if context.contract else None
    if invoice and invoice > context.on:
        yield INVOICE_DAY.at("", found=invoice, on=context.on)
    if invoice and contract and contract > invoice:
        yield CONTRACT_DAY.at("", found=contract, invoice=invoice)


def manifest(declaration: Declaration, context: Context) -> Problems:
    """D08, D09; the weight of bulk cargo is W10."""
    known = context.manifest
    if known is None:
        return
    trader = declaration.trader.name
    if declaration.is_import and known.consignee and trader and known.consignee != trader:
        yield CONSIGNEE.at("DecHead.TradeName", expected=known.consignee, found=trader)
    for path, field, text, wanted in (
        ("DecHead.TrafName", "运输工具名称", declaration.vehicle, known.vehicle),
        ("DecFreeTxt.VoyNo", "航次号", declaration.voyage, known.voyage),
        ("DecHead.BillNo", "提运单号", declaration.bill_no, known.bill_no),
    ):
        if wanted and text.upper() != wanted.upper():
            yield _manifest(path, field, text, wanted)
    for path, field, number, right in (
        ("DecHead.PackNo", "件数", declaration.packages, known.packages),
        ("DecHead.GrossWet", "毛重", declaration.gross_weight, known.gross_weight),
    ):
        is_bulk = declaration.packing == "00" and field == "毛重"
        if right is not None and number is not None and number != right and not is_bulk:
            yield _manifest(path, field, number, right)


def _manifest(path: str, field: str, found: object, expected: object) -> Problem:
    element = path.partition(".")[2]
    return MANIFEST.at(path, field=field, element=element, found=found, expected=expected)


def relations(declaration: Declaration, context: Context) -> Problems:
    """D10."""
    count = len(declaration.goods)
    lines = {str(n) for n in range(1, count + 1)}
    kinds = {licence.kind for licence in declaration.licences}
    for number, row in enumerate(declaration.document.get("EcoRelation") or ()):
        place = f"EcoRelation[{number}]"
        if (line := row.get("DecGNo", "")) not in lines:
            yield NO_LINE.at(f"{place}.DecGNo", found=line, count=count)
        if (kind := row.get("CertType", "")) and kind[0] not in kinds:
            yield NO_DOCUMENT.at(f"{place}.CertType", found=kind)
    names = None if context.attachments is None else {f.name for f in context.attachments}
    for number, row in enumerate(declaration.document.get("EdocRealation") or ()):
        place = f"EdocRealation[{number}]"
        for line in _NUMBERS.findall(row.get("GNoStr", "")):
            if line not in lines:
                yield NO_LINE.at(f"{place}.GNoStr", found=line, count=count)
        own = {row.get("EdocID", ""), row.get("EdocCopId", "")} - {""}
        if names is not None and row.get("EdocFomatType") == "US" and not own & names:
            yield NO_FILE.at(f"{place}.EdocID", found=row.get("EdocID", ""))
