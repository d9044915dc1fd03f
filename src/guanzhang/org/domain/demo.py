"""The demonstration company is public, so its password is too. Real logins never use it."""

from __future__ import annotations

PASSWORD = "远航-Harbour-2026"  # noqa: S105 - published on purpose
