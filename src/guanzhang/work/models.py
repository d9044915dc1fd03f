"""Long work as rows: jobs with progress, and notices to people."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """A piece of long work (作业), queued in the transaction that wants it."""

    class State(models.TextChoices):
        QUEUED = "queued", _("排队")
        RUNNING = "running", _("进行中")
        DONE = "done", _("完成")
        FAILED = "failed", _("失败")
        CANCELLED = "cancelled", _("已取消")

    book_id = models.BigIntegerField()
    kind = models.CharField(max_length=60)  # key of config.wiring.JOBS
    title = models.CharField(max_length=200)
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    step = models.CharField(max_length=200, blank=True)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    cancel_wanted = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    user_id = models.BigIntegerField()
    day = models.DateField(null=True)  # of a job that a book has once a day
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(
        null=True
    )  # a running job without a beat has lost its worker
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("作业")
        indexes = [
            models.Index(fields=["state", "id"], name="job_queue"),
            models.Index(fields=["book_id", "-created_at"], name="job_by_book"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["book_id", "kind", "day"], name="job_once_a_day")
        ]


class Notice(models.Model):
    """A line for one person (通知); the record, of which mails are copies."""

    book_id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    text = models.CharField(max_length=300)
    link = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("通知")
        indexes = [
            models.Index(fields=["user_id", "read_at", "-created_at"], name="notice_unread")
        ]
