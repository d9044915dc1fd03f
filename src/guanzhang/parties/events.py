"""What this module announces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PartyChanged:
    """A party was created or changed. ``fields`` are column names, or ``contacts``, ``addresses``,
    ``bank_accounts``, ``tags``, ``transactions``, ``service_records``."""

    party_id: int
    fields: tuple[str, ...]
