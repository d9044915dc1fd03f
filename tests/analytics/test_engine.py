"""The warehouse: what it answers, what it refuses, and how it is stopped."""

import datetime as dt
import threading

import duckdb
import pytest
from sqlglot import exp

from analytics.plain import Plain, customer
from guanzhang.analytics.domain.catalogue import CATALOGUE, Fact, FactType, Group
from guanzhang.analytics.engine import Warehouse, run
from guanzhang.work.registry import Cancelled

AS_OF = dt.date(2026, 11, 23)
LONG = "SELECT count(*) FROM range(20000000) a, range(20000000) b WHERE a.range + b.range = 7"


@pytest.fixture
def folder(tmp_path):
    book = Plain(
        {
            1: customer(("A1", "2026-11-01", 100_0000), ("A2", "2026-01-05", 300_0000)),
            2: customer(("B1", "2026-10-01", 100_0000)),
            3: customer(),
        }
    )
    book.write(tmp_path / "snapshot")
    return tmp_path / "snapshot"


@pytest.fixture
def warehouse(folder):
    with Warehouse(folder, AS_OF, threads=1) as opened:
        yield opened


def test_facts_are_a_table_that_grows(warehouse):
    warehouse.materialise(["amount__3m"])
    warehouse.materialise(["amount__12m", "lifecycle"])
    warehouse.materialise(["lifecycle"])
    assert warehouse.rows("SELECT * FROM facts ORDER BY party_id") == [
        (1, "C1", 100_0000, 400_0000, "returned"),
        (2, "C2", 100_0000, 100_0000, "new"),
        (3, "C3", None, None, "prospect"),
    ]


def test_an_unknown_column_is_refused(warehouse):
    for name in ("profit", "amount", "amount__2m", "kind__12m", 'x"; DROP TABLE facts; --'):
        with pytest.raises(KeyError):
            warehouse.materialise([name])


def test_expressions_and_text_answer_alike(warehouse):
    tree = exp.select("party_id").from_("parties").order_by("party_id")
    assert warehouse.rows(tree) == warehouse.rows("SELECT party_id FROM parties ORDER BY 1") == [
        (1,), (2,), (3,),
    ]  # fmt: skip
    assert warehouse.one("SELECT party_id, tags FROM parties WHERE party_id = 2") == {
        "party_id": 2,
        "tags": [],
    }
    assert warehouse.one("SELECT party_id FROM parties WHERE party_id = 9") is None


def test_a_stream_lets_other_queries_in_between(warehouse):
    warehouse.keep("numbers", "SELECT range AS n FROM range(25)")
    sizes, seen = [], []
    for part in warehouse.stream("SELECT n FROM numbers ORDER BY n", chunk=10):
        sizes.append(len(part))
        seen += [n for (n,) in part]
        assert warehouse.rows("SELECT count(*) FROM numbers") == [(25,)]
    assert sizes == [10, 10, 5]
    assert seen == list(range(25))


def test_a_kept_table_is_replaced_and_its_name_checked(warehouse):
    warehouse.keep("outcomes", "SELECT 1 AS a")
    warehouse.keep("outcomes", "SELECT 2 AS a")
    assert warehouse.rows("SELECT a FROM outcomes") == [(2,)]
    for name in ("Outcomes", 'x"y', "", "1a"):
        with pytest.raises(ValueError, match="no table name"):
            warehouse.keep(name, "SELECT 1")


def test_a_custom_field_younger_than_the_snapshot_is_missing(folder):
    catalogue = dict(CATALOGUE)
    for kind in FactType:
        code = f"custom_{kind.value}"
        catalogue[code] = Fact(code, code, code, kind, "", False, Group.CUSTOM, "")
    columns = [f"custom_{kind.value}" for kind in FactType]
    with Warehouse(folder, AS_OF, catalogue=catalogue, threads=1) as opened:
        opened.materialise(columns)
        [row] = set(opened.rows(f"SELECT {', '.join(columns)} FROM facts"))
        assert row == (None,) * len(columns)
        kinds = dict(r[:2] for r in opened.rows("DESCRIBE facts"))
    assert kinds["custom_tags"] == "VARCHAR[]"
    assert kinds["custom_money"] == "BIGINT"


def test_the_machine_is_out_of_reach(warehouse, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", encoding="utf-8")
    for sql in (
        f"SELECT * FROM read_csv('{secret}')",
        f"COPY parties TO '{tmp_path}/out.csv'",
        f"ATTACH '{tmp_path}/x.duckdb'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ):
        with pytest.raises(duckdb.Error):
            warehouse.rows(sql)
    assert not (tmp_path / "out.csv").exists()


def test_a_heartbeat_that_raises_stops_the_query(folder):
    beats = []

    def heartbeat():
        beats.append(threading.current_thread())
        if len(beats) == 2:
            raise Cancelled

    with Warehouse(folder, AS_OF, heartbeat=heartbeat, threads=1) as opened:
        with pytest.raises(Cancelled):
            opened.rows(LONG)
        assert (
            beats == [threading.main_thread()] * 2
        )  # Django's connection is used where it lives
        assert opened.rows("SELECT 1") == [(1,)]  # the connection is whole again


def test_a_failing_query_fails_with_a_heartbeat_too(warehouse):
    with pytest.raises(duckdb.ConversionException):
        run(duckdb.connect(), "SELECT CAST('x' AS INTEGER)", lambda: None).fetchall()


def test_interrupt_from_another_thread(warehouse):
    timer = threading.Timer(0.3, warehouse.interrupt)
    timer.start()
    with pytest.raises(duckdb.InterruptException):
        warehouse.rows(LONG)


def test_what_does_not_fit_in_memory_is_spilled_and_cleared(folder):
    with Warehouse(folder, AS_OF, memory="64MB", threads=1) as opened:
        opened.keep(
            "numbers", "SELECT range AS n, md5(range::VARCHAR) AS t FROM range(2000000)"
        )
        assert opened.rows("SELECT count(*), min(n) FROM (FROM numbers ORDER BY t)") == [
            (2_000_000, 0)
        ]
        assert [p.name for p in folder.parent.iterdir() if p.name.startswith("spill-")]
    assert [p.name for p in folder.parent.iterdir()] == ["snapshot"]
