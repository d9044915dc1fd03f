"""Walking a list page by page, forward and back, gives the sorted list: nothing twice, nothing lost."""

from decimal import Decimal

import pytest
from django.core import signing

from guanzhang.parties.models import Party
from guanzhang.web.keyset import SALT, SortKey, in_order, place_of, read_page, rows_before
from web.samples import make_parties

ORDERS = [
    ("amount_12m",),
    ("-amount_12m",),
    ("last_traded_on",),
    ("-last_traded_on",),
    ("grade",),
    ("-grade",),
    ("code",),
    ("-updated_at",),
    ("sort_key", "-amount_12m"),
    ("-region", "orders_12m", "amount_12m"),
    ("-owner__name",),
    ("amount_12m", "-last_traded_on"),
    ("completeness",),
]


def keys(order):
    return [SortKey(part.lstrip("-"), part.startswith("-")) for part in order]


@pytest.fixture
def parties(cast):
    return make_parties(cast.book, 67)


def expected(rows, order):
    """Sorted by Python, least important key first; what has no value comes last either way."""
    found = sorted(rows, key=lambda row: row.pk, reverse=order[0].startswith("-"))
    for position, part in reversed(list(enumerate(order))):
        path = part.lstrip("-")

        def value(row, path=path):
            for name in path.split("__"):
                row = getattr(row, name)
            return row

        # Blank text counts as no value in the first key only; further keys know just NULL.
        blank = (None, "") if position == 0 else (None,)
        known = [row for row in found if value(row) not in blank]
        known.sort(key=value, reverse=part.startswith("-"))
        found = known + [row for row in found if value(row) in blank]
    return [row.pk for row in found]


@pytest.mark.parametrize("order", ORDERS, ids=",".join)
@pytest.mark.parametrize("size", [1, 7, 50])
def test_walk_forward_and_back(parties, order, size):
    rows, steps = Party.objects.all(), keys(order)
    wanted = expected(Party.objects.select_related("owner"), order)
    page, walked, pages = read_page(rows, steps, size), [], []
    while True:
        walked += [row.pk for row in page.rows]
        pages.append(page)
        assert page.start == len(walked) - len(page.rows) + 1
        if not page.has_next:
            break
        page = read_page(rows, steps, size, after=page.after)
    assert walked == wanted
    for earlier in reversed(pages[:-1]):
        page = read_page(rows, steps, size, before=page.before)
        assert [row.pk for row in page.rows] == [row.pk for row in earlier.rows]
        assert (page.start, page.has_previous) == (earlier.start, earlier is not pages[0])
    assert [row.pk for piece in in_order(rows, steps) for row in piece] == wanted


@pytest.mark.parametrize("order", ORDERS, ids=",".join)
def test_how_many_come_before(parties, order):
    wanted = expected(Party.objects.select_related("owner"), order)
    for row in parties[::9]:
        before = rows_before(Party.objects.all(), keys(order), place_of(row, keys(order)))
        assert sum(piece.count() for piece in before) == wanted.index(row.pk)


def test_a_row_added_before_the_page_shifts_nothing(parties):
    steps = keys(("-amount_12m",))
    first = read_page(Party.objects.all(), steps, 10)
    second = [
        row.pk for row in read_page(Party.objects.all(), steps, 10, after=first.after).rows
    ]
    top = Party.objects.get(pk=parties[0].pk)
    top.pk, top.code, top.amount_12m = None, "NEW", Decimal(10_000_000)
    top.save()
    assert [
        row.pk for row in read_page(Party.objects.all(), steps, 10, after=first.after).rows
    ] == second


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "a:b:c",
        signing.dumps(["amount_12m", 1, 1, ["1"]], salt="other"),
        signing.dumps(["-code", 1, 1, ["C00009"]], salt=SALT),
    ],
    ids=["none", "nonsense", "parts", "not ours", "another order"],
)
def test_a_cursor_that_is_not_ours_or_of_another_order_shows_the_first_page(parties, cursor):
    steps = keys(("code",))
    first = [row.pk for row in read_page(Party.objects.all(), steps, 10).rows]
    assert [
        row.pk for row in read_page(Party.objects.all(), steps, 10, after=cursor).rows
    ] == first
    assert [
        row.pk for row in read_page(Party.objects.all(), steps, 10, before=cursor).rows
    ] == first


def test_the_previous_page_of_a_short_start_is_the_first_page_whole(parties):
    steps = keys(("code",))
    fifth = place_cursor(steps, 4)
    page = read_page(Party.objects.all(), steps, 10, before=fifth)
    assert [row.code for row in page.rows] == [f"C{n:05d}" for n in range(1, 11)]
    assert (page.start, page.has_previous) == (1, False)


def place_cursor(steps, number):
    return read_page(Party.objects.all(), steps, number + 1).after


def test_no_rows(db):
    page = read_page(Party.objects.all(), keys(("code",)), 10)
    assert (page.rows, page.has_previous, page.has_next) == ([], False, False)


def test_a_page_of_one_key_seeks_by_pairs_and_never_counts_or_skips(
    parties, django_assert_num_queries
):
    steps = keys(("-amount_12m",))
    first = read_page(Party.objects.all(), steps, 10)
    with django_assert_num_queries(1) as asked:
        read_page(Party.objects.all(), steps, 10, after=first.after)
    sql = asked.captured_queries[0]["sql"].upper()
    assert "OFFSET" not in sql
    assert "COUNT(" not in sql
    assert '("PARTIES_PARTY"."AMOUNT_12M", "PARTIES_PARTY"."ID") <' in sql
