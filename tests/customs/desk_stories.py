"""Declarations with a past for the tests of the workbench, statistics and policy updates."""

import datetime as dt
from random import Random

from django.http import QueryDict

from guanzhang.customs.domain.states import Action
from guanzhang.customs.lists import DECLARATIONS
from guanzhang.customs.services.past import Moment, Past, enter_past
from guanzhang.demo import receipts
from guanzhang.demo.declarations import CLIENT, articles, clean_document
from guanzhang.kernel.actor import system_actor
from guanzhang.web.listing_query import find

CHINA = dt.timezone(dt.timedelta(hours=8))


def at(day, hour=9, minute=0):
    return dt.datetime.combine(day, dt.time(hour, minute), CHINA)


class Story:
    """``Story(cast, day).submitted().approved().declared("LJPR")`` → a Past."""

    def __init__(
        self, cast, day, *, maker="declarant", is_import=True, seed=1, client=CLIENT, code="",
        moved_on=None,
    ):  # fmt: skip
        self.cast, self.day, self.maker, self.seed = cast, day, cast.actor(maker), seed
        choice = [a for a in articles() if a.goods.code == code] if code else ()
        rng = Random(seed)
        self.document = clean_document(
            rng, day, is_import=is_import, client=client, choice=choice, lines=1 if code else 0
        )
        if moved_on:
            self.document["DecHead"]["IEDate"] = f"{moved_on:%Y%m%d}"
        self.at, self.moments, self.rows = at(day), [], 0
        self.flag = "I" if is_import else "E"

    def does(self, action, who="", note=""):
        self.at += dt.timedelta(minutes=10)
        actor = self.cast.actor(who) if who else self.maker
        self.moments.append(Moment(self.at, actor, action, note=note))
        return self

    def submitted(self):
        return self.does(Action.SUBMIT)

    def returned(self):
        return self.submitted().does(Action.RETURN, "reviewer", "请更正")

    def approved(self):
        return self.submitted().does(Action.PASS, "reviewer")

    def declared(self, channels=""):
        self.approved().does(Action.SEND).does(Action.MARK_DECLARED)
        number = f"3104{self.day:%Y}{'1' if self.flag == 'I' else '0'}{self.seed:09}"
        for channel in channels:
            self.at += dt.timedelta(minutes=5)
            file = receipts.business(
                f"{self.flag}2026{self.seed:013}", number, channel, self.at
            )
            self.moments.append(Moment(self.at, receipt=file))
        return self

    @property
    def past(self):
        return Past(self.document, self.maker, at(self.day, 8), self.moments)


def entered(cast, now, *stories):
    return enter_past(system_actor(cast.book.pk), [s.past for s in stories], now=now)


def opened(actor, url):
    """The rows that the list shows at an address."""
    return find(DECLARATIONS, actor, QueryDict(url.partition("?")[2])).rows
