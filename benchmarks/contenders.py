"""The same classification job, written for several engines. One call = one job, in a fresh process.

The job, per customer, over the same four Parquet files: net amount and distinct documents of the
last 12 months, days since the last sale, import and return share of the last 12 months; from these
ABC by cumulative share (80 % / 95 %), quintiles of recency, frequency and amount by rank (equal
values share a rank), and a segment by six nested rules, first match wins. The result stays in the
engine's own memory; only when it is to be compared is it written to a file, after the clock stops.

A return (negative line) lowers the amount and is no sale. All amounts are integers × 10⁴.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import sqlite3
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from guanzhang import classification as guanzhang_classification
from guanzhang.analytics.domain.catalogue import CATALOGUE
from guanzhang.analytics.engine import Warehouse, connect
from guanzhang.classification.compile import outcomes_sql
from guanzhang.classification.domain.notation import definition_of
from guanzhang.classification.domain.scheme import needed_columns

AS_OF = dt.date(2026, 11, 23)
SINCE = dt.date(2025, 11, 24)
YUAN = 10_000
RESULT = ("party_id", "abc", "r", "f", "m", "segment")


def _bands(
    fact: str, method: str, cuts: list[str], bands: list[str], window: str = "12m"
) -> dict:
    classes = [{"code": b, "name": b, "colour": 0, "meaning": ""} for b in bands]
    body = {"fact": fact, "method": method, "bands": bands}
    if cuts:
        body["cuts"] = cuts
    return {"kind": "bands", "window": window, "classes": classes, "body": body}


def _test(fact: str, op: str, *values: str) -> dict:
    several = op in ("within", "in")
    value = {"values": list(values)} if several else {"value": values[0]} if values else {}
    return {"fact": fact, "op": op, **value}


FIVES = ["1", "2", "3", "4", "5"]
SEGMENTS = ["core", "key", "importer", "lost", "wake", "normal"]
SCHEMES = {
    "abc": _bands("amount", "share", ["80", "95"], ["A", "B", "C"]),
    "r": _bands("days_since_traded", "quantile", [], FIVES),
    "f": _bands("frequency", "quantile", [], FIVES),
    "m": _bands("amount", "quantile", [], FIVES),
    "segment": {
        "kind": "rules",
        "window": "12m",
        "classes": [{"code": s, "name": s, "colour": 0, "meaning": ""} for s in SEGMENTS],
        "body": {
            "rules": [
                {"when": _test("days_since_traded", "is_unknown"), "class": None},
                {
                    "when": {"all": [
                        _test("amount", ">=", "500000"), _test("frequency", ">=", "12"),
                        _test("days_since_traded", "<=", "90"),
                    ]},
                    "class": "core",
                },
                {
                    "when": {"all": [
                        {"some": [_test("amount", ">=", "200000"), _test("frequency", ">=", "24")]},
                        {"not": _test("return_share", ">=", "0.1")},
                        {"not": _test("days_since_traded", ">", "180")},
                    ]},
                    "class": "key",
                },
                {
                    "when": {"all": [
                        _test("import_share", ">=", "0.6"), _test("region", "within", "330000"),
                        _test("days_since_traded", "<=", "365"),
                    ]},
                    "class": "importer",
                },
                {"when": _test("days_since_traded", ">", "365"), "class": "lost"},
                {
                    "when": {"all": [
                        _test("days_since_traded", ">", "90"),
                        {"some": [_test("amount", ">=", "100000"), _test("frequency", ">=", "6")]},
                    ]},
                    "class": "wake",
                },
            ],
            "default": "normal",
        },
    },
}  # fmt: skip


def guanzhang(folder: Path, *schemes: str) -> Callable[[Path], None]:
    """The product: facts compiled for the schemes asked for, then all classes in one statement."""
    definitions = {name: definition_of(SCHEMES[name]) for name in schemes or SCHEMES}
    return _product(folder, definitions)


def starters(folder: Path) -> Callable[[Path], None]:
    """The product with every starter scheme that it ships."""
    data = Path(guanzhang_classification.__file__ or "").parent / "data"
    return _product(
        folder,
        {
            f"s{n}": definition_of(json.loads(file.read_text(encoding="utf-8"))["definition"])
            for n, file in enumerate(sorted(data.glob("*.json")))
        },
    )


def _product(folder: Path, definitions: dict) -> Callable[[Path], None]:
    columns = set().union(*(needed_columns(d, CATALOGUE) for d in definitions.values()))
    warehouse = Warehouse(folder, AS_OF)
    warehouse.materialise(sorted(columns))
    warehouse.keep("outcomes", outcomes_sql(definitions, CATALOGUE, AS_OF))

    def write(file: Path) -> None:
        text = file.with_suffix(".csv")  # the warehouse itself may write nowhere
        with text.open("w", encoding="utf-8", newline="") as target:
            for rows in warehouse.stream(f"SELECT {', '.join(RESULT)} FROM outcomes"):
                csv.writer(target).writerows(rows)
        kinds = ", ".join(
            f"'{c}': '{'BIGINT' if c == 'party_id' else 'VARCHAR'}'" for c in RESULT
        )
        connect(file.parent / "spill").execute(
            f"COPY (FROM read_csv('{text}', header = false, columns = {{{kinds}}}, auto_detect = false))"
            f" TO '{file}' (FORMAT parquet)"
        )

    return write


_CLASSES = """
SELECT party_id,
  CASE WHEN amount IS NULL THEN NULL WHEN total <= 0 THEN 'C'
       WHEN (before) * 100 < total * 80 THEN 'A' WHEN (before) * 100 < total * 95 THEN 'B' ELSE 'C' END AS abc,
  CASE WHEN days IS NOT NULL THEN ((rank_r - 1) * 5 // known_r + 1)::VARCHAR END AS r,
  CASE WHEN frequency IS NOT NULL THEN ((rank_f - 1) * 5 // known_f + 1)::VARCHAR END AS f,
  CASE WHEN amount IS NOT NULL THEN ((rank_m - 1) * 5 // known_m + 1)::VARCHAR END AS m,
  CASE WHEN days IS NULL THEN NULL
       WHEN amount >= 5000000000 AND frequency >= 12 AND days <= 90 THEN 'core'
       WHEN (amount >= 2000000000 OR frequency >= 24) AND NOT coalesce(return_share >= 0.1 - 5e-7, false)
            AND days <= 180 THEN 'key'
       WHEN import_share >= 0.6 - 5e-7 AND region LIKE '33%' AND days <= 365 THEN 'importer'
       WHEN days > 365 THEN 'lost'
       WHEN days > 90 AND (amount >= 1000000000 OR frequency >= 6) THEN 'wake'
       ELSE 'normal' END AS segment
FROM (
  SELECT *, sum(amount) OVER () AS total,
    sum(amount) OVER (ORDER BY amount DESC NULLS LAST, party_code
                      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - amount AS before,
    rank() OVER (ORDER BY days DESC NULLS LAST) AS rank_r, count(days) OVER () AS known_r,
    rank() OVER (ORDER BY frequency DESC NULLS LAST) AS rank_f, count(frequency) OVER () AS known_f,
    rank() OVER (ORDER BY amount DESC NULLS LAST) AS rank_m, count(amount) OVER () AS known_m
  FROM facts
)"""
_YEAR = f"traded_on >= DATE '{SINCE}'"
_SHARES = """
  CASE WHEN sold > 0 THEN (sold - amount) / sold END AS return_share,
  CASE WHEN directed > 0 THEN coalesce(imported, 0) / directed END AS import_share"""


def _duckdb(folder: Path, documents: str, extra: str = "") -> Callable[[Path], None]:
    connection = connect(folder / "spill")
    transactions, parties = (f"'{folder}/{n}.parquet'" for n in ("transactions", "parties"))
    connection.execute(f"""
CREATE TABLE result AS WITH trade AS (
  SELECT party_id, sum(amount) FILTER (WHERE {_YEAR})::BIGINT AS amount,
    sum(amount) FILTER (WHERE {_YEAR} AND amount >= 0)::BIGINT AS sold,
    sum(amount) FILTER (WHERE {_YEAR} AND amount >= 0 AND direction = 'import')::BIGINT AS imported,
    sum(amount) FILTER (WHERE {_YEAR} AND amount >= 0 AND direction IS NOT NULL)::BIGINT AS directed,
    {documents} AS documents,
    max(traded_on) FILTER (WHERE amount >= 0) AS last
  FROM {transactions} WHERE traded_on <= DATE '{AS_OF}' GROUP BY party_id
){extra}, facts AS (
  SELECT party_id, party_code, region, amount, coalesce(documents, 0) AS frequency,
    DATE '{AS_OF}' - last AS days, {_SHARES}
  FROM {parties} LEFT JOIN trade USING (party_id)
) {_CLASSES}""")
    return lambda file: _void(connection.execute(f"COPY result TO '{file}' (FORMAT parquet)"))


def hand_written(folder: Path) -> Callable[[Path], None]:
    """One DuckDB statement by hand, using the same prepared columns as the product does."""
    first = f"(previous_of_document IS NULL OR previous_of_document < DATE '{SINCE}')"
    return _duckdb(folder, f"count(*) FILTER (WHERE {_YEAR} AND {first})")


def hand_written_distinct(folder: Path) -> Callable[[Path], None]:
    """One DuckDB statement by hand, as it would be written over plain rows: COUNT(DISTINCT …)."""
    return _duckdb(
        folder, f"count(DISTINCT document_id) FILTER (WHERE {_YEAR} AND amount >= 0)"
    )


def polars(folder: Path) -> Callable[[Path], None]:
    """The job in Polars' lazy frames, streaming engine, over the same prepared columns."""
    import polars as pl  # noqa: PLC0415 - only this process pays for it

    year, sold = pl.col("traded_on") >= SINCE, pl.col("amount") >= 0
    first = pl.col("previous_of_document").is_null() | (pl.col("previous_of_document") < SINCE)
    amount = pl.col("amount")
    trade = (
        pl.scan_parquet(folder / "transactions.parquet")
        .filter(pl.col("traded_on") <= AS_OF)
        .group_by("party_id")
        .agg(
            amount.filter(year).sum().alias("net"),
            year.sum().alias("lines"),
            amount.filter(year & sold).sum().alias("sold"),
            amount.filter(year & sold & (pl.col("direction") == "import"))
            .sum()
            .alias("imported"),
            amount.filter(year & sold & pl.col("direction").is_not_null())
            .sum()
            .alias("directed"),
            (year & first).sum().cast(pl.Int64).alias("documents"),
            pl.col("traded_on").filter(sold).max().alias("last"),
        )
    )
    facts = (
        pl.scan_parquet(folder / "parties.parquet")
        .select("party_id", "party_code", "region")
        .join(trade, on="party_id", how="left")
        .with_columns(
            pl.when(pl.col("lines") > 0).then(pl.col("net")).alias("amount"),
            pl.col("documents").fill_null(0).alias("frequency"),
            (pl.lit(AS_OF) - pl.col("last")).dt.total_days().alias("days"),
        )
        .with_columns(
            _at_least(pl, pl.col("sold") - pl.col("amount"), pl.col("sold"), 0.1).alias(
                "returns"
            ),
            _at_least(pl, pl.col("imported"), pl.col("directed"), 0.6).alias("imports"),
        )
        .collect(engine="streaming")
    )
    a, f, d = pl.col("amount"), pl.col("frequency"), pl.col("days")

    def fifth(column: str) -> object:
        place = pl.col(column).rank("min", descending=True).cast(pl.Int64)
        return ((place - 1) * 5 // pl.col(column).count() + 1).cast(pl.String).alias(column[0])

    result = facts.sort(
        a, "party_code", descending=[True, False], nulls_last=True
    ).with_columns((a.cum_sum() - a).alias("before"), a.sum().alias("total"))
    result = result.select(
        "party_id",
        pl.when(a.is_null()).then(None).when(pl.col("total") <= 0).then(pl.lit("C"))
        .when(pl.col("before") * 100 < pl.col("total") * 80).then(pl.lit("A"))
        .when(pl.col("before") * 100 < pl.col("total") * 95).then(pl.lit("B"))
        .otherwise(pl.lit("C")).alias("abc"),
        fifth("days").alias("r"), fifth("frequency").alias("f"), fifth("amount").alias("m"),
        pl.when(d.is_null()).then(None)
        .when((a >= 500_000 * YUAN) & (f >= 12) & (d <= 90)).then(pl.lit("core"))
        .when(((a >= 200_000 * YUAN).fill_null(value=False) | (f >= 24))
              & ~pl.col("returns").fill_null(value=False) & (d <= 180)).then(pl.lit("key"))
        .when(pl.col("imports") & pl.col("region").str.starts_with("33") & (d <= 365))
        .then(pl.lit("importer"))
        .when(d > 365).then(pl.lit("lost"))
        .when((d > 90) & ((a >= 100_000 * YUAN).fill_null(value=False) | (f >= 6))).then(pl.lit("wake"))
        .otherwise(pl.lit("normal")).alias("segment"),
    )  # fmt: skip
    return lambda file: _void(result.write_parquet(file))


def _at_least(pl, part, whole, share: float):
    """part ÷ whole, rounded to six places, is at least ``share``; null unless whole > 0."""
    return pl.when(whole > 0).then(part / whole >= share - 5e-7)


def pandas(folder: Path) -> Callable[[Path], None]:
    """The job in pandas with pyarrow reading only the columns it needs."""
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    def read(name: str, columns: list[str]) -> pd.DataFrame:
        table = pq.read_table(folder / f"{name}.parquet", columns=columns)
        return table.to_pandas(date_as_object=False)

    wanted = ["party_id", "traded_on", "amount", "direction", "previous_of_document"]
    trade = read("transactions", wanted)
    trade = trade[trade["traded_on"] <= pd.Timestamp(AS_OF)]
    sold = trade["amount"] >= 0
    last = trade[sold].groupby("party_id")["traded_on"].max()
    year = trade[trade["traded_on"] >= pd.Timestamp(SINCE)]
    sold = year["amount"] >= 0
    before = year["previous_of_document"]
    first = before.isna() | (before < pd.Timestamp(SINCE))

    def total(rows: pd.DataFrame) -> pd.Series:
        return rows.groupby("party_id")["amount"].sum()

    sums = pd.DataFrame({
        "amount": total(year).astype("Int64"),
        "sold": total(year[sold]).astype("Int64"),
        "imported": total(year[sold & (year["direction"] == "import")]).astype("Int64"),
        "directed": total(year[sold & year["direction"].notna()]).astype("Int64"),
        "documents": year[first].groupby("party_id").size(),
    })  # fmt: skip
    facts = read("parties", ["party_id", "party_code", "region"]).set_index("party_id")
    facts = facts.join(sums).join(last.rename("last"))
    a, n = facts["amount"], len(facts)
    f = facts["documents"].fillna(0).astype("int64")
    d = (pd.Timestamp(AS_OF) - facts["last"]).dt.days

    def share(part: pd.Series, whole: pd.Series) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return part.to_numpy("float64", na_value=np.nan) / whole.to_numpy(
                "float64", na_value=np.nan
            )

    returns = share(facts["sold"] - a, facts["sold"]) >= 0.1 - 5e-7
    imports = share(facts["imported"].fillna(0), facts["directed"]) >= 0.6 - 5e-7

    def fifth(values: pd.Series) -> pd.Series:
        place = values.rank(method="min", ascending=False)
        return ((place - 1) * 5 // values.count() + 1).astype("Int64").astype("string")

    order = (
        facts.assign(a=a)
        .sort_values(["a", "party_code"], ascending=[False, True], na_position="last")
        .index
    )
    sorted_a = a.loc[order]
    whole = int(a.sum())
    ahead = (sorted_a.cumsum() - sorted_a).reindex(facts.index)
    abc = np.select(
        [a.isna(), np.full(n, whole <= 0), (ahead * 100 < whole * 80).fillna(value=False),
         (ahead * 100 < whole * 95).fillna(value=False)],
        ["", "C", "A", "B"], "C",
    )  # fmt: skip
    money = a.to_numpy("float64", na_value=np.nan)
    segment = np.select(
        [
            d.isna(),
            (money >= 5e9) & (f >= 12) & (d <= 90),
            ((money >= 2e9) | (f >= 24)) & ~returns & (d <= 180),
            imports & facts["region"].str.startswith("33").fillna(value=False) & (d <= 365),
            d > 365,
            (d > 90) & ((money >= 1e9) | (f >= 6)),
        ],
        ["", "core", "key", "importer", "lost", "wake"], "normal",
    )  # fmt: skip
    result = pd.DataFrame({
        "party_id": facts.index, "abc": abc, "r": fifth(d).to_numpy(), "f": fifth(f).to_numpy(),
        "m": fifth(a).to_numpy(), "segment": segment,
    })  # fmt: skip
    return lambda file: result.replace("", None).to_parquet(file)


class Line:
    """A row of trade as an ORM hands it out."""

    def __init__(self, document: int, day: str, amount: int, direction: str | None) -> None:
        self.document, self.direction = document, direction
        self.traded_on = dt.date.fromisoformat(day)
        self.amount = Decimal(amount).scaleb(-4)


def objects(folder: Path) -> Callable[[Path], None]:
    """A loop as an ORM leads to it: a query per customer, its rows as objects, sums in Decimal.

    Reads an SQLite file with the first customers only (see ``subset``); ranks are over those.
    """
    database = sqlite3.connect(folder / "subset.sqlite3")
    facts = {}
    for party_id, code, region in database.execute(
        "SELECT party_id, party_code, region FROM parties"
    ):
        found = database.execute(
            "SELECT document_id, traded_on, amount, direction FROM transactions WHERE party_id = ?",
            (party_id,),
        )
        lines = [line for line in (Line(*row) for row in found) if line.traded_on <= AS_OF]
        year = [line for line in lines if line.traded_on >= SINCE]
        sold = [line for line in year if line.amount >= 0]
        directed = sum((x.amount for x in sold if x.direction), Decimal(0))
        gross = sum((x.amount for x in sold), Decimal(0))
        net = sum((x.amount for x in year), Decimal(0)) if year else None
        sales = [line.traded_on for line in lines if line.amount >= 0]
        imported = sum((x.amount for x in sold if x.direction == "import"), Decimal(0))
        facts[party_id] = (
            code, region, net, len({x.document for x in sold}),
            (AS_OF - max(sales)).days if sales else None,
            imported / directed if directed else None,
            (gross - net) / gross if gross and net is not None else None,
        )  # fmt: skip
    classes = {party_id: [_segment(*each[1:])] for party_id, each in facts.items()}
    for place in (4, 3, 2):
        known = sorted(
            (p for p in facts if facts[p][place] is not None), key=lambda p: -facts[p][place]
        )
        rank = 1
        for n, party_id in enumerate(known, 1):
            if n > 1 and facts[party_id][place] != facts[known[n - 2]][place]:
                rank = n
            classes[party_id].append(str((rank - 1) * 5 // len(known) + 1))
    known = sorted((-each[2], each[0], p) for p, each in facts.items() if each[2] is not None)
    total, before = -sum(k[0] for k in known), Decimal(0)
    for net, _code, party_id in known:
        classes[party_id].append(
            "A" if before * 100 < total * 80 else "B" if before * 100 < total * 95 else "C"
        )
        before -= net
    return lambda _file: None


def _segment(region, net, count, days, imports, returns):
    if days is None:
        return None
    rich = net is not None and net >= 200_000
    if net is not None and net >= 500_000 and count >= 12 and days <= 90:
        return "core"
    if (
        (rich or count >= 24)
        and not (returns is not None and returns >= Decimal("0.1"))
        and days <= 180
    ):
        return "key"
    if (
        imports is not None
        and imports >= Decimal("0.6")
        and (region or "").startswith("33")
        and days <= 365
    ):
        return "importer"
    if days > 365:
        return "lost"
    if days > 90 and ((net is not None and net >= 100_000) or count >= 6):
        return "wake"
    return "normal"


def scan(folder: Path) -> Callable[[Path], None]:
    """The floor: read the columns that the job needs and add them up."""
    connection = connect(folder / "spill")
    connection.execute(
        "SELECT sum(party_id), sum(amount), max(traded_on), count(direction), max(previous_of_document)"
        f" FROM '{folder}/transactions.parquet'"
    ).fetchall()
    return lambda _file: None


def _void(_result: object) -> None:
    return None


CONTENDERS: dict[str, Callable[[Path], Callable[[Path], None]]] = {
    "scan": scan,
    "guanzhang": guanzhang,
    "hand_written": hand_written,
    "hand_written_distinct": hand_written_distinct,
    "polars": polars,
    "pandas": pandas,
    "objects": objects,
    "starters": starters,
} | {f"only_{name}": lambda folder, name=name: guanzhang(folder, name) for name in SCHEMES}
COMPARED = ("guanzhang", "hand_written", "hand_written_distinct", "polars", "pandas")


def _peak_megabytes() -> float:
    """The high-water mark of this process alone: ru_maxrss begins with that of its parent."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise SystemExit("This system does not say how much memory a process used at most.")


def main(name: str, folder: str, result: str) -> None:
    """Do the job once and print seconds and the peak memory of the process; write the result if asked."""
    if name in ("polars", "pandas"):  # importing them is not part of the job
        __import__(name)
        __import__("pyarrow.parquet")
    started = time.perf_counter()
    write = CONTENDERS[name](Path(folder))
    seconds = time.perf_counter() - started
    peak = _peak_megabytes()
    if result:
        write(Path(result))
    print(json.dumps({"seconds": seconds, "megabytes": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
