"""The command palette and the lookup endpoint: pages, actions and records by a few letters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import may
from guanzhang.web.lookup import LIMIT, lookup_source, lookup_sources
from guanzhang.web.menu import COMMANDS, MENU, address
from guanzhang.web.pages import SIGNED_IN, actor_of, page
from guanzhang.web.spelling import matches

PER_SECTION = 8


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the palette; ``prefer`` ("theme:dark") and ``submit`` (a form's id) act in place."""

    label: str
    icon: str
    hint: str = ""
    url: str = ""
    code: str = ""
    prefer: str = ""
    submit: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    items: list[Item] = field(default_factory=list)


SWITCHES: tuple[tuple[str, str, Promise], ...] = (
    ("sun", "theme:light", gettext_lazy("浅色外观")),
    ("moon", "theme:dark", gettext_lazy("深色外观")),
    ("monitor", "theme:system", gettext_lazy("外观跟随系统")),
)


@page(SIGNED_IN, "GET")
def lookup(request: HttpRequest, key: str) -> HttpResponse:
    """Options of one source for ``?q=``; a source the actor may not ask is not there."""
    source = lookup_source(actor_of(request), key)
    if source is None:
        raise Http404
    hits = source.find(actor_of(request), _typed(request), LIMIT)
    return render(request, "web/lookup_hits.html", {"hits": hits, "prefix": _prefix(request)})


@page(SIGNED_IN, "GET")
def palette(request: HttpRequest) -> HttpResponse:
    """Records first when something was typed, then pages and actions, each within the actor's rights."""
    typed, actor = _typed(request), actor_of(request)
    sections = [*_records(actor, typed)] if typed else []
    sections += [
        Section(_("页面"), list(_pages(actor, typed))),
        Section(_("操作"), list(_actions(actor, typed))),
    ]
    shown = [s for s in sections if s.items]
    context = {"sections": shown, "prefix": _prefix(request), "typed": typed}
    return render(request, "web/palette.html", context)


def _records(actor: Actor, typed: str) -> Iterator[Section]:
    for source in lookup_sources(actor):
        if source.in_palette:
            hits = [hit for hit in source.find(actor, typed, PER_SECTION) if hit.url]
            yield Section(
                str(source.label),
                [Item(hit.text, source.icon, hit.hint, hit.url, hit.code) for hit in hits],
            )


def _pages(actor: Actor, typed: str) -> Iterator[Item]:
    for group in MENU:
        for entry in group.entries:
            if (
                may(actor, entry.action)
                and _named(entry.label, typed)
                and (url := address(entry.view))
            ):
                yield Item(str(entry.label), group.icon, str(group.label), url)


def _actions(actor: Actor, typed: str) -> Iterator[Item]:
    for entry in COMMANDS:
        if (
            may(actor, entry.action)
            and _named(entry.label, typed)
            and (url := address(entry.view))
        ):
            yield Item(str(entry.label), "corner-down-right", url=url)
    for icon, prefer, label in SWITCHES:
        if _named(label, typed):
            yield Item(str(label), icon, prefer=prefer)
    if typed and _named(gettext_lazy("退出登录"), typed):
        yield Item(_("退出登录"), "log-out", submit="gz-logout")


def _named(label: str | Promise, typed: str) -> bool:
    """By the name on the screen, and by the Chinese one and its pinyin in any language."""
    if matches(str(label), typed):
        return True
    with override("zh-hans"):
        return matches(str(label), typed)


def _typed(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:100]


def _prefix(request: HttpRequest) -> str:
    """Ids of options begin with the id of their box, so that two boxes never share one."""
    name = request.GET.get("for", "")[:60]
    return name if name.replace("-", "").replace("_", "").isalnum() else "option"
