"""Where this installation keeps its data, and the secrets that live beside it.

``GUANZHANG_HOME`` (default ``./var``) holds the SQLite database, uploaded files, snapshots and
``secrets/``: one file per key, readable by the owner only, never inside the database.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def home() -> Path:
    """The data folder; created when missing."""
    folder = Path(os.environ.get("GUANZHANG_HOME", "var")).expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def secret(name: str) -> str:
    """The secret called ``name``; made once, 48 random bytes, mode 0600."""
    path = home() / "secrets" / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(value := secrets.token_urlsafe(48))
    return value
