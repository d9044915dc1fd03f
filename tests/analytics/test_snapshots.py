"""Snapshots of the real database: complete, frozen, reused, and never through the live file."""

import datetime as dt
import shutil
import sqlite3
import subprocess
import sys
from decimal import Decimal

import duckdb
import pytest
from django.conf import settings
from django.db import connection, transaction

from guanzhang.analytics import queries, services
from guanzhang.analytics.engine import attach_copy, connect, load_extension
from guanzhang.analytics.models import Snapshot, Touch
from guanzhang.analytics.services import current_snapshot, open_snapshot, take_snapshot
from guanzhang.analytics.touch import data_version, fold_touches
from guanzhang.org import services as org
from guanzhang.parties.models import CustomField, Party, ServiceRecord, Tag, Transaction
from guanzhang.work.registry import Cancelled

AS_OF = dt.date(2026, 11, 23)
sqlite_only = pytest.mark.skipif(
    "postgresql" in settings.DATABASES["default"]["ENGINE"], reason="SQLite"
)


def make_book(code="SN"):
    return org.create_book(company="快照公司", code=code, name="快照公司")


def party(book, code, now, **fields):
    return Party.objects.create(
        book=book, code=code, name=f"客户{code}", created_at=now, updated_at=now, **fields
    )


def trade(party, document, day, amount, line=1, **fields):
    return Transaction.objects.create(
        book_id=party.book_id, party=party, source="file", document_no=document, line_no=line,
        traded_on=dt.date.fromisoformat(day), amount=Decimal(amount), book_amount=Decimal(amount),
        **fields,
    )  # fmt: skip


def contact(party, moment, now, kind="call", **fields):
    return ServiceRecord.objects.create(
        book_id=party.book_id, party=party, kind=kind, happened_at=moment, content="谈妥",
        user_id=1, user_name="甲", created_at=now, **fields,
    )  # fmt: skip


@pytest.fixture
def book(db):
    shutil.rmtree(
        services.snapshots_folder(), ignore_errors=True
    )  # rolled-back tests reuse ids
    return make_book()


@pytest.fixture
def two(book, now):
    """A customer that trades and one that does not; a supplier and an archived customer beside them."""
    first = party(
        book, "C1", now, region="330206", industry="F51", staff_count=12,
        annual_revenue=Decimal("5000.5"), established_on=dt.date(2010, 12, 1),
        custom={"level": "甲", "limit": "1250.5", "since": "2020-02-29", "vip": True},
    )  # fmt: skip
    second = party(book, "C2", now)
    supplier = party(book, "S1", now, is_customer=False, is_supplier=True)
    gone = party(book, "C3", now, status="archived")
    trade(first, "A1", "2026-11-01", "100.00", direction="import", product_code="0901")
    trade(first, "A1", "2026-11-01", "50.50", line=2, direction="export", product_name="茶")
    trade(first, "A2", "2026-11-20", "-0.5")
    trade(supplier, "B1", "2026-11-01", "999")
    trade(gone, "B2", "2026-11-01", "999")
    # 00:30 in Shanghai on the 2nd is still the 1st in UTC
    contact(
        first, dt.datetime(2026, 11, 1, 16, 30, 0, 5, tzinfo=dt.UTC), now, next_action="报价"
    )
    tag = Tag.objects.create(book=book, name="重点")
    tag.parties.add(first)
    for position, (key, kind) in enumerate(
        [("level", "choice"), ("limit", "money"), ("since", "date"), ("vip", "flag")]
    ):
        CustomField.objects.create(
            book=book, key=key, label=key, type=kind, choices=["甲", "乙"], position=position
        )
    return first, second


