"""Where this installation keeps its data, and the secrets that live beside it.

``GUANZHANG_HOME`` (default ``./var``) holds the SQLite database, uploaded files, snapshots and
``secrets/``: one file per key, readable by the owner only, never inside the database.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def home() -> Path:
    """The data folder; created when missing."""
    folder = Path(os.environ.get("GUANZHANG_HOME", "var")).expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def secret(name: str) -> str:
    """The secret called ``name``; made once, 48 random bytes, mode 0600.

    Written whole under another name first: a second process that starts at the same moment reads
    all of it or makes none.
    """
    path = home() / "secrets" / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        draft = path.with_name(f"{name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # unlike rename, never replaces the one that came first
        draft.unlink()
    return path.read_text(encoding="ascii").strip()
