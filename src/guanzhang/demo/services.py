"""Load the demo company into a book of its own, and remove it again without a trace in any other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import count

from django.db import transaction
from django.utils.translation import gettext as _

from guanzhang.classification import services as classification
from guanzhang.customs.search import unindex_declarations
from guanzhang.demo import editions, generate, rows, wiping
from guanzhang.demo.customs import add_customs
from guanzhang.demo.shapes import DemoData
from guanzhang.kernel.actor import Actor, system_actor
from guanzhang.kernel.dates import add_months
from guanzhang.kernel.problem import Kind, Refused, Severity
from guanzhang.org import queries as org
from guanzhang.org import services as people
from guanzhang.org.domain.demo import PASSWORD
from guanzhang.org.models import Book, User
from guanzhang.parties import search
from guanzhang.parties.services import add_field, bulk
from guanzhang.reference.services import install_shipped
from guanzhang.trail.queries import history_of
from guanzhang.trail.services import record

Progress = Callable[[int, int, str], None]
MONTHS_OF_RUNS = 6  # month ends before today at which the customers were classified, too
CUSTOMS_STEPS = 3
STEPS = 5 + CUSTOMS_STEPS + MONTHS_OF_RUNS + 1
NOT_THE_DEMO = Kind(
    "ORG-090",
    Severity.ERROR,
    "账套 {found} 属于“{company}”，不是演示公司，没有改动任何数据。演示公司的账套编码是 {expected}。",
    "Book {found} belongs to “{company}”, which is no demo company; nothing was changed. "
    "The demo's book is called {expected}.",
)
NO_DEMO = Kind(
    "ORG-091",
    Severity.ERROR,
    "没有演示公司可以清除。需要演示时运行 guanzhang demo。",
    "There is no demo company to remove. Run guanzhang demo to load one.",
)


def has_demo() -> bool:
    """Whether the demo company is there and complete."""
    book = _demo_book()
    if book is None:
        return False
    return history_of(book.pk, "book", book.pk).filter(action="demo.loaded").exists()


def load_demo(
    *,
    today: dt.date,
    now: dt.datetime,
    progress: Progress = lambda done, total, text: None,  # noqa: ARG005
) -> Book:
    """Make the demo company with two years of history that end at ``today``; returns its book.

    One that is complete is returned as it is; one whose loading was interrupted is made again.
    Raises ``Refused`` when a real company has the demo's book code.
    """
    book = _demo_book()
    if book is not None:
        if has_demo():
            return book
        wipe_demo(now=now)
    progress(0, STEPS, _("准备演示数据"))
    install_shipped(now)
    data = generate.generate(generate.SEED, today)
    with transaction.atomic():
        progress(1, STEPS, _("建立公司和用户"))
        book = people.create_book(
            company=generate.COMPANY, code=generate.CODE, name=generate.COMPANY, is_demo=True
        )
        users = _add_people(book, data, now)
        actor = system_actor(book.pk)
        progress(2, STEPS, _("客户和供应商"))
        ids = _add_parties(actor, data, users, now)
        progress(3, STEPS, _("两年的交易"))
        bulk.enter_transactions(actor, rows.SOURCE, rows.transactions(data, ids), now=now)
        progress(4, STEPS, _("服务记录"))
        bulk.enter_services(actor, rows.service_records(data, ids, users), now=now)
        steps = count(5)
        add_customs(
            book, data, users, ids, today, now, lambda text: progress(next(steps), STEPS, text)
        )
    _classify(actor, today, now, progress)
    with transaction.atomic():  # the last thing written, see has_demo()
        record(
            actor, "demo.loaded", now=now, object_type="book", object_id=book.pk,
            label=book.name, changes={"as_of": today, "seed": generate.SEED},
        )  # fmt: skip
    progress(STEPS, STEPS, _("完成"))
    return book


def wipe_demo(*, now: dt.datetime) -> int:
    """Remove the demo company with everything in its book, its people and its files.

    Returns how many rows went. What stays is the trail of the book (it is append-only) and a
    record of this act on the installation's own chain. Raises ``Refused`` for a real company.
    """
    book = _demo_book()
    if book is None:
        raise Refused([NO_DEMO.at("book")])
    assert book.company.is_demo
    with transaction.atomic():
        files = wiping.files_of(book.pk)
        members = wiping.only_members(book.pk)
        for user in User.objects.filter(pk__in=members):
            people.end_sessions(user)
        search.unindex_parties(wiping.ids_of(book.pk, "parties.party"))
        unindex_declarations(book.pk)
        deleted = editions.take_back(members) + wiping.delete_rows(book.pk)
        deleted += wiping.delete_people(members)
        deleted += book.company.delete()[0]
        record(
            system_actor(0), "demo.wiped", now=now, object_type="book", object_id=book.pk,
            label=generate.COMPANY, changes={"rows": deleted},
        )  # fmt: skip
    for path in files:
        wiping.remove(path)
    return deleted


def _demo_book() -> Book | None:
    book = org.the_book(generate.CODE)
    if book is not None and not book.company.is_demo:
        raise Refused(
            [
                NOT_THE_DEMO.at(
                    "book", found=book.code, company=book.company.name, expected=generate.CODE
                )
            ]
        )
    return book


def _add_people(book: Book, data: DemoData, now: dt.datetime) -> dict[str, User]:
    """Departments and users; users by user name."""
    root = org.departments(book.pk).get()
    departments = {
        each.code: people.create_department(book, code=each.code, name=each.name, parent=root)
        for each in data.departments
    }
    return {
        person.username: people.create_user(
            system_actor(book.pk),
            username=person.username,
            name=person.name,
            password=PASSWORD,
            roles={person.role: person.scope},
            department=departments[person.department],
            now=now,
        )
        for person in data.people
    }


def _add_parties(
    actor: Actor, data: DemoData, users: dict[str, User], now: dt.datetime
) -> dict[int, int]:
    """Custom fields, then the parties in the order they came; place in the data → id."""
    for field in data.fields:
        add_field(actor, rows.field(field), now=now)
    order, dossiers = rows.dossiers(data, users)
    return dict(zip(order, bulk.enter_dossiers(actor, dossiers, now=now), strict=True))


def _classify(actor: Actor, today: dt.date, now: dt.datetime, progress: Progress) -> None:
    """The starter schemes, applied at the last month ends and today, so that there is movement."""
    progress(5 + CUSTOMS_STEPS, STEPS, _("分类方案"))
    classification.install_starter_schemes(actor, now=now)
    first = today.replace(day=1)
    ends = [add_months(first, -back) - dt.timedelta(days=1) for back in range(MONTHS_OF_RUNS)]
    for step, day in enumerate([*reversed(ends), today], 5 + CUSTOMS_STEPS):
        progress(step, STEPS, _("分类：截至 %(day)s") % {"day": day})
        classification.run_schemes(actor, as_of=day, now=now)