def test_facts_come_from_the_customers_of_the_book(two, book, now):
    first, second = two
    stranger = make_book("OT")
    trade(party(stranger, "X1", now), "A1", "2026-11-01", "7")
    snapshot = take_snapshot(book.pk, AS_OF, now=now)
    assert (snapshot.parties, snapshot.transactions, snapshot.service_records) == (2, 3, 1)
    columns = [
        "amount__12m", "frequency__12m", "lines__12m", "amount_share__12m", "import_share__12m",
        "product_count__12m", "days_since_traded", "days_since_contact", "open_service_count",
        "industry", "tags", "staff_count", "annual_revenue", "years_established", "lifecycle",
        "custom_level", "custom_limit", "custom_since", "custom_vip",
    ]  # fmt: skip
    facts = queries.facts_of(
        snapshot, [first.pk, second.pk, -1], columns, AS_OF, queries.catalogue_for(book.pk)
    )
    assert facts == {
        first.pk: {
            "amount__12m": 150_0000, "frequency__12m": 1_0000, "lines__12m": 3_0000,
            "amount_share__12m": 1_000_000, "import_share__12m": 664_452,
            "product_count__12m": 2_0000, "days_since_traded": 22_0000,
            "days_since_contact": 21_0000, "open_service_count": 1_0000, "industry": "F51",
            "tags": ["重点"], "staff_count": 12_0000, "annual_revenue": 5000_5000,
            "years_established": 15_0000, "lifecycle": "new", "custom_level": "甲",
            "custom_limit": 1250_5000, "custom_since": dt.date(2020, 2, 29), "custom_vip": True,
        },
        second.pk: {
            "amount__12m": None, "frequency__12m": 0, "lines__12m": 0, "amount_share__12m": None,
            "import_share__12m": None, "product_count__12m": 0, "days_since_traded": None,
            "days_since_contact": None, "open_service_count": 0, "industry": None, "tags": [],
            "staff_count": None, "annual_revenue": None, "years_established": None,
            "lifecycle": "prospect", "custom_level": None, "custom_limit": None,
            "custom_since": None, "custom_vip": None,
        },
    }  # fmt: skip


def test_nothing_known_is_not_zero(book, now):
    """A book that has no trade and no service at all knows nothing about how often."""
    party(book, "C1", now)
    snapshot = take_snapshot(book.pk, AS_OF, now=now)
    with open_snapshot(snapshot) as warehouse:
        columns = ["frequency__12m", "service_count__all", "open_service_count", "lifecycle"]
        warehouse.materialise(columns)
        assert warehouse.rows(f"SELECT {', '.join(columns)} FROM facts") == [(None,) * 4]


def test_one_snapshot_serves_earlier_days(two, book, now):
    first, _second = two
    snapshot = take_snapshot(book.pk, AS_OF, now=now)
    trade(first, "A9", "2026-11-02", "1")  # after the snapshot: not in it
    with open_snapshot(snapshot, as_of=dt.date(2026, 11, 19)) as warehouse:
        warehouse.materialise(["amount__12m"])
        assert warehouse.rows("SELECT amount__12m FROM facts ORDER BY party_id") == [
            (150_5000,), (None,),
        ]  # fmt: skip


def test_equal_data_gives_an_equal_hash_and_one_folder(two, book, now):
    once, again = (take_snapshot(book.pk, AS_OF, now=now) for _ in range(2))
    assert once.pk != again.pk
    assert (once.content_hash, once.folder) == (again.content_hash, again.folder)
    assert [p.name for p in services.snapshots_folder().joinpath(str(book.pk)).iterdir()] == [
        once.content_hash[:32]
    ]


