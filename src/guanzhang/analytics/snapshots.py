"""How a snapshot is made: raw rows of the database → four Parquet files sorted by customer.

``parties``       a row per customer: profile facts as stored values, tags, custom fields
``transactions``  a row per line of trade, with what it takes to count without DISTINCT:
                  ``previous_of_document`` and ``previous_of_product``, the day the same customer's
                  document or product was traded before (NULL: this line is the first; a return has
                  its own day here, so that it never counts as a first), ``opens_day``, the first
                  sale of its day, and ``gap_days``, the days since the customer's trading day before
``service``       a row per service record
``days``          the company's trade and service per day, so that totals need no second scan

Integers stay integers: DuckDB's SUM is HUGEINT, which Parquet would keep as a rounded DOUBLE.
"""
# ruff: noqa: S608 - columns are constants or checked keys, the path is quoted

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from guanzhang.analytics.domain.catalogue import Fact, FactType
from guanzhang.analytics.engine import Heartbeat, run
from guanzhang.parties.domain.industries import children

ROWS_PER_GROUP = 102_400  # a multiple of DuckDB's vector of 2,048
CUSTOM = "custom_"


@dataclass(frozen=True, slots=True)
class RawTable:
    """Columns read from one table: name → type in DuckDB; ``where`` limits them to one book."""

    table: str
    columns: Mapping[str, str]
    where: str


