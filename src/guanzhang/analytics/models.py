"""Snapshots: the frozen inputs of every computed figure."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Snapshot(models.Model):
    """All inputs of the facts as of the end of a day, as Parquet files in ``folder``.

    ``content_hash`` is over the rows, not the files: equal data gives an equal hash.
    """

    book_id = models.BigIntegerField()
    as_of = models.DateField()
    folder = models.CharField(max_length=200)  # relative to GUANZHANG_HOME/snapshots
    parties = models.BigIntegerField()
    transactions = models.BigIntegerField()
    service_records = models.BigIntegerField()
    content_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    seconds = models.FloatField()

    class Meta:
        verbose_name = _("快照")
        indexes = [models.Index(fields=["book_id", "-created_at"], name="snapshot_newest")]
