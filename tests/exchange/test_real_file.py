"""The whole retail file of the example company, where it is at hand: 541,909 lines, to the penny."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum

from exchange.conftest import NOW, counts
from guanzhang.exchange.domain.mapping import definition_from_json
from guanzhang.exchange.services.checking import check_batch
from guanzhang.exchange.services.uploads import receive_file, set_mapping
from guanzhang.parties.models import Party, SearchText, Transaction

FILE = Path("/work/shared/data/online_retail.csv.gz")
MAPPING = Path(__file__).parent.parent / "data" / "online_retail_mapping.json"
pytestmark = [
    # with real commits: inside the savepoints of other tests SQLite needs many times longer
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.skipif(not FILE.exists(), reason=f"{FILE} is not on this machine"),
]


def test_the_whole_file_twice_and_undone(desk):
    def once():
        batch = receive_file(
            desk.actor, "transactions", FILE.name, [FILE.read_bytes()], now=NOW
        )
        definition = definition_from_json(json.loads(MAPPING.read_text(encoding="utf-8")))
        set_mapping(desk.actor, batch.pk, definition, now=NOW)
        return desk.commit(check_batch(desk.actor, batch.pk, now=NOW))

    first = once()
    assert counts(first) == (541_909, 406_829, 0, 0, 135_080)
    assert first.facts["totals"] == {"GBP": "8300065.814"}
    assert first.facts["also"] == {"customers": 4_372}
    assert [(p["code"], p["count"]) for p in first.facts["problems"]] == [("EXC-030", 135_080)]
    assert first.problems.count() == 20_000
    total = Transaction.objects.aggregate(total=Sum("amount"))["total"]
    assert total == Decimal("8300065.8140")
    assert Party.objects.count() == SearchText.objects.count() == 4_372
    again = once()
    assert counts(again) == (541_909, 0, 0, 406_829, 135_080)
    assert Transaction.objects.count() == 406_829
    desk.undo(again)
    desk.undo(first)
    assert not Transaction.objects.exists()
    assert not Party.objects.exists()
    assert not SearchText.objects.exists()
