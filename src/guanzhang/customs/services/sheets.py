"""Read an invoice or a packing list that somebody uploads, and remember which column is what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath

from django.http import Http404

from guanzhang.customs.domain.invoice import EXTRA, Lines, Table, guess, lines_of
from guanzhang.customs.models import Declaration, SheetMapping
from guanzhang.exchange import files, reading
from guanzhang.exchange.domain.cells import shown
from guanzhang.exchange.domain.headers import LOOKED_AT, find_header
from guanzhang.exchange.domain.mapping import plain_header
from guanzhang.kernel.problem import Kind, Refused, Severity
from guanzhang.reference.domain.view import Reference

MOST_ROWS = 5_000
SAMPLES = 2
TARGETS = (
    "ExgNo",
    "CodeTS",
    "GName",
    "DeclGoodsEname",
    "GModel",
    "GQty",
    "GUnit",
    "FirstQty",
    "SecondQty",
    "DeclPrice",
    "DeclTotal",
    "TradeCurr",
    "OriginCountry",
    "DestinationCountry",
    "DistrictCode",
    "DutyMode",
    "ContrItem",
)  # fmt: skip - elements that a column can fill
NO_SUCH_FILE = Kind(
    "CUS-986", Severity.ERROR,
    "上传的文件已不在服务器上，请重新选择文件。", "The uploaded file is gone; choose it again.",
)  # fmt: skip
_WORDS = (
    "品名",
    "商品名称",
    "名称",
    "数量",
    "单价",
    "总价",
    "金额",
    "单位",
    "币制",
    "原产国",
    "货号",
    "毛重",
    "净重",
    "件数",
    "description",
    "quantity",
    "qty",
    "unit price",
    "amount",
    "unit",
    "origin",
    "item no",
    "n.w.",
    "g.w.",
    "hs code",
    "商品编号",
)  # fmt: skip - what headers of such papers say


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of an upload: its columns, what the first rows hold, which column is taken for what."""

    name: str
    headers: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    rows: int
    role: str  # invoice | packing | ""
    columns: Mapping[str, int]
    remembered: bool


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was taken in; ``token`` names it afterwards."""

    token: str
    name: str
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person said a sheet is, and which element each column fills."""

    token: str
    file: str
    sheet: str
    role: str
    columns: Mapping[str, int]


def take_in(row: Declaration, name: str, chunks: Iterable[bytes]) -> Upload:
    """Store an xlsx or csv and look at its sheets. Raises ``Refused`` for what cannot be read safely."""
    name = PurePath(name.replace("\\", "/")).name[:255] or "file"
    stored = files.store(chunks)
    try:
        facts = reading.inspect(stored.path, name, files.sheets_folder(stored.sha256))
    except Refused:
        files.discard(stored)
        raise
    remembered = _remembered(row)
    sheets = []
    for sheet in facts.sheets:
        if sheet.hidden or not sheet.rows:
            continue
        found = _sheet(stored.sha256, name, sheet.name, remembered)
        if found:
            sheets.append(found)
    return Upload(stored.sha256, name, _with_roles(sheets))


def lines_from(
    row: Declaration,
    choices: Sequence[Choice],
    *,
    reference: Reference,
    tables: Mapping[str, str],
    labels: Mapping[str, str],
    defaults: Mapping[str, str],
    now: dt.datetime,
) -> Lines:
    """Goods lines of the chosen sheets; the mapping is remembered for the client.

    ``tables`` maps elements of goods lines to code tables, ``labels`` to what a person calls them.
    Nothing of the declaration is written. Without an invoice the packing list gives the lines.
    """
    papers = {role: _table(choice) for choice in choices if (role := choice.role)}
    invoice = papers.get("invoice") or papers.get("packing")
    if invoice is None:
        return Lines((), {}, ())
    packing = papers.get("packing") if "invoice" in papers else None
    found = lines_of(
        invoice, packing, reference=reference, tables=tables, labels=labels, defaults=defaults
    )
    _remember(row, choices, now)
    return found


