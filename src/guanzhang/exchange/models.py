"""Import batches: what was uploaded, how it was mapped, what became of every row."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mapping(models.Model):
    """A remembered way to read a file (对应方案); ``definition`` is the JSON of `exchange.domain.mapping`."""

    book_id = models.BigIntegerField()
    kind = models.CharField(max_length=30)
    name = models.CharField(_("名称"), max_length=60)
    definition = models.JSONField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("对应方案")
        constraints = [
            models.UniqueConstraint(
                fields=["book_id", "kind", "name"], name="mapping_name_once"
            )
        ]


class Batch(models.Model):
    """One file on its way into the book (导入批次).

    rows_in = added + updated + unchanged + refused, always.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("待对应列")
        CHECKING = "checking", _("检查中")
        CHECKED = "checked", _("待提交")
        COMMITTING = "committing", _("提交中")
        COMMITTED = "committed", _("已导入")
        UNDOING = "undoing", _("撤销中")
        UNDONE = "undone", _("已撤销")
        FAILED = "failed", _("失败")

    book_id = models.BigIntegerField()
    kind = models.CharField(max_length=30)  # customers | contacts | transactions
    number = models.BigIntegerField()
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    mapping = models.JSONField(null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.UPLOADED)
    rows_in = models.BigIntegerField(default=0)
    added = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    facts = models.JSONField(default=dict)  # encoding, sheets, totals, first changes, notes
    failure = models.TextField(blank=True)
    job_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField()
    created_at = models.DateTimeField()
    committed_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("导入批次")
        constraints = [
            models.UniqueConstraint(fields=["book_id", "number"], name="batch_number_once"),
            models.CheckConstraint(
                condition=models.Q(
                    rows_in=models.F("added")
                    + models.F("updated")
                    + models.F("unchanged")
                    + models.F("refused")
                ),
                name="batch_rows_add_up",
            ),
        ]


class CellProblem(models.Model):
    """Why a row was refused, at its cell."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="problems")
    row = models.BigIntegerField()  # row number in the file, as Excel counts
    sheet = models.CharField(max_length=60, blank=True)
    cell = models.CharField(max_length=20)  # "F23"
    column = models.CharField(max_length=120, blank=True)  # header as found
    field = models.CharField(max_length=60, blank=True)
    value = models.CharField(max_length=300, blank=True)
    code = models.CharField(max_length=20)
    zh = models.CharField(max_length=500)
    en = models.CharField(max_length=500)
    severity = models.CharField(max_length=10, default="error")
    suggestion = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("导入问题")
        indexes = [models.Index(fields=["batch", "row"], name="cell_problem_by_row")]


class Change(models.Model):
    """The state of a record before a batch updated it, for undo and for the record's history."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="changes")
    object_type = models.CharField(max_length=30)
    object_id = models.BigIntegerField()
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        verbose_name = _("导入变更")
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="change_by_object"),
        ]
