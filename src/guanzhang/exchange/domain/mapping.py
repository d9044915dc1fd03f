"""Which column of a file fills which field: a mapping as a value, and as JSON.

{"version": 1, "kind": "transactions", "sheet": "", "options": {"create_customers": true},
 "fields": {"document_no": {"column": "InvoiceNo"},
            "customer": {"column": "CustomerID", "clean": ["integer"]},
            "amount": {"multiply": ["Quantity", "UnitPrice"]},
            "traded_on": {"column": "InvoiceDate", "dates": "ymd"},
            "currency": {"constant": "GBP"}}}
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guanzhang.exchange.domain import problems as kinds
from guanzhang.exchange.domain.cells import CLEANERS, DATE_ORDERS, Habits, reader_for
from guanzhang.exchange.domain.fields import Field, FieldKind, Option, Ordinal
from guanzhang.kernel.problem import Problem, Refused

VERSION = 1
PROBLEM_COLUMN = "问题"  # what the annotated file adds to the columns of the original
_DECORATION = re.compile(r"[*＊:：]|\((?:必填|选填|required)\)$")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field's value comes from: one column, the product of two, or a fixed text."""

    columns: tuple[str, ...] = ()
    constant: str = ""
    clean: tuple[str, ...] = ()
    dates: str = "auto"

    def habits(self, *, epoch_1904: bool = False) -> Habits:
        return Habits(self.clean, self.dates, epoch_1904)

    def to_json(self) -> dict[str, Any]:
        if not self.columns:
            return {"constant": self.constant}
        names: dict[str, Any] = (
            {"column": self.columns[0]}
            if len(self.columns) == 1
            else {"multiply": list(self.columns)}
        )
        if self.clean:
            names["clean"] = list(self.clean)
        return names if self.dates == "auto" else names | {"dates": self.dates}


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole mapping. ``sheet`` "" is the sheet the program would choose."""

    kind: str
    sources: Mapping[str, Source]
    options: Mapping[str, bool] = field(default_factory=dict)
    sheet: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "kind": self.kind,
            "sheet": self.sheet,
            "options": dict(self.options),
            "fields": {key: source.to_json() for key, source in self.sources.items()},
        }


def definition_from_json(data: object) -> Definition:
    """The mapping that ``to_json`` or a person wrote; raises ``Refused`` saying what is wrong."""
    if not isinstance(data, dict) or not isinstance(data.get("fields"), dict):
        raise Refused([kinds.BAD_MAPPING.at("", why="应为含 kind 和 fields 的 JSON 对象")])
    if data.get("version", VERSION) != VERSION:
        raise Refused([kinds.BAD_MAPPING.at("version", why=f"version 应为 {VERSION}")])
    options = data.get("options", {})
    if not isinstance(options, dict) or not all(isinstance(v, bool) for v in options.values()):
        raise Refused([kinds.BAD_MAPPING.at("options", why="options 的值应为 true 或 false")])
    sources = {str(key): _source(str(key), body) for key, body in data["fields"].items()}
    return Definition(str(data.get("kind", "")), sources, options, str(data.get("sheet", "")))


def _source(key: str, body: object) -> Source:
    if not isinstance(body, dict):
        raise Refused([kinds.BAD_MAPPING.at(key, why=f"字段 {key} 应为 JSON 对象")])
    clean = body.get("clean", [])
    if not isinstance(clean, list) or not set(clean) <= set(CLEANERS):
        why = f"字段 {key} 的 clean 只能是 {', '.join(CLEANERS)}"
        raise Refused([kinds.BAD_MAPPING.at(key, why=why)])
    dates = body.get("dates", "auto")
    if dates not in DATE_ORDERS:
        why = f"字段 {key} 的 dates 只能是 {', '.join(DATE_ORDERS)}"
        raise Refused([kinds.BAD_MAPPING.at(key, why=why)])
    columns = body.get("multiply") or ([body["column"]] if body.get("column") else [])
    if len(columns) > 2 or not all(isinstance(c, str) for c in columns):
        raise Refused([kinds.BAD_MAPPING.at(key, why=f"字段 {key} 的 multiply 应为两个列名")])
    if not columns and "constant" not in body:
        raise Refused(
            [kinds.BAD_MAPPING.at(key, why=f"字段 {key} 应有 column、multiply 或 constant")]
        )
    return Source(tuple(columns), str(body.get("constant", "")), tuple(clean), dates)


def check_definition(
    definition: Definition,
    fields: Sequence[Field],
    options: Sequence[Option],
    headers: Sequence[str],
    ordinal: Ordinal | None = None,
) -> tuple[Problem, ...]:
    """Everything that keeps ``definition`` from reading a file with ``headers``."""
    by_key = {f.key: f for f in fields}
    found: list[Problem] = []
    for key, source in definition.sources.items():
        if key not in by_key:
            found.append(kinds.UNKNOWN_FIELD.at(key, found=key, expected=_listed(by_key)))
            continue
        found += [
            kinds.UNKNOWN_COLUMN.at(key, found=name, expected=_listed(headers))
            for name in source.columns
            if name not in headers
        ]
        found += _check_source(by_key[key], source)
    found += [
        kinds.FIELD_NOT_MAPPED.at(f.key, found=f.label)
        for f in fields
        if f.required
        and f.key not in definition.sources
        and not (ordinal and f.key == ordinal.field)
    ]
    known = [o.key for o in options]
    found += [
        kinds.UNKNOWN_OPTION.at(key, found=key, expected=_listed(known))
        for key in definition.options
        if key not in known
    ]
    return tuple(found)


def _check_source(target: Field, source: Source) -> list[Problem]:
    if len(source.columns) == 2 and target.kind is not FieldKind.DECIMAL:
        return [
            kinds.BAD_MAPPING.at(target.key, why=f"“{target.label}”不是数字，不能由两列相乘")
        ]
    if source.columns:
        return []
    _value, problem = reader_for(target, source.habits())(source.constant)
    if problem is None or not problem.is_error:
        return []
    why = problem.message("zh")
    return [
        kinds.BAD_CONSTANT.at(target.key, field=target.label, found=source.constant, why=why)
    ]


def plain_header(text: str) -> str:
    """A header as it is compared: half-width, without blanks, ``*``, colon, （必填）; lower case."""
    compact = "".join(unicodedata.normalize("NFKC", text).split())
    return _DECORATION.sub("", compact).casefold()


def signature(headers: Iterable[str], added: Iterable[str] = ()) -> str:
    """What tells two layouts of files apart; the columns an annotated file ``added`` do not count."""
    ignored = {plain_header(PROBLEM_COLUMN), *map(plain_header, added)}
    names = [n for n in map(plain_header, headers) if n not in ignored]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def exact_sources(fields: Sequence[Field], headers: Sequence[str]) -> dict[str, Source]:
    """Fields whose label, key or alias is a header, in that order of preference; each column once."""
    columns: dict[str, str] = {}
    for header in headers:
        columns.setdefault(plain_header(header), header)
    found: dict[str, Source] = {}
    taken: set[str] = set()
    for spelling in (lambda f: (f.label, f.key), lambda f: f.aliases):
        for target in fields:
            names = (columns.get(plain_header(n)) for n in spelling(target))
            name = next((n for n in names if n and n not in taken), None)
            if name is not None and target.key not in found:
                found[target.key] = Source((name,))
                taken.add(name)
    return found


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    return "、".join(every[:20]) + ("…" if len(every) > 20 else "")