CHANGES = {
    "amount": lambda p: Transaction.objects.filter(document_no="A2").update(book_amount=Decimal("-0.5001")),
    "day": lambda p: Transaction.objects.filter(document_no="A2").update(traded_on=AS_OF),
    "document": lambda p: Transaction.objects.filter(line_no=2).update(document_no="A7"),
    "product": lambda p: Transaction.objects.filter(line_no=2).update(product_name="咖啡"),
    "party": lambda p: Party.objects.filter(pk=p.pk).update(region="330205"),
    "custom": lambda p: Party.objects.filter(pk=p.pk).update(custom={"level": "乙"}),
    "new party": lambda p: party(p.book, "C9", p.created_at),
    "service": lambda p: ServiceRecord.objects.update(closed_at=p.created_at),
    "tag": lambda p: p.tags.clear(),
    "tag name": lambda p: Tag.objects.update(name="一般"),
    "new trade": lambda p: trade(p, "A8", "2026-11-01", "1"),
    "gone trade": lambda p: Transaction.objects.filter(document_no="A2").delete(),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen(two, book, now, change):
    before = current_snapshot(book.pk, AS_OF, now=now)
    assert current_snapshot(book.pk, AS_OF, now=now) == before
    CHANGES[change](two[0])
    after = current_snapshot(book.pk, AS_OF, now=now)
    assert after.pk != before.pk
    assert after.content_hash != before.content_hash


def test_swapping_the_amounts_of_two_lines_changes_the_hash(two, book, now):
    """The hash is of rows, not of columns: the same values in other places are other data."""
    before = take_snapshot(book.pk, AS_OF, now=now)
    one, other = Transaction.objects.filter(document_no="A1").order_by("line_no")
    for row, amount in ((one, other.book_amount), (other, one.book_amount)):
        Transaction.objects.filter(pk=row.pk).update(book_amount=amount)
    assert take_snapshot(book.pk, AS_OF, now=now).content_hash != before.content_hash


def test_writing_the_standing_leaves_the_snapshot_fresh(two, book, now):
    before = current_snapshot(book.pk, AS_OF, now=now)
    Party.objects.filter(book=book).update(grade="A", amount_12m=Decimal(1), lifecycle="new")
    assert current_snapshot(book.pk, AS_OF, now=now) == before


def test_another_day_shares_the_files(two, book, now):
    before = current_snapshot(book.pk, AS_OF, now=now)
    later = current_snapshot(book.pk, dt.date(2026, 11, 24), now=now)
    assert later.pk != before.pk
    assert (later.folder, later.as_of) == (before.folder, dt.date(2026, 11, 24))
    assert current_snapshot(book.pk, AS_OF, now=now) == before


def test_without_a_trigger_nothing_is_taken_for_fresh(two, book, now):
    before = current_snapshot(book.pk, AS_OF, now=now)
    on = "" if connection.vendor == "sqlite" else " ON parties_transaction"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER parties_transaction_touch_u{on}")
    assert data_version() is None
    assert current_snapshot(book.pk, AS_OF, now=now).pk != before.pk


def test_folding_the_touches_keeps_the_version(two):
    Touch.objects.create(weight=1)
    version = data_version()
    fold_touches()
    assert data_version() == version > 5
    if connection.vendor == "postgresql":
        assert Touch.objects.count() == 1


def test_a_cancelled_snapshot_leaves_nothing(two, book, now):
    def progress(done, _total, _step):
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        take_snapshot(book.pk, AS_OF, now=now, progress=progress)
    assert list(services.snapshots_folder().joinpath(str(book.pk)).iterdir()) == []
    assert not Snapshot.objects.exists()


def test_steps_are_reported_in_order(two, book, now):
    steps = []
    take_snapshot(book.pk, AS_OF, now=now, progress=lambda *step: steps.append(step))
    said = list(dict.fromkeys(step for _done, _total, step in steps))
    assert said == ["读取数据", "整理快照", "保存快照"]
    assert {total for _done, total, _step in steps} == {3}


def test_pruning_keeps_what_is_referred_to(two, book, now):
    first, _second = two
    kept, gone, newest = [], [], []
    for day, place in enumerate((kept, gone, newest)):
        trade(first, f"P{day}", "2026-10-01", "1")
        place.append(take_snapshot(book.pk, AS_OF, now=now))
    [kept], [gone], [newest] = kept, gone, newest
    other = make_book("PR")
    party(other, "X", now)
    elsewhere = take_snapshot(other.pk, AS_OF, now=now)
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
    assert services.prune_snapshots(book.pk, {kept.pk}, now=tomorrow) == 1
    assert set(Snapshot.objects.all()) == {kept, newest, elsewhere}
    there = [queries.folder_of(s).is_dir() for s in (kept, gone, newest, elsewhere)]
    assert there == [True, False, True, True]


def test_pruning_leaves_a_folder_that_is_being_written(two, book, now):
    take_snapshot(book.pk, AS_OF, now=now)
    young = services.snapshots_folder() / str(book.pk) / "x.part"
    young.mkdir()
    services.prune_snapshots(book.pk, (), now=dt.datetime.now(dt.UTC))
    assert young.is_dir()


def test_labels(book, two, cast):
    label = queries.labels_for(cast.book.pk)
    owner = cast.users["sales"]
    assert label("owner", str(owner.pk)) == "甲"
    assert label("owner", "999999") is None
    assert label("region", "330206") == "北仑区"
    assert label("industry", "F51") == "批发业"
    assert label("lifecycle", "lost") == "流失"
    assert queries.labels_for(cast.book.pk, "en")("lifecycle", "lost") == "Lost"


# The hazard: two SQLite libraries in one process, one file

ASK_FOR_THE_LOCK = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
try:
    other.execute("BEGIN IMMEDIATE")
    print("got it")
except sqlite3.OperationalError as error:
    print(error)
"""


def ask_for_the_lock(path):
    """Whether another process could write now, although this one is in the middle of a transaction."""
    command = [sys.executable, "-c", ASK_FOR_THE_LOCK, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_a_snapshot_leaves_our_locks_alone(now):
    """The lock of an open transaction survives a snapshot taken meanwhile in the same process."""
    book = make_book("LK")
    trade(party(book, "C1", now), "A1", "2026-11-01", "5")
    path = connection.settings_dict["NAME"]
    with transaction.atomic():
        Party.objects.filter(book=book).update(name="改名")
        snapshot = take_snapshot(book.pk, AS_OF, now=now)
        assert ask_for_the_lock(path) == "database is locked"
    assert snapshot.transactions == 1
    assert Party.objects.get(book=book).name == "改名"


@sqlite_only
def test_the_live_file_would_lose_its_lock(tmp_path):
    """Why: this is what happens to a file that DuckDB's own SQLite opens. The test above can fail."""
    path = tmp_path / "live.sqlite3"
    mine = sqlite3.connect(path, isolation_level=None)
    mine.execute("PRAGMA journal_mode=WAL")
    mine.execute("CREATE TABLE t (x)")
    mine.execute("BEGIN IMMEDIATE")
    assert ask_for_the_lock(path) == "database is locked"
    engine = duckdb.connect()
    load_extension(engine, "sqlite_scanner")
    engine.execute(f"ATTACH '{path}' AS source (TYPE sqlite, READ_ONLY)")
    engine.execute("SELECT * FROM source.t").fetchall()
    engine.execute("DETACH source")
    engine.close()
    assert ask_for_the_lock(path) == "got it"
    mine.close()


@sqlite_only
def test_the_live_file_is_refused(tmp_path):
    live = tmp_path / "live.sqlite3"
    sqlite3.connect(live).close()
    live.touch()
    link = tmp_path / "link.sqlite3"
    link.symlink_to(live)
    for path in (live, link):
        with pytest.raises(ValueError, match="only a copy"):
            attach_copy(connect(tmp_path), path, live)


@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_committed_and_own_view_give_the_same_snapshot(now):
    """Outside a transaction the backup API copies, inside one with changes of its own, memory does."""
    book = make_book("CV")
    customer = party(book, "C1", now)
    for n in range(50):
        trade(customer, f"A{n}", "2026-11-01", "5")
    outside = take_snapshot(book.pk, AS_OF, now=now)
    with transaction.atomic():
        unchanged = take_snapshot(book.pk, AS_OF, now=now)
        Transaction.objects.filter(document_no="A1").update(book_amount=Decimal(6))
        changed = take_snapshot(book.pk, AS_OF, now=now)
        Transaction.objects.filter(document_no="A1").update(book_amount=Decimal(5))
        back = take_snapshot(book.pk, AS_OF, now=now)
    assert outside.content_hash == unchanged.content_hash == back.content_hash
    assert changed.content_hash != outside.content_hash
    assert outside.data_version == unchanged.data_version < changed.data_version


def test_integers_stay_integers(two, book, now):
    """Parquet knows no HUGEINT: DuckDB would store a sum as DOUBLE and lose its last digits."""
    first, _second = two
    trade(first, "H1", "2026-11-03", "900719925474.0993")  # 2**53 + 1 in ten-thousandths
    snapshot = take_snapshot(book.pk, AS_OF, now=now)
    with open_snapshot(snapshot) as warehouse:
        for name in ("parties", "transactions", "service", "days"):
            kinds = {row[0]: row[1] for row in warehouse.rows(f"DESCRIBE {name}")}
            assert not {k: v for k, v in kinds.items() if v in ("DOUBLE", "FLOAT", "HUGEINT")}
        assert {k: v for k, v in kinds.items() if k == "amount"} == {"amount": "DECIMAL(38,0)"}
        warehouse.materialise(["amount__all", "amount_share__all", "largest_order__all"])
        types = {row[0]: row[1] for row in warehouse.rows("DESCRIBE facts")}
        assert set(types.values()) == {"BIGINT", "VARCHAR"}
        [row] = warehouse.rows(
            f"SELECT amount__all, largest_order__all FROM facts WHERE party_id = {first.pk}"
        )
        assert row == (9007199254740993 + 150_0000, 9007199254740993)
