"""Snapshots: the frozen inputs of every computed figure, and the count of changes to the originals."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Snapshot(models.Model):
    """All inputs of the facts as of the end of a day, as Parquet files in ``folder``.

    ``content_hash`` is over the rows, not the files: equal data gives an equal hash, and snapshots
    with equal data share a folder. ``data_version`` is the state of ``Touch`` that was read.
    """

    book_id = models.BigIntegerField()
    as_of = models.DateField()
    folder = models.CharField(max_length=200)  # relative to GUANZHANG_HOME/snapshots
    parties = models.BigIntegerField()
    transactions = models.BigIntegerField()
    service_records = models.BigIntegerField()
    content_hash = models.CharField(max_length=64)
    data_version = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    seconds = models.FloatField()

    class Meta:
        verbose_name = _("快照")
        indexes = [models.Index(fields=["book_id", "-created_at"], name="snapshot_newest")]


class Touch(models.Model):
    """How often the inputs of snapshots were changed, by anybody: written by database triggers.

    The version of the data is the sum of the weights. SQLite, with one writer at a time, adds to one
    row per changed row; PostgreSQL inserts a row per statement, so that writers do not wait for each
    other, and ``prune_snapshots`` folds them into one.
    """

    weight = models.BigIntegerField(default=1)

    class Meta:
        verbose_name = _("数据变动")
