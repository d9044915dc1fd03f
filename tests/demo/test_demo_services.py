"""The demo goes in whole, keeps its books straight, and comes out without a trace in any other book."""

import datetime as dt
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from guanzhang.classification.models import Membership, Run, Scheme
from guanzhang.demo import services, wiping
from guanzhang.demo.generate import CODE, PEOPLE, SEED, generate
from guanzhang.kernel.dates import window
from guanzhang.kernel.problem import Refused
from guanzhang.org import queries as org
from guanzhang.org import services as people
from guanzhang.org.domain.demo import PASSWORD
from guanzhang.org.models import Book, User
from guanzhang.parties.models import Contact, Party, ServiceRecord, Tag, Transaction
from guanzhang.parties.search import find_parties
from guanzhang.trail.queries import verify

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
TODAY = NOW.date()
KEPT = {"trail.auditrecord", "trail.counter", "analytics.touch"}


def counts():
    """Rows of every table, without the trail, which only grows, and the installation's reference data."""
    found = Counter(
        {
            model._meta.label_lower: model._base_manager.count()
            for model in apps.get_models(include_auto_created=True)
        }
    )
    return +Counter(
        {
            label: n
            for label, n in found.items()
            if label not in KEPT and not label.startswith("reference.")
        }
    )


def files():
    home = Path(settings.HOME)
    folders = ("snapshots", "uploads", "files")
    return {p.relative_to(home) for f in folders for p in (home / f).rglob("*") if p.is_file()}


def test_loading_and_wiping(transactional_db, make_real_book):
    """One load for all that is asserted of it: it is the slowest thing here."""
    real = make_real_book()
    before, files_before, steps = counts(), files(), []
    half = people.create_book(company="半途而废", code=CODE, name="半途而废", is_demo=True)
    assert not services.has_demo()
    book = services.load_demo(
        today=TODAY,
        now=NOW,
        progress=lambda done, total, text: steps.append((done, total, text)),
    )
    assert services.has_demo()
    assert not Book.objects.filter(
        pk=half.pk
    ).exists()  # a demo that is not whole is made again
    assert book.company.is_demo
    assert [s[0] for s in steps] == sorted(s[0] for s in steps)
    assert steps[-1][0] == steps[-1][1]
    assert_everything_is_in(book)
    assert_everybody_can_sign_in(book)
    assert_classified(book)
    assert_found_by_pinyin(book)
    held, broken = verify(book.pk)
    assert broken is None
    assert held > 300
    assert services.load_demo(today=TODAY, now=NOW) == book  # a second call changes nothing
    assert Book.objects.filter(code=CODE).count() == 1

    assert services.wipe_demo(now=NOW) > 20_000
    assert counts() == before
    assert files() == files_before
    assert wiping.rows_of(book.pk).keys() <= KEPT
    assert verify(book.pk) == (held, None)
    assert verify(0) == (3, None)  # reference data came; the half one and this one were wiped
    assert org.book(real.pk).company.name == "真实公司"
    assert not services.has_demo()


@pytest.fixture
def make_real_book():
    """A real company, to be left alone."""

    def make():
        return people.create_book(company="真实公司", code="01", name="真实公司")

    return make


def assert_everything_is_in(book):
    data = generate(SEED, TODAY)
    assert Party.objects.filter(book=book).count() == len(data.parties)
    assert Party.objects.filter(book=book, is_customer=True).count() == 305
    assert ServiceRecord.objects.filter(book=book).count() == len(data.services)
    lines = Transaction.objects.filter(book=book)
    assert lines.count() == len(data.transactions)
    exact = sum(
        (t.amount * t.exchange_rate).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        for t in data.transactions
    )
    assert sum(lines.values_list("book_amount", flat=True)) == exact
    assert Contact.objects.filter(party__book=book).count() == sum(
        len(p.contacts) for p in data.parties
    )
    tagged = Tag.parties.through.objects.filter(tag__book=book).count()
    assert tagged == sum(len(p.tags) for p in data.parties)
    assert Party.objects.filter(book=book, completeness=100).exists()
    assert Party.objects.filter(book=book, is_customer=True, completeness__lt=80).count() >= 10


def assert_everybody_can_sign_in(book):
    for person in PEOPLE:
        user = User.objects.get(username=person.username)
        assert user.check_password(PASSWORD)
        actor = org.actor_for(user.pk, book.pk)
        assert actor.roles == {f"{person.role}:{person.scope}" if person.scope else person.role}
    mine = Party.objects.filter(book=book, owner__username="zhoumin").count()
    assert 50 <= mine <= 150


def assert_classified(book):
    schemes = Scheme.objects.filter(book=book)
    assert schemes.count() >= 5
    days = sorted(
        set(Run.objects.filter(version__scheme__book=book).values_list("as_of", flat=True))
    )
    assert days[-1] == TODAY
    assert len(days) == services.MONTHS_OF_RUNS + 1
    moved = Membership.objects.filter(scheme__book=book, valid_from__gt=days[0])
    assert moved.exclude(class_code="").count() > 50
    year = window("12m", TODAY)
    active = Party.objects.filter(
        book=book,
        transactions__traded_on__gte=year.start,
        transactions__traded_on__lte=TODAY,
    ).distinct()
    assert active.filter(amount_12m=None).count() == 0
    assert Party.objects.filter(book=book).exclude(grade="").count() > 250


def assert_found_by_pinyin(book):
    party = Party.objects.filter(book=book, name__startswith="宁波").order_by("pk").first()
    actor = org.actor_for(User.objects.get(username="zhengqiang").pk, book.pk)
    assert party in find_parties(actor, party.name)
    assert find_parties(actor, "ningbo")


def test_a_real_company_is_never_touched(db):
    book = people.create_book(company="真实公司", code=CODE, name="真实公司")
    before = counts()
    for action in (
        lambda: services.wipe_demo(now=NOW),
        lambda: services.load_demo(today=TODAY, now=NOW),
        services.has_demo,
    ):
        with pytest.raises(Refused) as refused:
            action()
        assert refused.value.problems[0].kind is services.NOT_THE_DEMO
    assert counts() == before
    assert Book.objects.get() == book


def test_wiping_nothing_says_so(db):
    before = counts()
    with pytest.raises(Refused) as refused:
        services.wipe_demo(now=NOW)
    assert refused.value.problems[0].kind is services.NO_DEMO
    assert counts() == before


def test_an_interrupted_load_leaves_nothing(transactional_db):
    def stop(done, _total, _text):
        if done == 2:
            raise KeyboardInterrupt

    before = counts()
    with pytest.raises(KeyboardInterrupt):
        services.load_demo(today=TODAY, now=NOW, progress=stop)
    assert counts() == before
