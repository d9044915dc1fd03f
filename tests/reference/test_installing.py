"""What ships with the program gets into a database once, and reads the same as without one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from conftest import NOW
from guanzhang.reference import shipped
from guanzhang.reference.domain.tables import TABLES
from guanzhang.reference.models import Code, Edition, Parameter, TariffRow, Workday
from guanzhang.reference.queries import reference_on
from guanzhang.reference.services import install_shipped

ON = dt.date(2026, 11, 23)
pytestmark = pytest.mark.django_db


def test_the_database_says_what_the_files_say():
    install_shipped(NOW)
    stored, files = reference_on(ON), shipped.reference(ON)
    assert set(stored.tables) == set(TABLES)
    for table in TABLES:
        assert dict(stored.tables[table]) == dict(files.tables[table]), table
    assert stored.parameters == files.parameters
    assert stored.workdays == files.workdays
    assert stored.calendar_until == files.calendar_until == dt.date(2026, 12, 31)
    assert stored.is_demo_tariff
    for code, line in shipped.demo_tariff().items():
        assert stored.tariff(code) == line
    assert stored.tariff("0000000000") is None


def test_installing_again_changes_nothing():
    first = install_shipped(NOW)
    counts = [m.objects.count() for m in (Edition, Code, TariffRow, Workday, Parameter)]
    assert first == sum(counts[1:])
    assert install_shipped(NOW) == 0
    assert [m.objects.count() for m in (Edition, Code, TariffRow, Workday, Parameter)] == counts


def test_a_later_program_adds_only_what_is_missing():
    install_shipped(NOW)
    Parameter.objects.filter(key="pay_days").delete()
    Workday.objects.filter(day__year=2026).delete()
    missing = sum(row["day"].startswith("2026") for row in shipped.rows_in("calendar"))
    assert install_shipped(NOW) == missing + 1
    assert Parameter.objects.get(key="pay_days").value == Decimal(15)


def test_every_edition_says_where_its_rows_come_from():
    install_shipped(NOW)
    assert not Edition.objects.filter(source="").exists()
    demo = Edition.objects.get(kind="tariff")
    assert demo.is_demo
    assert "演示税则" in demo.title
    assert set(Edition.objects.values_list("effective_on", flat=True)) == {dt.date(2019, 2, 1)}


def test_nothing_is_known_before_the_first_day_or_beyond_the_calendar():
    install_shipped(NOW)
    early = reference_on(dt.date(2019, 1, 31))
    assert early.row("trade_mode", "0110") is None
    assert early.tariff("0207142200") is None
    assert reference_on(ON).is_workday(dt.date(2027, 1, 4)) is None
    assert reference_on(ON).is_workday(dt.date(2018, 12, 28)) is None
    assert reference_on(ON).is_workday(dt.date(2019, 1, 2)) is True
    assert (
        reference_on(ON).is_workday(dt.date(2026, 2, 14)) is True
    )  # a Saturday that is worked
    assert reference_on(ON).is_workday(dt.date(2026, 10, 5)) is False


def test_an_empty_database_knows_nothing():
    reference = reference_on(ON)
    assert reference.row("unit", "035") is None
    assert reference.tariff("0207142200") is None
    assert reference.calendar_until is None
    assert not reference.is_demo_tariff
