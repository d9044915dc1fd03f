"""Dated reference data of the whole installation. Ranges are half-open: valid_from ≤ day < valid_to.

Rows belong to the edition that brought them; an edition is loaded by one person, reviewed by another
and takes effect on a day. What was valid is never deleted: a new edition closes it.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanzhang.storage.fields import FixedField


class Edition(models.Model):
    """A loaded set of rows of one kind (版本)."""

    class Kind(models.TextChoices):
        CODES = "codes", _("代码表")
        TARIFF = "tariff", _("税则")
        MEASURES = "measures", _("贸易救济与加征")
        RATES = "rates", _("计征汇率")
        CALENDAR = "calendar", _("工作日历")
        PARAMETERS = "parameters", _("参数")

    class State(models.TextChoices):
        LOADED = "loaded", _("待复核")
        REVIEWED = "reviewed", _("已复核，待生效")
        EFFECTIVE = "effective", _("已生效")
        REJECTED = "rejected", _("已退回")

    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices)
    table = models.CharField(_("代码表"), max_length=30, blank=True)  # domain.tables key
    title = models.CharField(_("名称"), max_length=120)
    effective_on = models.DateField(_("生效日期"))
    state = models.CharField(
        _("状态"), max_length=10, choices=State.choices, default=State.LOADED
    )
    is_demo = models.BooleanField(_("演示数据"), default=False)
    source = models.CharField(_("来源"), max_length=300)
    source_date = models.CharField(_("来源日期"), max_length=20, blank=True)
    file_name = models.CharField(_("文件"), max_length=255, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    is_whole = models.BooleanField(_("整版"), default=True)  # what is not in it ends
    added = models.IntegerField(_("新增"), default=0)
    changed = models.IntegerField(_("变更"), default=0)
    removed = models.IntegerField(_("删除"), default=0)
    unchanged = models.IntegerField(_("不变"), default=0)
    # Before it takes effect: {"rows", "warnings"}; afterwards what it changed: {"added", "changed", "removed"}.
    staged = models.JSONField(null=True)
    loaded_by_id = models.BigIntegerField(default=0)
    loaded_by = models.CharField(_("载入人"), max_length=60, blank=True)
    loaded_at = models.DateTimeField(_("载入时间"))
    reviewed_by_id = models.BigIntegerField(null=True)
    reviewed_by = models.CharField(_("复核人"), max_length=60, blank=True)
    reviewed_at = models.DateTimeField(_("复核时间"), null=True)
    applied_at = models.DateTimeField(null=True)  # when its rows were written
    stamp = models.CharField(max_length=32, blank=True)  # random, new when its rows are written
    note = models.CharField(_("说明"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("版本")
        indexes = [
            models.Index(fields=["kind", "table", "effective_on"], name="edition_order"),
            models.Index(fields=["applied_at"], name="edition_applied"),
        ]


class Code(models.Model):
    """One code of one table during a time."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+")
    table = models.CharField(max_length=30)
    code = models.CharField(_("代码"), max_length=20)
    name = models.CharField(_("名称"), max_length=200)
    status = models.CharField(_("状态"), max_length=10, default="active")
    extra = models.JSONField(default=dict)
    initials = models.CharField(max_length=200, blank=True)  # pinyin initials of the name
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True)

    class Meta:
        verbose_name = _("代码")
        constraints = [
            models.UniqueConstraint(fields=["table", "code", "valid_from"], name="code_once")
        ]


class TariffRow(models.Model):
    """One 10-digit tariff line during a time. ``data`` is the line in the words of the file."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+")
    hs_code = models.CharField(_("商品编号"), max_length=10)
    name = models.CharField(_("商品名称"), max_length=500)
    data = models.JSONField()  # columns of the tariff file as text: mfn_rate, unit1, elements …
    initials = models.TextField(blank=True)  # pinyin initials of the name
    is_demo = models.BooleanField(default=False)
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True)

    class Meta:
        verbose_name = _("税则")
        constraints = [
            models.UniqueConstraint(fields=["hs_code", "valid_from"], name="tariff_once")
        ]
        indexes = [models.Index(fields=["valid_to", "hs_code"], name="tariff_now")]


class MeasureRow(models.Model):
    """A trade measure during a time: 反倾销, 反补贴, 保障措施, 加征."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+")
    kind = models.CharField(_("种类"), max_length=20)
    hs_prefix = models.CharField(_("商品编号"), max_length=10)
    origin = models.CharField(_("原产地"), max_length=3)
    exporter = models.CharField(_("出口商"), max_length=200, blank=True)
    rate = models.CharField(_("税率"), max_length=40)  # as domain.tariff.parse_rate reads it
    source = models.CharField(_("来源"), max_length=300)
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True)

    class Meta:
        verbose_name = _("贸易措施")
        indexes = [models.Index(fields=["hs_prefix", "origin"], name="measure_by_code")]


class AssessmentRate(models.Model):
    """计征汇率 of a month: CNY for one unit, entered by one person, approved by another."""

    month = models.DateField(_("月份"))  # its first day
    currency = models.CharField(_("币制"), max_length=3)
    rate = FixedField(_("汇率"), places=8)
    base_date = models.DateField(_("基准日"))
    source = models.CharField(_("来源"), max_length=300)
    entered_by_id = models.BigIntegerField(default=0)
    entered_by = models.CharField(_("录入人"), max_length=60)
    entered_at = models.DateTimeField()
    approved_by_id = models.BigIntegerField(null=True)
    approved_by = models.CharField(_("复核人"), max_length=60, blank=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("计征汇率")
        constraints = [
            models.UniqueConstraint(fields=["month", "currency"], name="assessment_rate_once")
        ]


class Workday(models.Model):
    """A day that differs from its weekday: a holiday, or a weekend day that is worked (调休)."""

    day = models.DateField(_("日期"), unique=True)
    is_workday = models.BooleanField(_("上班"))
    name = models.CharField(_("名称"), max_length=60, blank=True)
    source = models.CharField(_("来源"), max_length=300)

    class Meta:
        verbose_name = _("工作日历")


class Parameter(models.Model):
    """A dated number of the rules: thresholds, rounding, late-fee rates."""

    key = models.CharField(_("参数"), max_length=60)
    value = FixedField(_("值"), places=8)
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True)
    source = models.CharField(_("来源"), max_length=300)
    is_confirmed = models.BooleanField(_("已核实"), default=False)

    class Meta:
        verbose_name = _("参数")
        constraints = [
            models.UniqueConstraint(fields=["key", "valid_from"], name="parameter_once")
        ]
