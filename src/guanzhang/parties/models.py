"""Customers and suppliers with all that is known about them."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanzhang.storage.fields import FixedField


class Party(models.Model):
    """A customer, a supplier, or both (往来单位).

    The block "standing" is written from above: classification and analytics put the current
    grade and the few figures that lists sort by into this row, so that a list of a million
    customers needs no join and a credit check reads only this module.
    """

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", _("企业")
        PERSON = "person", _("个人")

    class Status(models.TextChoices):
        ACTIVE = "active", _("在用")
        ARCHIVED = "archived", _("已归档")

    # The indexes below begin with the book; one of its own would only cost time.
    book = models.ForeignKey("org.Book", models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(_("编号"), max_length=30)
    kind = models.CharField(
        _("类型"), max_length=10, choices=Kind.choices, default=Kind.ENTERPRISE
    )
    is_customer = models.BooleanField(_("客户"), default=True)
    is_supplier = models.BooleanField(_("供应商"), default=False)
    name = models.CharField(_("名称"), max_length=200)
    short_name = models.CharField(_("简称"), max_length=60, blank=True)
    english_name = models.CharField(_("英文名"), max_length=200, blank=True)
    former_names = models.CharField(_("曾用名"), max_length=400, blank=True)
    usc_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    customs_code = models.CharField(_("海关注册编码"), max_length=10, blank=True)
    id_card = models.CharField(_("身份证号"), max_length=18, blank=True)
    industry = models.CharField(_("行业"), max_length=6, blank=True)  # GB/T 4754, "F51"
    region = models.CharField(_("地区"), max_length=6, blank=True)  # GB/T 2260, "330206"
    scale = models.CharField(_("规模"), max_length=6, blank=True)  # domain.scale.Scale
    staff_count = models.IntegerField(_("从业人数"), null=True, blank=True)
    annual_revenue = FixedField(_("年营业收入（万元）"), null=True, blank=True)
    total_assets = FixedField(_("资产总额（万元）"), null=True, blank=True)
    registered_capital = FixedField(_("注册资本（万元）"), null=True, blank=True)
    established_on = models.DateField(_("成立日期"), null=True, blank=True)
    customs_credit = models.CharField(_("海关信用等级"), max_length=10, blank=True)
    customs_kind = models.CharField(_("海关备案类型"), max_length=20, blank=True)
    source = models.CharField(_("客户来源"), max_length=20, blank=True)
    website = models.CharField(_("网址"), max_length=200, blank=True)
    note = models.TextField(_("备注"), blank=True)
    custom = models.JSONField(_("自定义字段"), default=dict, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("负责人"),
    )
    department = models.ForeignKey(
        "org.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("部门"),
    )
    status = models.CharField(
        _("状态"), max_length=10, choices=Status.choices, default=Status.ACTIVE
    )
    sort_key = models.CharField(
        max_length=300, blank=True
    )  # pinyin, the same order on both databases
    completeness = models.PositiveSmallIntegerField(_("完整度"), default=0)  # percent
    # standing: written by record_standing(), never by a form
    grade = models.CharField(_("客户等级"), max_length=20, blank=True)
    grade_since = models.DateField(null=True, blank=True)
    lifecycle = models.CharField(_("生命周期"), max_length=10, blank=True)
    amount_12m = FixedField(_("近12个月交易额"), null=True, blank=True)
    orders_12m = models.BigIntegerField(_("近12个月笔数"), null=True, blank=True)
    last_traded_on = models.DateField(_("最近交易"), null=True, blank=True)
    last_contact_on = models.DateField(_("最近联系"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)
    batch_id = models.BigIntegerField(null=True, blank=True)  # the import that created it
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("往来单位")
        constraints = [
            models.UniqueConstraint(fields=["book", "code"], name="party_code_once"),
            models.UniqueConstraint(
                fields=["book", "usc_code"],
                condition=~models.Q(usc_code=""),
                name="party_usc_once",
            ),
        ]
        indexes = [
            models.Index(fields=["book", "status", "sort_key", "id"], name="party_by_name"),
            models.Index(fields=["book", "status", "code", "id"], name="party_by_code"),
            models.Index(fields=["book", "status", "amount_12m", "id"], name="party_by_amount"),
            models.Index(
                fields=["book", "status", "last_traded_on", "id"], name="party_by_last"
            ),
            models.Index(fields=["book", "status", "updated_at", "id"], name="party_by_update"),
            models.Index(fields=["book", "status", "grade", "id"], name="party_by_grade"),
            models.Index(
                fields=["book", "status", "created_at", "id"], name="party_by_creation"
            ),
            models.Index(
                fields=["book", "status", "completeness", "id"], name="party_by_percent"
            ),
            models.Index(fields=["book", "customs_code"], name="party_by_customs_code"),
            # Only owned parties: counting the others in makes SQLite think an owner tells little.
            models.Index(
                fields=["book", "owner", "status", "id"],
                condition=models.Q(owner__isnull=False),
                name="party_by_owner",
            ),
            models.Index(
                fields=["book", "department", "status", "id"],
                condition=models.Q(department__isnull=False),
                name="party_by_department",
            ),
            # Not the partial constraint above: SQLite uses that only where the query repeats it.
            models.Index(fields=["book", "usc_code"], name="party_by_usc"),
            models.Index(fields=["book", "region"], name="party_by_region"),
            models.Index(fields=["book", "industry"], name="party_by_industry"),
            models.Index(fields=["batch_id"], name="party_by_batch"),
            models.Index(
                fields=["book", "status", "code", "id"],
                condition=models.Q(is_supplier=True),
                name="supplier_by_code",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StandingDay(models.Model):
    """The day as of which the standing of all parties of a book was last worked out."""

    book = models.OneToOneField("org.Book", models.CASCADE, primary_key=True, related_name="+")
    on = models.DateField()

    class Meta:
        verbose_name = _("分类日期")


class SearchText(models.Model):
    """What a party is found by, see ``search_text``; its index is made by migration 0002."""

    party = models.OneToOneField(
        Party, models.CASCADE, primary_key=True, related_name="search_text"
    )
    text = models.TextField()

    class Meta:
        verbose_name = _("检索文本")


class Contact(models.Model):
    """A person at a party. Not a login."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="contacts")
    name = models.CharField(_("姓名"), max_length=60)
    title = models.CharField(_("职务"), max_length=60, blank=True)
    mobile = models.CharField(_("手机"), max_length=20, blank=True)
    phone = models.CharField(_("电话"), max_length=30, blank=True)
    email = models.CharField(_("邮箱"), max_length=120, blank=True)
    wechat = models.CharField(_("微信"), max_length=60, blank=True)
    birthday = models.DateField(_("生日"), null=True, blank=True)
    is_primary = models.BooleanField(_("主要联系人"), default=False)
    note = models.CharField(_("备注"), max_length=200, blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("联系人")
        constraints = [
            models.UniqueConstraint(
                fields=["party"],
                condition=models.Q(is_primary=True),
                name="contact_primary_once",
            )
        ]
        indexes = [models.Index(fields=["batch_id"], name="contact_by_batch")]


class Address(models.Model):
    class Kind(models.TextChoices):
        REGISTERED = "registered", _("注册地址")
        OFFICE = "office", _("办公地址")
        DELIVERY = "delivery", _("收货地址")
        INVOICE = "invoice", _("开票地址")

    party = models.ForeignKey(Party, models.CASCADE, related_name="addresses")
    kind = models.CharField(_("类型"), max_length=12, choices=Kind.choices, default=Kind.OFFICE)
    region = models.CharField(_("地区"), max_length=6, blank=True)
    detail = models.CharField(_("详细地址"), max_length=200)
    postcode = models.CharField(_("邮编"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("地址")


class BankAccount(models.Model):
    party = models.ForeignKey(Party, models.CASCADE, related_name="bank_accounts")
    bank = models.CharField(_("开户行"), max_length=120)
    account_no = models.CharField(_("账号"), max_length=40)
    holder = models.CharField(_("户名"), max_length=120, blank=True)
    currency = models.CharField(_("币制"), max_length=3, default="CNY")

    class Meta:
        verbose_name = _("银行账户")


class Tag(models.Model):
    book = models.ForeignKey("org.Book", models.CASCADE, related_name="+")
    name = models.CharField(_("标签"), max_length=30)
    parties = models.ManyToManyField(Party, related_name="tags", blank=True)

    class Meta:
        verbose_name = _("标签")
        constraints = [models.UniqueConstraint(fields=["book", "name"], name="tag_once")]

    def __str__(self) -> str:
        return self.name


class CustomField(models.Model):
    """A field a company adds to its parties; values live in ``Party.custom[key]``."""

    class Type(models.TextChoices):
        TEXT = "text", _("文本")
        NUMBER = "number", _("数字")
        MONEY = "money", _("金额")
        DATE = "date", _("日期")
        CHOICE = "choice", _("选项")
        FLAG = "flag", _("是否")

    book = models.ForeignKey("org.Book", models.CASCADE, related_name="+")
    key = models.SlugField(_("标识"), max_length=30)
    label = models.CharField(_("名称"), max_length=40)
    type = models.CharField(_("类型"), max_length=10, choices=Type.choices)
    choices = models.JSONField(_("选项"), default=list, blank=True)  # ["甲", "乙"]
    is_required = models.BooleanField(_("必填"), default=False)
    in_list = models.BooleanField(_("列表可选"), default=True)
    in_criteria = models.BooleanField(_("可作分类标准"), default=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("自定义字段")
        constraints = [
            models.UniqueConstraint(fields=["book", "key"], name="custom_field_once")
        ]


class Attachment(models.Model):
    """A file of a party, stored once by its hash outside the web root."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="attachments")
    name = models.CharField(_("文件名"), max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    content_type = models.CharField(max_length=100)
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=60)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("附件")


class Transaction(models.Model):
    """One line of trade with a party from any source (交易).

    ``amount`` is in ``currency``; ``book_amount = amount × exchange_rate`` in the book's currency,
    rounded to four places when written. A return is a negative line. The key
    (source, document_no, line_no) makes a second import an update.
    """

    book = models.ForeignKey("org.Book", models.PROTECT, related_name="+", db_index=False)
    party = models.ForeignKey(
        Party, models.PROTECT, related_name="transactions", db_index=False
    )
    source = models.CharField(_("来源"), max_length=30)
    document_no = models.CharField(_("单号"), max_length=60)
    line_no = models.IntegerField(_("行号"), default=1)
    traded_on = models.DateField(_("交易日期"))
    direction = models.CharField(_("方向"), max_length=10, blank=True)  # import export domestic
    product_code = models.CharField(_("商品编码"), max_length=40, blank=True)
    product_name = models.CharField(_("商品名称"), max_length=200, blank=True)
    quantity = FixedField(_("数量"), places=6, null=True, blank=True)
    unit = models.CharField(_("单位"), max_length=20, blank=True)
    unit_price = FixedField(_("单价"), places=6, null=True, blank=True)
    currency = models.CharField(_("币制"), max_length=3, default="CNY")
    amount = FixedField(_("金额"))
    exchange_rate = FixedField(_("汇率"), places=6, default=Decimal(1))
    book_amount = FixedField(_("本位币金额"))
    country = models.CharField(_("国别"), max_length=60, blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("交易")
        constraints = [
            models.UniqueConstraint(
                fields=["book", "source", "document_no", "line_no"], name="transaction_once"
            )
        ]
        indexes = [
            models.Index(fields=["party", "traded_on", "id"], name="transaction_by_party"),
            models.Index(fields=["book", "traded_on", "id"], name="transaction_by_day"),
            models.Index(fields=["book", "document_no"], name="transaction_by_document"),
            models.Index(fields=["batch_id"], name="transaction_by_batch"),
        ]


class ServiceRecord(models.Model):
    """A call, visit, complaint or note with a party, and what comes next (服务记录)."""

    class Kind(models.TextChoices):
        CALL = "call", _("电话")
        VISIT = "visit", _("拜访")
        WECHAT = "wechat", _("微信")
        EMAIL = "email", _("邮件")
        COMPLAINT = "complaint", _("投诉")
        NOTE = "note", _("备注")

    book = models.ForeignKey("org.Book", models.PROTECT, related_name="+", db_index=False)
    party = models.ForeignKey(
        Party, models.CASCADE, related_name="service_records", db_index=False
    )
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(_("方式"), max_length=10, choices=Kind.choices)
    happened_at = models.DateTimeField(_("时间"))
    content = models.TextField(_("内容"))
    result = models.CharField(_("结果"), max_length=300, blank=True)
    next_action = models.CharField(_("下一步"), max_length=200, blank=True)
    next_due_on = models.DateField(_("下一步日期"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    user_id = models.BigIntegerField()
    user_name = models.CharField(_("记录人"), max_length=60)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("服务记录")
        indexes = [
            models.Index(fields=["party", "-happened_at"], name="service_by_party"),
            models.Index(fields=["book", "happened_at", "id"], name="service_by_time"),
            models.Index(fields=["book", "closed_at", "next_due_on"], name="service_by_due"),
        ]
