"""Schemes, their versions, the runs that apply them, and who was in which class when."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanzhang.storage.fields import FixedField


class Scheme(models.Model):
    """A way to divide all customers (分类方案). A customer has a class in every scheme at once."""

    book = models.ForeignKey("org.Book", models.PROTECT, related_name="+")
    code = models.CharField(_("编码"), max_length=30)
    name = models.CharField(_("名称"), max_length=60)
    description = models.CharField(_("回答什么问题"), max_length=300, blank=True)
    position = models.PositiveIntegerField(default=0)
    is_primary = models.BooleanField(
        _("主方案"), default=False
    )  # its class is the customer's grade
    review_months = models.PositiveSmallIntegerField(_("复审周期（月）"), default=3)
    owner_id = models.BigIntegerField(null=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("分类方案")
        constraints = [
            models.UniqueConstraint(fields=["book", "code"], name="scheme_code_once"),
            models.UniqueConstraint(
                fields=["book"], condition=models.Q(is_primary=True), name="scheme_primary_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SchemeVersion(models.Model):
    """One definition of a scheme. A published version never changes; its hash names it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PUBLISHED = "published", _("已发布")
        SUPERSEDED = "superseded", _("已替换")

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("版本"))
    definition = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    effective_from = models.DateField(null=True)  # half-open [from, to)
    effective_to = models.DateField(null=True)
    note = models.CharField(_("改动说明"), max_length=300, blank=True)
    revision = models.PositiveIntegerField(default=1)  # of the draft, against lost updates
    trial = models.JSONField(
        null=True
    )  # last preview, as `domain.trial.Trial.to_json` writes it
    maker_id = models.BigIntegerField()
    maker_name = models.CharField(max_length=60)
    publisher_id = models.BigIntegerField(null=True)
    publisher_name = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("方案版本")
        constraints = [
            models.UniqueConstraint(fields=["scheme", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["scheme"], condition=models.Q(state="draft"), name="version_draft_once"
            ),
            models.UniqueConstraint(
                fields=["scheme"],
                condition=models.Q(state="published", effective_to__isnull=True),
                name="version_current_once",
            ),
        ]


class Run(models.Model):
    """One application of a published version to a snapshot (分类运行)."""

    version = models.ForeignKey(SchemeVersion, models.PROTECT, related_name="runs")
    snapshot_id = models.BigIntegerField()
    as_of = models.DateField()
    set_hash = models.CharField(max_length=64)
    parties = models.BigIntegerField()
    entered = models.BigIntegerField(default=0)
    left = models.BigIntegerField(default=0)
    moved = models.BigIntegerField(default=0)
    counts = models.JSONField(
        default=dict
    )  # class code ("" = 无数据) → [members, amount as string]
    seconds = models.FloatField()
    created_at = models.DateTimeField()
    user_name = models.CharField(max_length=60)

    class Meta:
        verbose_name = _("分类运行")
        indexes = [models.Index(fields=["version", "-id"], name="run_newest")]


class Membership(models.Model):
    """A customer was in a class of a scheme from a day until a day, half-open.

    At most one open row per scheme and customer. ``class_code`` "" is 无数据. The reasons are
    derived again from version and snapshot, leaf by leaf, which is why both are kept here.
    """

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="+")
    party_id = models.BigIntegerField()
    class_code = models.CharField(max_length=30, blank=True)
    score = FixedField(null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    version_id = models.BigIntegerField()
    snapshot_id = models.BigIntegerField()
    run_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("归类")
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "party_id"],
                condition=models.Q(valid_to__isnull=True),
                name="membership_open_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["scheme", "valid_to", "class_code"], name="membership_by_class"
            ),
            models.Index(
                fields=["party_id", "scheme", "-valid_from"], name="membership_by_party"
            ),
            models.Index(fields=["run_id"], name="membership_by_run"),
        ]
