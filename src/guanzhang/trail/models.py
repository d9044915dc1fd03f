"""Tables of the trail: audit records, counters, and events waiting for their listeners."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditRecord(models.Model):
    """One thing somebody did (一条留痕). Append-only by trigger, chained by HMAC per book.

    ``book_id`` 0 is the chain of the installation itself (logins, users). Names are copied, not
    linked: a record outlives the person and the object it speaks of.
    """

    book_id = models.BigIntegerField()
    sequence = models.BigIntegerField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField()
    actor_name = models.CharField(max_length=80)
    action = models.CharField(max_length=60)  # "party.updated"
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    object_label = models.CharField(max_length=200, blank=True)
    changes = models.JSONField(
        default=dict
    )  # {"field": [before, after]} or facts of the action
    reason = models.CharField(max_length=500, blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    ip = models.CharField(max_length=45, blank=True)
    algorithm = models.CharField(max_length=20, default="hmac-sha256")
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("留痕")
        constraints = [
            models.UniqueConstraint(fields=["book_id", "sequence"], name="audit_sequence_once")
        ]
        indexes = [
            models.Index(fields=["book_id", "-at"], name="audit_by_time"),
            models.Index(
                fields=["book_id", "object_type", "object_id"], name="audit_by_object"
            ),
            models.Index(fields=["book_id", "actor_id", "-at"], name="audit_by_actor"),
        ]


class Counter(models.Model):
    """The last number given in one series of a book; the row is the lock."""

    book_id = models.BigIntegerField()
    series = models.CharField(max_length=60)
    last = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("编号")
        constraints = [
            models.UniqueConstraint(fields=["book_id", "series"], name="counter_series_once")
        ]


class Event(models.Model):
    """Something that happened, written in the transaction in which it happened (业务事件)."""

    book_id = models.BigIntegerField()
    kind = models.CharField(max_length=60)  # "parties.PartyChanged"
    payload = models.JSONField()
    created_at = models.DateTimeField()
    is_planned = models.BooleanField(default=False)  # its deliveries are written

    class Meta:
        verbose_name = _("业务事件")
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(is_planned=False), name="event_unplanned"
            )
        ]


class Delivery(models.Model):
    """One event for one listener. Exactly one row per pair; failures stay and are retried."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待处理")
        DONE = "done", _("已处理")
        FAILED = "failed", _("失败")

    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries")
    listener = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    next_try_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("事件投递")
        constraints = [
            models.UniqueConstraint(fields=["event", "listener"], name="delivery_once")
        ]
        indexes = [models.Index(fields=["state", "next_try_at"], name="delivery_due")]
