"""Copies of printed papers: written once, named by their hash, given again to the byte.

A copy lies under HOME/files/prints as ``<key>.<sha256>.pdf``; the key says what was printed (document,
numbers, edition of the layout), the hash what came out. A copy that no longer has its hash is not given.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings

from guanzhang.kernel.problem import Kind, Refused, Severity

DAMAGED = Kind(
    "CUS-991",
    Severity.ERROR,
    "打印存档 {name} 的内容与存档时不一致，没有给出；请管理员从备份恢复这个文件",
    "The stored print {name} is not what was stored, so it is not given; restore the file from a backup",
)  # fmt: skip


def stored_copy(key: str) -> bytes | None:
    """The copy of ``key``; None when there is none. Refuses one that was changed."""
    found = sorted(_folder(key).glob(f"{key}.*.pdf"))
    if not found:
        return None
    content = found[0].read_bytes()
    if hashlib.sha256(content).hexdigest() != found[0].name.split(".")[1]:
        raise Refused([DAMAGED.at("", name=found[0].name)])
    return content


def store_copy(key: str, content: bytes) -> str:
    """Keep ``content`` as the copy of ``key``; its SHA-256. A file is never half there."""
    digest = hashlib.sha256(content).hexdigest()
    folder = _folder(key)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(name, folder / f"{key}.{digest}.pdf")
    finally:
        Path(name).unlink(missing_ok=True)
    return digest


def _folder(key: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "prints" / key[:2]