def _sheet(
    token: str, name: str, sheet: str, remembered: Mapping[str, Mapping[str, str]]
) -> Sheet | None:
    headers, rows = _read(token, name, sheet)
    if not headers:
        return None
    samples = tuple(
        tuple(dict.fromkeys(t for _n, r in rows[:20] if (t := _at(r, i))))[:SAMPLES]
        for i in range(len(headers))
    )
    role, columns = _best(headers, remembered)
    return Sheet(
        sheet, headers, samples, len(rows), role, columns or guess(headers), bool(columns)
    )


def _read(
    token: str, name: str, sheet: str
) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    """Headers, and the rows that hold anything with their numbers."""
    path, folder = files.stored_path(token), files.sheets_folder(token)
    facts = reading.inspect(path, name, folder)
    every = reading.rows_of(path, facts, sheet, folder)
    top = list(islice(every, LOOKED_AT))
    known = {plain_header(word) for word in _WORDS}
    merged = facts.sheet(sheet).merged
    header = find_header(top, known, merged)
    if header is None:
        return (), []
    body = [*top[header.first_row - 1 :], *islice(every, MOST_ROWS)]
    rows = [
        (number, [shown(cell).strip() for cell in cells])
        for number, cells in enumerate(body, header.first_row)
    ]
    return header.names, [r for r in rows if any(r[1])]


def _table(choice: Choice) -> Table:
    if not choice.token.isalnum() or not files.stored_path(choice.token).exists():
        raise Refused([NO_SUCH_FILE.at("file")])
    _headers, rows = _read(choice.token, choice.file, choice.sheet)
    allowed = {*TARGETS, *EXTRA}
    columns = {name: at for name, at in choice.columns.items() if name in allowed}
    return Table(choice.sheet or choice.file, rows, columns)


def _with_roles(sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """An invoice where prices are, a packing list where weights are and no prices; one of each."""
    found: list[Sheet] = []
    for sheet in sheets:
        priced = {"DeclPrice", "DeclTotal"} & set(sheet.columns)
        weighed = {"net_weight", "gross_weight", "packages"} & set(sheet.columns)
        role = sheet.role or ("invoice" if priced else "packing" if weighed else "")
        taken = role in {each.role for each in found}
        found.append(
            Sheet(
                sheet.name,
                sheet.headers,
                sheet.samples,
                sheet.rows,
                "" if taken else role,
                sheet.columns,
                sheet.remembered,
            )
        )
    return tuple(found)


def _remembered(row: Declaration) -> dict[str, dict[str, str]]:
    rows = SheetMapping.objects.filter(book_id=row.book_id, party_id=row.party_id or 0)
    return dict(rows.values_list("role", "columns"))


def _best(
    headers: Sequence[str], remembered: Mapping[str, Mapping[str, str]]
) -> tuple[str, dict[str, int]]:
    """The remembered mapping all of whose columns this sheet has; ("", {}) when there is none."""
    for role, columns in remembered.items():
        if columns and all(text in headers for text in columns.values()):
            return role, {name: headers.index(text) for name, text in columns.items()}
    return "", {}


def _remember(row: Declaration, choices: Sequence[Choice], now: dt.datetime) -> None:
    for choice in choices:
        if not choice.role or row.party_id is None:
            continue
        headers, _rows = _read(choice.token, choice.file, choice.sheet)
        columns = {
            n: headers[i] for n, i in choice.columns.items() if i < len(headers) and headers[i]
        }
        SheetMapping.objects.update_or_create(
            book_id=row.book_id, party_id=row.party_id, role=choice.role,
            defaults={"columns": columns, "updated_at": now},
        )  # fmt: skip


def _at(row: Sequence[str], index: int) -> str:
    return row[index] if index < len(row) else ""


def choice_of(data: Mapping[str, object]) -> Choice:
    """A choice as the page sends it; raises ``Http404`` for anything else."""
    columns = data.get("columns")
    if not isinstance(columns, dict):
        raise Http404
    return Choice(
        str(data.get("token", "")),
        str(data.get("file", "")),
        str(data.get("sheet", "")),
        str(data.get("role", "")),
        {str(k): int(v) for k, v in columns.items() if isinstance(v, int) and v >= 0},
    )