RAW: Mapping[str, RawTable] = {
    "raw_parties": RawTable(
        "parties_party",
        {
            "id": "BIGINT", "code": "VARCHAR", "kind": "VARCHAR", "industry": "VARCHAR",
            "region": "VARCHAR", "scale": "VARCHAR", "staff_count": "BIGINT",
            "annual_revenue": "BIGINT", "registered_capital": "BIGINT", "established_on": "DATE",
            "customs_credit": "VARCHAR", "customs_kind": "VARCHAR", "source": "VARCHAR",
            "custom": "VARCHAR", "owner_id": "BIGINT", "department_id": "BIGINT",
            "is_customer": "BOOLEAN", "status": "VARCHAR",
        },
        "book_id = {book}",
    ),
    "raw_transactions": RawTable(
        "parties_transaction",
        {
            "id": "BIGINT", "party_id": "BIGINT", "source": "VARCHAR", "document_no": "VARCHAR",
            "traded_on": "DATE", "direction": "VARCHAR", "product_code": "VARCHAR",
            "product_name": "VARCHAR", "book_amount": "BIGINT",
        },
        "book_id = {book}",
    ),
    "raw_service": RawTable(
        "parties_servicerecord",
        {
            "party_id": "BIGINT", "kind": "VARCHAR", "happened_at": "TIMESTAMP",
            "next_action": "VARCHAR", "next_due_on": "DATE", "closed_at": "TIMESTAMP",
        },
        "book_id = {book}",
    ),
    "raw_tags": RawTable("parties_tag", {"id": "BIGINT", "name": "VARCHAR"}, "book_id = {book}"),
    "raw_tag_parties": RawTable(
        "parties_tag_parties",
        {"tag_id": "BIGINT", "party_id": "BIGINT"},
        "tag_id IN (SELECT id FROM {schema}parties_tag WHERE book_id = {book})",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """What a snapshot holds."""

    parties: int
    transactions: int
    service_records: int
    content_hash: str


def write_files(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    custom_facts: Iterable[Fact],
    heartbeat: Heartbeat | None = None,
) -> Written:
    """Turn the relations named in ``RAW`` into the four files of a snapshot in ``folder``."""
    for name, sql in (
        ("parties", _parties_sql(tuple(custom_facts))),
        ("transactions", _TRANSACTIONS),
        ("service", _SERVICE),
        ("days", _DAYS),
    ):
        file = str(folder / f"{name}.parquet").replace("'", "''")
        run(
            connection,
            f"COPY ({sql}) TO '{file}' (FORMAT parquet, COMPRESSION zstd,"
            f" ROW_GROUP_SIZE {ROWS_PER_GROUP})",
            heartbeat,
        )
        connection.execute(
            f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet('{file}')"
        )
    counts = {name: _count(connection, name) for name in ("parties", "transactions", "service")}
    return Written(
        counts["parties"], counts["transactions"], counts["service"],
        _content_hash(connection, heartbeat),
    )  # fmt: skip


def _count(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    row = connection.execute(f"SELECT COUNT(*) FROM {name}").fetchone()
    return int(row[0]) if row else 0


def _content_hash(connection: duckdb.DuckDBPyConnection, heartbeat: Heartbeat | None) -> str:
    """SHA-256 over the rows as multisets: their order does not matter, a double row does.

    Each row's MD5 (of its values, separated by characters no form lets in) is cut into 64 bits and
    summed in 128; MD5 because it gives the same number in every version of the engine.
    """
    lines = []
    for name in ("parties", "transactions", "service"):
        described = connection.execute(f"DESCRIBE {name}").fetchall()
        columns = sorted(
            (str(c[0]), str(c[1])) for c in described if str(c[0]) not in _DERIVED[name]
        )
        texts = ", ".join(_as_text(*column) for column in columns)
        result = run(
            connection,
            f"SELECT COUNT(*), SUM(md5_number_lower(concat_ws(chr(31), {texts}))) FROM {name}",
            heartbeat,
        ).fetchone()
        lines.append(f"{name} {columns} {result}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


_DERIVED = {
    "parties": (),
    "transactions": ("previous_of_document", "previous_of_product", "opens_day", "gap_days"),
    "service": (),
}


def _as_text(name: str, kind: str) -> str:
    quoted = f'"{name}"'
    text = (
        f"array_to_string({quoted}, chr(29))" if kind.endswith("[]") else f"{quoted}::VARCHAR"
    )
    return f"COALESCE({text}, chr(30))"


def _parties_sql(custom_facts: tuple[Fact, ...]) -> str:
    sections = ", ".join(
        f"('{division.code}', '{section.code}')"
        for section in children("")
        for division in children(section.code)
    )
    taken: set[str] = set()
    custom = []
    for fact in custom_facts:
        if fact.code.lower() not in taken:  # the engine's column names ignore case
            taken.add(fact.code.lower())
            custom.append(f', {_custom_value(fact)} AS "{fact.code}"')
    blank = [
        f"NULLIF({name}, '') AS {name}"
        for name in ("region", "scale", "customs_credit", "customs_kind", "source")
    ]
    return f"""
WITH sections (division, section) AS (VALUES {sections}), labels AS (
  SELECT party_id, list(name ORDER BY name) AS tags
  FROM raw_tag_parties JOIN raw_tags ON raw_tags.id = tag_id GROUP BY party_id
)
SELECT raw_parties.id AS party_id, code AS party_code, kind,
  NULLIF(COALESCE(section, '') || industry, '') AS industry, {", ".join(blank)},
  staff_count * 10000 AS staff_count, annual_revenue, registered_capital, established_on,
  owner_id::VARCHAR AS owner, department_id::VARCHAR AS department,
  COALESCE(tags, []::VARCHAR[]) AS tags{"".join(custom)}
FROM raw_parties
LEFT JOIN sections ON division = left(industry, 2)
LEFT JOIN labels ON labels.party_id = raw_parties.id
WHERE is_customer AND status = 'active'
ORDER BY raw_parties.id"""


def _custom_value(fact: Fact) -> str:
    """A custom field as the stored value of its fact; what cannot be read is missing."""
    path = fact.code.removeprefix(CUSTOM).replace("'", "''")
    text = f"NULLIF(trim(json_extract_string(custom, '$.\"{path}\"')), '')"
    match fact.type:
        case FactType.MONEY | FactType.NUMBER:
            plain = f"replace({text}, ',', '')"
            return f"TRY_CAST(TRY_CAST({plain} AS DECIMAL(28, 4)) * 10000 AS BIGINT)"
        case FactType.DATE:
            return f"TRY_CAST({text} AS DATE)"
        case FactType.FLAG:
            return f"TRY_CAST({text} AS BOOLEAN)"
        case _:
            return text


_TRANSACTIONS = """
WITH documents AS (
  SELECT source, document_no, MIN(id) AS document_id FROM raw_transactions
  GROUP BY source, document_no
), lines AS (
  SELECT t.id, t.party_id, document_id, traded_on, book_amount AS amount,
    NULLIF(direction, '') AS direction,
    COALESCE(NULLIF(product_code, ''), NULLIF(product_name, '')) AS product,
    book_amount < 0 AS is_return
  FROM raw_transactions t
  JOIN documents ON documents.source = t.source AND documents.document_no = t.document_no
  WHERE t.party_id IN (SELECT party_id FROM parties)
), chained AS (
  SELECT *,
    LAG(traded_on) OVER (PARTITION BY party_id, is_return, document_id ORDER BY traded_on, id)
      AS before_in_document,
    LAG(traded_on) OVER (PARTITION BY party_id, is_return, product ORDER BY traded_on, id)
      AS before_of_product,
    LAG(traded_on) OVER (PARTITION BY party_id, is_return ORDER BY traded_on, id) AS before
  FROM lines
)
SELECT party_id, document_id, traded_on, amount, direction, product,
  CASE WHEN is_return THEN traded_on ELSE before_in_document END AS previous_of_document,
  CASE WHEN is_return THEN traded_on ELSE before_of_product END AS previous_of_product,
  NOT is_return AND (before IS NULL OR before < traded_on) AS opens_day,
  CASE WHEN NOT is_return AND before < traded_on THEN traded_on - before END AS gap_days
FROM chained ORDER BY party_id, traded_on, id"""

# Asia/Shanghai has had one offset since 1991; a day of service is a day there.
_SERVICE = """
SELECT party_id, CAST(happened_at + INTERVAL 8 HOUR AS DATE) AS happened_on, kind,
  kind = 'complaint' OR COALESCE(next_action, '') <> '' OR next_due_on IS NOT NULL AS needs_closing,
  CAST(closed_at + INTERVAL 8 HOUR AS DATE) AS closed_on
FROM raw_service WHERE party_id IN (SELECT party_id FROM parties) ORDER BY party_id, happened_on"""

_DAYS = """
SELECT 'trade' AS kind, traded_on AS day, SUM(amount)::DECIMAL(38, 0) AS amount
FROM transactions GROUP BY traded_on
UNION ALL
SELECT 'service', happened_on, 0 FROM service GROUP BY happened_on ORDER BY 1, 2"""
