"""What belongs to a book is found in the model registry; what does not is never touched."""

from django.apps import apps

from guanzhang.demo import wiping
from guanzhang.org.models import Book, Membership, User
from guanzhang.parties.models import Contact, Party

NOT_OF_A_BOOK = {
    # of people, not of books: go with the people, or stay
    "org.user", "org.usersession", "web.listchoice",
    # of the installation
    "org.company", "analytics.touch", "reference.edition", "reference.code", "reference.tariffrow",
    "reference.measurerow", "reference.assessmentrate", "reference.workday", "reference.parameter",
    # of Django and its apps
    "auth.permission", "auth.group", "auth.group_permissions", "contenttypes.contenttype",
    "sessions.session", "axes.accessattempt", "axes.accessattemptexpiration", "axes.accesslog",
    "axes.accessfailurelog",
}  # fmt: skip


def test_every_table_belongs_to_a_book_or_is_known_not_to():
    """A new module's tables are found by themselves; one that is not has to be thought about."""
    every = {m._meta.label_lower for m in apps.get_models(include_auto_created=True)}
    found = {m._meta.label_lower for m in wiping._tables(kept=frozenset())}
    assert every - found == every & NOT_OF_A_BOOK
    assert not found & NOT_OF_A_BOOK


def test_children_go_before_their_parents():
    order = [m._meta.label_lower for m in wiping._children_first(wiping._tables())]
    assert (
        order.index("parties.contact") < order.index("parties.party") < order.index("org.book")
    )
    assert order.index("classification.run") < order.index("classification.scheme")


def test_only_the_rows_of_one_book_go(cast, now):
    for book in (cast.book, cast.other_book):
        party = Party.objects.create(
            book=book, code="1", name="恒通", created_at=now, updated_at=now
        )
        Contact.objects.create(party=party, name="林伟")
    assert wiping.ids_of(cast.book.pk, "parties.contact") == [
        Contact.objects.get(party__book=cast.book).pk
    ]
    wiping.delete_rows(cast.book.pk)
    assert wiping.rows_of(cast.book.pk).keys() == {"trail.auditrecord", "trail.counter"}
    assert list(Book.objects.all()) == [cast.other_book]
    assert Contact.objects.get().party.book == cast.other_book


def test_people_of_two_books_stay(cast):
    both = cast.users["sales"]
    Membership.objects.create(user=both, book=cast.other_book)
    members = wiping.only_members(cast.book.pk)
    assert sorted(members) == sorted(
        u.pk for who, u in cast.users.items() if who not in ("sales", "stranger")
    )
    wiping.delete_rows(cast.book.pk)
    wiping.delete_people(members)
    assert set(User.objects.values_list("username", flat=True)) == {"sales", "stranger"}
    assert Membership.objects.filter(user=both).get().book == cast.other_book
