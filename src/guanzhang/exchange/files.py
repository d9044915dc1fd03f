"""Where uploads and their by-products lie: under HOME/uploads, named by hash or batch, never by people."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from guanzhang.exchange.domain import problems as kinds
from guanzhang.kernel.problem import Refused

MB = 1024 * 1024
LARGEST_UPLOAD = 500 * MB


@dataclass(frozen=True, slots=True)
class Stored:
    """A file on disk under its SHA-256. ``fresh``: nobody had uploaded the same bytes before."""

    path: Path
    sha256: str
    size: int
    fresh: bool


def store(chunks: Iterable[bytes]) -> Stored:
    """Write an upload: temporary name, fsync, hash, rename. Raises ``Refused`` above the limit."""
    folder = _folder("files")
    part = folder / f".{secrets.token_hex(8)}.part"
    digest, size = hashlib.sha256(), 0
    try:
        with part.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > LARGEST_UPLOAD:
                    found, expected = f"{size // MB} MB", f"{LARGEST_UPLOAD // MB} MB"
                    raise Refused(
                        [
                            kinds.TOO_LARGE.at(
                                "file", what="文件", found=found, expected=expected
                            )
                        ]
                    )
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        path = stored_path(digest.hexdigest())
        fresh = not path.exists()
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    _sync(folder)
    return Stored(path, digest.hexdigest(), size, fresh)


def verify(sha256: str, number: int) -> Path:
    """The stored file, after reading all of it again; raises ``Refused`` if it is not what it was."""
    path = stored_path(sha256)
    if path.exists():
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == sha256:
                return path
    raise Refused([kinds.FILE_CHANGED.at("file", found=number)])


def stored_path(sha256: str) -> Path:
    return _folder("files") / sha256


def sheets_folder(sha256: str) -> Path:
    """Where the sheets of a workbook are kept as plain rows."""
    return _folder("sheets") / sha256


def staging_path(batch_id: int) -> Path:
    return _folder("staging") / f"{batch_id}.sqlite3"


def discard(stored: Stored) -> None:
    """Remove a refused upload, unless the same bytes belong to an earlier batch."""
    if stored.fresh:
        stored.path.unlink(missing_ok=True)
        folder = sheets_folder(stored.sha256)
        if folder.exists():
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()


def _folder(name: str) -> Path:
    folder = Path(settings.HOME) / "uploads" / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
