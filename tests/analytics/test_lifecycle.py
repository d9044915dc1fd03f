"""Each threshold of 生命周期, one day either side, through both interpreters."""

import datetime as dt

import pytest

from analytics.plain import Plain, customer
from guanzhang.analytics.domain.meaning import lifecycle
from guanzhang.analytics.engine import Warehouse

AS_OF = dt.date(2026, 11, 23)

# days before the as-of day on which the customer traded → stage
STAGES = """
-                 潜在
0                 新
90                新
90 10             新
91 90             活跃
91                沉睡
365               沉睡
366               流失
400 91            沉睡
400 90            回流
270 90            回流
269 90            活跃
500 271 91 90     活跃
500 320 89 5      回流
500 100 90 5      活跃
800 700 366       流失
"""
CASES = [line.rsplit(maxsplit=1) for line in STAGES.strip().splitlines()]


def days(text):
    return [AS_OF - dt.timedelta(int(n)) for n in text.split()] if text.strip() != "-" else []


@pytest.mark.parametrize(("text", "stage"), CASES)
def test_python(text, stage):
    assert lifecycle(days(text), AS_OF).zh == stage


def test_duckdb(tmp_path):
    book = Plain(
        {
            pk: customer(*((f"D{n}", day.isoformat(), 1) for n, day in enumerate(days(text))))
            for pk, (text, _stage) in enumerate(CASES)
        }
    )
    book.write(tmp_path)
    with Warehouse(tmp_path, AS_OF, threads=1) as warehouse:
        warehouse.materialise(["lifecycle"])
        found = warehouse.rows("SELECT party_id, lifecycle FROM facts ORDER BY party_id")
    assert found == [
        (pk, lifecycle(days(text), AS_OF).value) for pk, (text, _stage) in enumerate(CASES)
    ]
