"""What customs announces to other modules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeclarationSent:
    """A message for the Single Window was made."""

    declaration_id: int
    party_id: int | None


@dataclass(frozen=True, slots=True)
class DeclarationAccepted:
    """Customs has accepted a declaration (海关入库)."""

    declaration_id: int
    party_id: int | None
    entry_no: str


@dataclass(frozen=True, slots=True)
class DeclarationRejected:
    """Customs has rejected a declaration (退单); ``note`` is its reason."""

    declaration_id: int
    party_id: int | None
    note: str


@dataclass(frozen=True, slots=True)
class DeclarationReleased:
    """The goods are released (放行). ``on``: ISO date."""

    declaration_id: int
    party_id: int | None
    entry_no: str
    on: str


@dataclass(frozen=True, slots=True)
class DeclarationClosed:
    """Customs has closed a declaration (结关). ``on``: ISO date."""

    declaration_id: int
    party_id: int | None
    entry_no: str
    on: str
