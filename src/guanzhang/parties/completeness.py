"""How complete a customer's file is, and what is missing. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from guanzhang.parties.data import PartyData
from guanzhang.parties.domain.choices import CustomsKind, PartyKind

_ALWAYS = ("region", "source", "owner")
_OF_ENTERPRISE = (
    "usc_code",
    "industry",
    "scale",
    "staff_count",
    "annual_revenue",
    "customs_kind",
)
_WITH_CUSTOMS = ("customs_code", "customs_credit")  # unless the party is not on file there
_OF_PERSON = ("id_card",)
_AROUND = ("contact", "telephone", "address")


@dataclass(frozen=True, slots=True)
class Around:
    """What stands beside the party itself."""

    contact: bool = False
    telephone: bool = False
    address: bool = False


@dataclass(frozen=True, slots=True)
class Completeness:
    """``percent`` of the wanted items that are there, rounded down; ``missing`` item keys in order."""

    percent: int
    missing: tuple[str, ...]


def completeness(data: PartyData, around: Around) -> Completeness:
    """Every wanted item counts the same; which ones are wanted depends on the kind of party."""
    wanted: tuple[str, ...]
    if data.kind == PartyKind.PERSON:
        wanted = (*_OF_PERSON, *_ALWAYS)
    elif data.customs_kind == CustomsKind.NONE:
        wanted = (*_OF_ENTERPRISE, *_ALWAYS)
    else:
        wanted = (*_OF_ENTERPRISE, *_WITH_CUSTOMS, *_ALWAYS)
    missing = [item for item in wanted if not _has(data, item)]
    missing += [item for item in _AROUND if not getattr(around, item)]
    total = len(wanted) + len(_AROUND)
    return Completeness((total - len(missing)) * 100 // total, tuple(missing))


def _has(data: PartyData, item: str) -> bool:
    value = getattr(data, "owner_id" if item == "owner" else item)
    return value not in (None, "")
