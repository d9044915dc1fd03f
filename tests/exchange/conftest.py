"""A batch from bytes to book in one call each, for every test of the import."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile

import openpyxl
import pytest

from guanzhang.exchange import files
from guanzhang.exchange.domain.mapping import definition_from_json
from guanzhang.exchange.models import Batch
from guanzhang.exchange.services.checking import check_batch
from guanzhang.exchange.services.committing import commit_batch
from guanzhang.exchange.services.undoing import undo_batch
from guanzhang.exchange.services.uploads import propose_mapping, receive_file, set_mapping

NOW = dt.datetime(2026, 11, 23, 10, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))


class Desk:
    """One person importing files into a book."""

    def __init__(self, actor):
        self.actor = actor

    def upload(self, kind, name, content):
        return receive_file(self.actor, kind, name, [content], now=NOW)

    def map(self, batch, mapping=None, name=""):
        """``mapping``: field → source JSON, or a text for a column; None for the proposal."""
        if mapping is None:
            definition = propose_mapping(self.actor, batch).definition
        else:
            fields = {
                k: {"column": v} if isinstance(v, str) else v
                for k, v in mapping.items()
                if k != "options"
            }
            data = {"kind": batch.kind, "fields": fields, "options": mapping.get("options", {})}
            definition = definition_from_json(data)
        return set_mapping(self.actor, batch.pk, definition, name=name, now=NOW)

    def check(self, kind, name, content, mapping=None):
        batch = self.upload(kind, name, content)
        self.map(batch, mapping)
        return check_batch(self.actor, batch.pk, now=NOW)

    def recheck(self, batch):
        return check_batch(self.actor, batch.pk, now=NOW)

    def commit(self, batch):
        return commit_batch(self.actor, batch.pk, now=NOW)

    def run(self, kind, name, content, mapping=None):
        return self.commit(self.check(kind, name, content, mapping))

    def undo(self, batch):
        return undo_batch(self.actor, batch.pk, now=NOW)


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    """Uploads of one test, apart from those of the others."""
    settings.HOME = tmp_path
    return tmp_path / "uploads"


@pytest.fixture
def desk(cast):
    """The book of the cast, as its administrator."""
    return Desk(cast.actor("admin"))


@pytest.fixture
def desk_of(cast):
    return lambda who: Desk(cast.actor(who))


def csv_bytes(rows, encoding="utf-8", delimiter=","):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(rows, title="客户", book=None, merge=()):
    book = book or openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for area in merge:
        sheet.merge_cells(area)
    return saved(book)


def saved(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def zip_bytes(parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def counts(batch):
    return batch.rows_in, batch.added, batch.updated, batch.unchanged, batch.refused


def codes(batch):
    """Code → cell of every kept problem, in order."""
    return [(p.code, p.cell) for p in batch.problems.order_by("row", "pk")]


def nothing_stored():
    """Neither a batch nor a file of it."""
    folder = files.stored_path("x").parent
    return not Batch.objects.exists() and not [p for p in folder.iterdir() if p.is_file()]
