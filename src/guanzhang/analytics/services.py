"""Take snapshots, keep them as long as they are needed, open them."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from pathlib import Path

from django.db import transaction

from guanzhang.analytics.domain.catalogue import CATALOGUE, Fact, Group
from guanzhang.analytics.engine import Heartbeat, Warehouse, connect
from guanzhang.analytics.models import Snapshot
from guanzhang.analytics.queries import catalogue_for, folder_of, snapshots_folder
from guanzhang.analytics.snapshots import Written, write_files
from guanzhang.analytics.sources import read_inputs
from guanzhang.analytics.touch import data_version, fold_touches

Progress = Callable[[int, int | None, str], None]  # (done, total, step); may raise to cancel
STEPS = 3
ORPHAN_AGE = dt.timedelta(days=1)  # a folder nobody refers to may be one just being written


def current_snapshot(
    book_id: int, as_of: dt.date, *, now: dt.datetime, progress: Progress | None = None
) -> Snapshot:
    """The snapshot of the data as it is now, for facts as of ``as_of``; taken only if there is none.

    Cheap while nothing changes: triggers count the changes. Rows dated after ``as_of`` are in the
    files and are left out when facts are computed, so any day may be asked for.
    """
    version = data_version()
    if version is not None:
        same = Snapshot.objects.filter(book_id=book_id, data_version=version).order_by("-pk")
        usable = [each for each in same if folder_of(each).is_dir()]
        for snapshot in usable:
            if snapshot.as_of == as_of:
                return snapshot
        if usable:  # the same files serve another day
            return _record(book_id, as_of, usable[0], now=now, seconds=0.0)
    return take_snapshot(book_id, as_of, now=now, progress=progress)


def take_snapshot(
    book_id: int, as_of: dt.date, *, now: dt.datetime, progress: Progress | None = None
) -> Snapshot:
    """Copy all inputs of the facts of a book into Parquet files and name them.

    ``progress`` is called between and during the steps, in this thread; what it raises (for a
    cancelled job) stops the work and leaves nothing behind. Sees the caller's own uncommitted rows.
    """
    started = time.perf_counter()
    root = snapshots_folder() / str(book_id)
    root.mkdir(parents=True, exist_ok=True)
    custom = [f for f in catalogue_for(book_id).values() if f.group == Group.CUSTOM]
    with tempfile.TemporaryDirectory(dir=root, suffix=".part") as name:
        part = Path(name)
        with closing(connect(part / "spill")) as engine:
            _say(progress, 0, "读取数据")
            version = read_inputs(engine, book_id, part, lambda: _say(progress, 0, "读取数据"))
            _say(progress, 1, "整理快照")
            files = part / "files"
            files.mkdir()
            written = write_files(engine, files, custom, _beat(progress, 1, "整理快照"))
        _say(progress, 2, "保存快照")
        folder = _keep_files(files, root, written.content_hash)
    return _record(
        book_id, as_of, written, now=now, seconds=time.perf_counter() - started,
        folder=folder, version=version,
    )  # fmt: skip


def open_snapshot(
    snapshot: Snapshot,
    *,
    as_of: dt.date | None = None,
    catalogue: Mapping[str, Fact] = CATALOGUE,
    party_ids: Collection[int] = (),
    heartbeat: Heartbeat | None = None,
) -> Warehouse:
    """Open a snapshot for questions as of a day (its own by default); close it when done.

    ``party_ids`` limits facts to these customers (shares stay shares of the whole company).
    ``heartbeat`` is called while a query runs; raising there cancels the query.
    """
    return Warehouse(
        folder_of(snapshot),
        as_of or snapshot.as_of,
        catalogue=catalogue,
        party_ids=party_ids,
        heartbeat=heartbeat,
    )


def prune_snapshots(book_id: int, keep: Collection[int], *, now: dt.datetime) -> int:
    """Delete the snapshots of a book but those in ``keep`` and the newest; returns how many went.

    ``keep`` are the ids that runs and memberships refer to: they must stay derivable.
    """
    with transaction.atomic():
        rows = Snapshot.objects.filter(book_id=book_id)
        newest = rows.order_by("-pk").values_list("pk", flat=True).first()
        gone = rows.exclude(pk__in={*keep, newest}).delete()[0]
        used = set(rows.values_list("folder", flat=True))
        fold_touches()
    root = snapshots_folder() / str(book_id)
    for folder in root.iterdir() if root.is_dir() else ():
        age = now - dt.datetime.fromtimestamp(folder.stat().st_mtime, dt.UTC)
        if f"{book_id}/{folder.name}" not in used and age > ORPHAN_AGE:
            shutil.rmtree(folder)
    return gone


def _record(
    book_id: int,
    as_of: dt.date,
    source: Snapshot | Written,
    *,
    now: dt.datetime,
    seconds: float,
    folder: str = "",
    version: int | None = None,
) -> Snapshot:
    """A row for files that are in place; from another snapshot, its files are shared."""
    if isinstance(source, Snapshot):
        folder, version = source.folder, source.data_version
    return Snapshot.objects.create(
        book_id=book_id, as_of=as_of, folder=folder, parties=source.parties,
        transactions=source.transactions, service_records=source.service_records,
        content_hash=source.content_hash, data_version=version, created_at=now, seconds=seconds,
    )  # fmt: skip


def _keep_files(files: Path, root: Path, content_hash: str) -> str:
    """Move the files to the folder named by their content; equal content is kept once."""
    final = root / content_hash[:32]
    if not final.is_dir():
        try:
            files.rename(final)
        except OSError:
            if not final.is_dir():  # else somebody took the same snapshot first
                raise
    os.utime(final)  # used just now: not an orphan yet
    return f"{root.name}/{final.name}"


def _say(progress: Progress | None, done: int, step: str) -> None:
    if progress:
        progress(done, STEPS, step)


def _beat(progress: Progress | None, done: int, step: str) -> Heartbeat | None:
    return (lambda: _say(progress, done, step)) if progress else None
