"""Take in what comes back: files of the inbox and uploads, each content stored once."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs.domain.archive import is_zip, members
from guanzhang.customs.domain.file_problems import TOO_LARGE
from guanzhang.customs.domain.plainxml import decoded
from guanzhang.customs.domain.receipts import MAX_RECEIPT, ReceiptFacts, read_receipt
from guanzhang.customs.models import Receipt, Settings
from guanzhang.kernel.problem import Problem, Refused

log = logging.getLogger("guanzhang.customs")
UNFINISHED = (".tmp", ".temp", ".part", ".crdownload")
SETTLED = 3  # seconds without a change before a file counts as whole
AT_ONCE = 500  # files of one inbox in one round
MAX_FILE = 64 * 1024 * 1024  # of an archive of receipts
ARCHIVE, QUARANTINE = "archive", "quarantine"
_KEPT_OF_UNREADABLE = 20_000  # characters


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one file: its rows, whether they are new, and what was wrong with it."""

    name: str
    rows: tuple[Receipt, ...]
    is_new: bool
    problem: Problem | None = None


def receive(book_id: int, name: str, data: bytes, *, now: dt.datetime) -> Received:
    """Store a receipt once by its content; unreadable ones too, so that somebody sees them.

    One file may hold several receipts: a row each. Nothing is applied yet (``apply_receipts``).
    """
    digest = hashlib.sha256(data).hexdigest()
    facts: tuple[ReceiptFacts, ...] = ()
    problem: Problem | None = None
    try:
        facts = read_receipt(data, name)
    except Refused as refused:
        problem = refused.problems[0]
    keys = [digest, *(_part_key(digest, n) for n in range(1, len(facts)))]
    with transaction.atomic():
        known = set(
            Receipt.objects.filter(book_id=book_id, sha256=digest).values_list(
                "sha256", flat=True
            )
        )
        if not known:
            content = (
                _text_of(data) if problem is None else _text_of(data)[:_KEPT_OF_UNREADABLE]
            )
            rows = (
                [
                    _row(book_id, name, key, content, each, now)
                    for key, each in zip(keys, facts, strict=True)
                ]
                if problem is None
                else [_unreadable(book_id, name, digest, content, problem, now)]
            )
            # Another worker may have read the same file: the database keeps one of the two.
            Receipt.objects.bulk_create(rows, ignore_conflicts=True)
        stored = Receipt.objects.filter(book_id=book_id, sha256__in=keys).order_by("pk")
        return Received(name, tuple(stored), not known, problem)


