"""Lookup sources: what can be found by typing, in a combobox and in the command palette.

A module declares a ``LookupSource`` and the wiring lists it in ``LOOKUPS``. ``find`` gets the actor,
so a source can only answer what the person may see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import may
from guanzhang.web.wired import wired

Label = str | Promise
LIMIT = 12


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer: what is stored, and what a person reads; ``hint`` tells twins apart."""

    value: str | int
    code: str
    text: str
    hint: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class LookupSource:
    """``find(actor, text, limit)`` answers at most ``limit`` hits, best first; "" means the recent ones.

    ``in_palette`` sources are searched by Ctrl+K too; their hits need a ``url``.
    """

    key: str
    action: str
    find: Callable[[Actor, str, int], Sequence[Hit]]
    label: Label = ""
    icon: str = "circle-dot"
    in_palette: bool = True


def lookup_sources(actor: Actor) -> list[LookupSource]:
    """The sources the actor may ask."""
    return [source for source in wired("LOOKUPS") if may(actor, source.action)]


def lookup_source(actor: Actor, key: str) -> LookupSource | None:
    return next((source for source in lookup_sources(actor) if source.key == key), None)