def receive_archive(book_id: int, data: bytes, *, now: dt.datetime) -> Iterator[Received]:
    """``receive`` for every XML file of a ZIP; raises ``Refused`` for a ZIP that cannot be read."""
    for member in members(data):
        if member.problem:
            yield Received(member.name, (), is_new=False, problem=member.problem)
        else:
            yield receive(book_id, member.name, member.data, now=now)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a round through the inboxes did."""

    taken: int
    known: int
    unreadable: int
    missing: tuple[str, ...] = ()  # folders that are not there


def take_receipts(now: dt.datetime, *, book_id: int | None = None) -> Taken:
    """Read the inbox of every book; files go to ``archive`` by day, unreadable ones to ``quarantine``.

    A file is stored first and moved away after the commit: a crash between reads it again and
    finds it known. Two workers may read the same file: its content is stored once.
    """
    books = Settings.objects.exclude(inbox="")
    if book_id is not None:
        books = books.filter(pk=book_id)
    taken = known = unreadable = 0
    missing = []
    for settings in books:
        inbox = Path(settings.inbox)
        if not inbox.is_dir():
            missing.append(settings.inbox)
            continue
        try:
            paths = list(_settled(inbox, now))
        except OSError:  # a drive that went away, a folder that may not be read
            missing.append(settings.inbox)
            continue
        for path in paths:
            outcome = _take(settings.book_id, path, now)
            taken += outcome == "taken"
            known += outcome == "known"
            unreadable += outcome == "unreadable"
    return Taken(taken, known, unreadable, tuple(missing))


def _settled(inbox: Path, now: dt.datetime) -> Iterator[Path]:
    """Whole files, oldest name first; what is still being written is left for the next round."""
    count = 0
    for path in sorted(inbox.iterdir()):
        name = path.name.lower()
        if name.endswith(UNFINISHED) or name.startswith((".", "~")):
            continue
        try:
            if path.is_symlink() or not path.is_file():
                continue
            age = now.timestamp() - path.stat().st_mtime
        except OSError:  # taken by somebody else
            continue
        if 0 <= age < SETTLED:
            continue
        count += 1
        if count > AT_ONCE:
            return
        yield path


def _take(book_id: int, path: Path, now: dt.datetime) -> str:
    """ "taken", "known", "unreadable", or "" when somebody else has it."""
    try:
        size = path.stat().st_size
        results = _received(book_id, path, size, now)
    except OSError:
        return ""
    bad = any(each.problem for each in results)
    _move(path, QUARANTINE if bad else ARCHIVE, now)
    if bad:
        return "unreadable"
    return "taken" if any(each.is_new for each in results) else "known"


def _received(book_id: int, path: Path, size: int, now: dt.datetime) -> list[Received]:
    if size > MAX_FILE:
        found, most = f"{size:,} B", f"{MAX_FILE:,} B"
        problem = TOO_LARGE.at("", name=path.name, found=found, limit=most)
        return [
            _note_unreadable(book_id, path.name, f"{path.name}:{size}".encode(), problem, now)
        ]
    data = path.read_bytes()
    if not is_zip(data):
        return [receive(book_id, path.name, data, now=now)]
    try:
        return list(receive_archive(book_id, data, now=now))
    except Refused as refused:
        return [_note_unreadable(book_id, path.name, data, refused.problems[0], now)]


def _note_unreadable(
    book_id: int, name: str, data: bytes, problem: Problem, now: dt.datetime
) -> Received:
    digest = hashlib.sha256(data).hexdigest()
    row = _unreadable(book_id, name, digest, "", problem, now)
    with transaction.atomic():
        Receipt.objects.bulk_create([row], ignore_conflicts=True)
        stored = Receipt.objects.filter(book_id=book_id, sha256=digest)
        return Received(name, tuple(stored), is_new=True, problem=problem)


def _move(path: Path, folder: str, now: dt.datetime) -> None:
    """Beside the inbox's files, by day; a name that is taken gets a number."""
    target = path.parent / folder / timezone.localtime(now).strftime("%Y-%m-%d")
    try:
        target.mkdir(parents=True, exist_ok=True)
        goal, number = target / path.name, 1
        while goal.exists():
            number += 1
            goal = target / f"{path.stem}-{number}{path.suffix}"
        path.rename(goal)
    except FileNotFoundError:  # the other worker was faster
        return
    except OSError:  # it stays and will be found known; its content is stored
        log.warning("%s could not be moved to %s", path, target, exc_info=True)


def _row(
    book_id: int, name: str, key: str, content: str, facts: ReceiptFacts, now: dt.datetime
) -> Receipt:
    return Receipt(
        book_id=book_id,
        name=name[-255:],
        sha256=key,
        content=content,
        kind=facts.kind,
        channel=facts.channel[:10],
        seq_no=facts.seq_no[:18],
        entry_no=facts.entry_no[:18],
        client_no=facts.client_no[:18],
        noticed_at=facts.noticed_at,
        note=facts.note[:500],
        received_at=now,
        **_only_kept(facts),
    )


def _only_kept(facts: ReceiptFacts) -> dict[str, str]:
    """Receipts about something other than a declaration are kept and shown, never matched."""
    if facts.kind == "agreement":
        text = _("代理报关委托协议 %(number)s 的回执") % {"number": facts.agreement_no or "—"}
    elif facts.kind == "bonded":
        text = _("保税核注清单的回执")
    else:
        return {}
    return {"state": Receipt.State.LATE, "problem": text}


def _unreadable(
    book_id: int, name: str, key: str, content: str, problem: Problem, now: dt.datetime
) -> Receipt:
    return Receipt(
        book_id=book_id,
        name=name[-255:],
        sha256=key,
        content=content,
        state=Receipt.State.UNREADABLE,
        problem=problem.message()[:300],
        received_at=now,
    )


def _part_key(digest: str, number: int) -> str:
    return hashlib.sha256(f"{digest}#{number}".encode()).hexdigest()


def _text_of(data: bytes) -> str:
    """The content for people; NUL is what PostgreSQL cannot keep."""
    if len(data) > MAX_RECEIPT:
        data = data[:_KEPT_OF_UNREADABLE]
    try:
        text, _problems = decoded(data)
    except Refused:
        text = data.decode("utf-8", "replace")
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
