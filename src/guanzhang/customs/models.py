"""Declarations with their lines, revisions, events, messages; and what helps to write them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanzhang.customs.domain.states import State
from guanzhang.storage.fields import FixedField


class Declaration(models.Model):
    """A customs declaration (报关单).

    ``document`` is the truth (domain.document); the columns below are read from it when it is
    saved, for lists, search and statistics.
    """

    class Direction(models.TextChoices):
        IMPORT = "I", _("进口")
        EXPORT = "E", _("出口")

    book = models.ForeignKey("org.Book", models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(_("编号"), max_length=20)  # ours: D2026-000123, without gaps
    direction = models.CharField(_("进出口"), max_length=1, choices=Direction.choices)
    party = models.ForeignKey(
        "parties.Party", models.PROTECT, null=True, related_name="+", verbose_name=_("客户")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("制单人"),
    )
    department = models.ForeignKey(
        "org.Department", models.PROTECT, null=True, related_name="+", db_index=False
    )
    state = models.CharField(_("状态"), max_length=20, choices=State.choices())
    revision = models.PositiveIntegerField(_("版次"), default=1)  # of the stored document
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)  # of the document
    approved_sha256 = models.CharField(max_length=64, blank=True)  # of what was approved
    # read from the document
    seq_no = models.CharField(_("统一编号"), max_length=18, blank=True)
    entry_no = models.CharField(_("海关编号"), max_length=18, blank=True)
    client_no = models.CharField(_("客户端编号"), max_length=18)  # ClientSeqNo
    trader_name = models.CharField(_("境内收发货人"), max_length=100, blank=True)
    trader_code = models.CharField(_("收发货人代码"), max_length=18, blank=True)
    customs_office = models.CharField(_("申报地海关"), max_length=4, blank=True)
    border_office = models.CharField(_("进出境关别"), max_length=4, blank=True)
    trade_mode = models.CharField(_("监管方式"), max_length=4, blank=True)
    traffic_mode = models.CharField(_("运输方式"), max_length=1, blank=True)
    vehicle = models.CharField(_("运输工具"), max_length=80, blank=True)
    bill_no = models.CharField(_("提运单号"), max_length=32, blank=True)
    contract_no = models.CharField(_("合同协议号"), max_length=32, blank=True)
    country = models.CharField(_("启运国/运抵国"), max_length=3, blank=True)
    goods_name = models.CharField(_("品名"), max_length=255, blank=True)  # of the first line
    line_count = models.PositiveSmallIntegerField(_("项数"), default=0)
    packages = models.BigIntegerField(_("件数"), null=True)
    gross_weight = FixedField(_("毛重"), places=5, null=True)
    net_weight = FixedField(_("净重"), places=5, null=True)
    currency = models.CharField(_("币制"), max_length=3, blank=True)  # "" when lines differ
    total = FixedField(_("总价"), null=True)  # in `currency`
    value_cny = FixedField(_("计税价格"), null=True)  # from the tax sheet
    tax_cny = FixedField(_("税款"), null=True)  # everything payable
    moved_on = models.DateField(_("进出口日期"), null=True)
    declared_on = models.DateField(_("申报日期"), null=True)
    released_on = models.DateField(_("放行日期"), null=True)
    closed_on = models.DateField(_("结关日期"), null=True)
    due_on = models.DateField(_("申报期限"), null=True)  # the 14th day after entry
    # open ones; None = not checked yet, just imported
    error_count = models.PositiveSmallIntegerField(_("错误"), null=True)
    warning_count = models.PositiveSmallIntegerField(_("警告"), null=True)
    return_count = models.PositiveSmallIntegerField(_("退回次数"), default=0)
    reject_count = models.PositiveSmallIntegerField(_("退单次数"), default=0)
    # who did what
    prepared_by_id = models.BigIntegerField(null=True)  # who sent it to review
    first_reviewer_id = models.BigIntegerField(null=True)
    second_reviewer_id = models.BigIntegerField(null=True)
    sender_id = models.BigIntegerField(null=True)
    amends = models.ForeignKey("self", models.PROTECT, null=True, related_name="amendments")
    amend_kind = models.CharField(max_length=10, blank=True)  # amend | withdraw | complete
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("报关单")
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="declaration_once"),
            models.UniqueConstraint(
                fields=["book", "client_no"], name="declaration_client_once"
            ),
        ]
        indexes = [
            models.Index(fields=["book", "updated_at", "id"], name="declaration_by_update"),
            models.Index(
                fields=["book", "state", "updated_at", "id"], name="declaration_by_state"
            ),
            models.Index(fields=["book", "state", "due_on", "id"], name="declaration_by_due"),
            models.Index(fields=["book", "declared_on", "id"], name="declaration_by_day"),
            models.Index(fields=["book", "entry_no"], name="declaration_by_entry"),
            models.Index(fields=["book", "seq_no"], name="declaration_by_seq"),
            models.Index(fields=["book", "bill_no"], name="declaration_by_bill"),
            models.Index(fields=["book", "contract_no"], name="declaration_by_contract"),
            models.Index(fields=["book", "owner", "state", "id"], name="declaration_by_owner"),
            models.Index(fields=["book", "department", "id"], name="declaration_by_department"),
            models.Index(
                fields=["book", "party", "declared_on", "id"], name="declaration_by_party"
            ),
            # Everything that statistics group by and add up: they never touch the documents.
            models.Index(
                fields=[
                    "book",
                    "declared_on",
                    "direction",
                    "amend_kind",
                    "party",
                    "owner",
                    "department",
                    "customs_office",
                    "trade_mode",
                    "country",
                    "line_count",
                    "value_cny",
                    "tax_cny",
                    "return_count",
                    "reject_count",
                    "id",
                ],
                name="declaration_figures",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class SearchText(models.Model):
    """What a declaration is found by, see ``search``; its index is made by migration 0004."""

    declaration = models.OneToOneField(
        Declaration, models.CASCADE, primary_key=True, related_name="search_text"
    )
    text = models.TextField()

    class Meta:
        verbose_name = _("检索文本")


class GoodsLine(models.Model):
    """A line of goods of a declaration, read from its document: statistics, price history, library."""

    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="goods")
    number = models.PositiveSmallIntegerField(_("项号"))
    hs_code = models.CharField(_("商品编号"), max_length=10, blank=True)
    name = models.CharField(_("商品名称"), max_length=255, blank=True)
    model = models.CharField(_("规格型号"), max_length=255, blank=True)
    quantity = FixedField(_("成交数量"), places=5, null=True)
    unit = models.CharField(_("单位"), max_length=3, blank=True)
    first_quantity = FixedField(_("法定数量"), places=5, null=True)
    price = FixedField(_("单价"), null=True)
    total = FixedField(_("总价"), null=True)
    currency = models.CharField(_("币制"), max_length=3, blank=True)
    origin = models.CharField(_("原产国"), max_length=3, blank=True)
    value_cny = FixedField(_("计税价格"), null=True)  # from the tax sheet, as is the tax
    duty_cny = FixedField(_("税款"), null=True)

    class Meta:
        verbose_name = _("商品")
        constraints = [
            models.UniqueConstraint(fields=["declaration", "number"], name="goods_line_once")
        ]
        indexes = [
            models.Index(fields=["hs_code", "declaration"], name="goods_line_by_code"),
            models.Index(
                fields=["declaration", "hs_code", "value_cny", "duty_cny"],
                name="goods_line_figures",
            ),
        ]


class Revision(models.Model):
    """The document as it was at a step: sent to review, approved, declared. Never changes."""

    declaration = models.ForeignKey(Declaration, models.PROTECT, related_name="revisions")
    revision = models.PositiveIntegerField()
    step = models.CharField(max_length=20)  # submitted | approved | sent | accepted
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("版次")
        indexes = [models.Index(fields=["declaration", "id"], name="revision_order")]


class Event(models.Model):
    """One thing that happened to a declaration (状态记录). Append-only."""

    declaration = models.ForeignKey(Declaration, models.PROTECT, related_name="events")
    at = models.DateTimeField()
    action = models.CharField(max_length=30)  # domain.states.Action or a receipt channel
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=500, blank=True)
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=60)
    receipt = models.ForeignKey(
        "customs.Receipt", models.PROTECT, null=True, related_name="events"
    )

    class Meta:
        verbose_name = _("状态记录")
        indexes = [models.Index(fields=["declaration", "id"], name="customs_event_order")]


class Remark(models.Model):
    """A reviewer's remark at a field (批注)."""

    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="remarks")
    path = models.CharField(max_length=80)  # "DecLists[2].GQty"; "" = the whole
    value = models.CharField(max_length=255, blank=True)  # what stood there
    text = models.CharField(_("批注"), max_length=500)
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=60)
    at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("批注")


class Acknowledgement(models.Model):
    """A warning accepted with its reason; or an error overridden, which takes two people.

    Tied to the finding: code, path and the value it was about. Another value asks again.
    """

    declaration = models.ForeignKey(
        Declaration, models.CASCADE, related_name="acknowledgements"
    )
    code = models.CharField(max_length=20)
    path = models.CharField(max_length=80)
    finding = models.CharField(max_length=64)  # digest of code, path and facts
    message = models.CharField(max_length=500)
    is_override = models.BooleanField(default=False)
    reason = models.CharField(_("理由"), max_length=300)
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=60)
    at = models.DateTimeField()
    second_id = models.BigIntegerField(null=True)
    second_name = models.CharField(max_length=60, blank=True)
    second_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("确认")
        constraints = [
            models.UniqueConstraint(
                fields=["declaration", "finding"], name="acknowledgement_once"
            )
        ]


class Message(models.Model):
    """A file for the Single Window client: written once, then only its state changes."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待写出")
        WRITTEN = "written", _("已写出")
        TAKEN = "taken", _("客户端已取走")
        FAILED = "failed", _("失败")

    declaration = models.ForeignKey(Declaration, models.PROTECT, related_name="messages")
    name = models.CharField(max_length=120, unique=True)
    operation = models.CharField(max_length=1)  # DecSign.OperType
    revision = models.PositiveIntegerField()
    xml = models.TextField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("报文")
        indexes = [models.Index(fields=["state", "id"], name="message_queue")]


class Receipt(models.Model):
    """A file that came back. Kept as it was; the same content is one row however often it comes."""

    class State(models.TextChoices):
        RECEIVED = "received", _("待处理")
        APPLIED = "applied", _("已处理")
        LATE = "late", _("晚到，只记录")
        UNMATCHED = "unmatched", _("找不到报关单")
        UNREADABLE = "unreadable", _("无法读取")

    book = models.ForeignKey("org.Book", models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    content = models.TextField()
    kind = models.CharField(max_length=20, blank=True)  # import | business
    channel = models.CharField(max_length=10, blank=True)
    seq_no = models.CharField(max_length=18, blank=True)
    entry_no = models.CharField(max_length=18, blank=True)
    client_no = models.CharField(max_length=18, blank=True)
    noticed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    problem = models.CharField(max_length=300, blank=True)
    declaration = models.ForeignKey(
        Declaration, models.PROTECT, null=True, related_name="receipts"
    )
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("回执")
        constraints = [models.UniqueConstraint(fields=["book", "sha256"], name="receipt_once")]
        indexes = [models.Index(fields=["book", "state", "id"], name="receipt_queue")]


class Attachment(models.Model):
    """A file of a declaration, stored once by its hash outside the web root (随附单据)."""

    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="attachments")
    kind = models.CharField(_("类别"), max_length=8)  # edoc_type
    number = models.CharField(_("编号"), max_length=64, blank=True)
    name = models.CharField(_("文件名"), max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    pages = models.PositiveIntegerField(null=True)
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=60)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("随附单据")


class UsedGoods(models.Model):
    """Goods a client has declared before: what to write for it again (商品库)."""

    book = models.ForeignKey("org.Book", models.PROTECT, related_name="+", db_index=False)
    party = models.ForeignKey("parties.Party", models.CASCADE, related_name="+", db_index=False)
    direction = models.CharField(max_length=1)
    article_no = models.CharField(_("货号"), max_length=60, blank=True)
    hs_code = models.CharField(_("商品编号"), max_length=10)
    name = models.CharField(_("商品名称"), max_length=255)
    row = models.JSONField()  # of DecLists: elements, units, origin …
    uses = models.PositiveIntegerField(_("使用次数"), default=1)
    last_price = FixedField(_("最近单价"), null=True)
    currency = models.CharField(max_length=3, blank=True)
    used_on = models.DateField(_("最近使用"))
    search = models.CharField(
        max_length=400, blank=True
    )  # name, pinyin initials, code, article

    class Meta:
        verbose_name = _("商品库")
        constraints = [
            models.UniqueConstraint(
                fields=["party", "direction", "hs_code", "name", "article_no"],
                name="used_goods_once",
            )
        ]
        indexes = [models.Index(fields=["book", "hs_code"], name="used_goods_by_code")]


class Template(models.Model):
    """A client's declaration to start from (模板)."""

    book = models.ForeignKey("org.Book", models.PROTECT, related_name="+")
    party = models.ForeignKey("parties.Party", models.CASCADE, null=True, related_name="+")
    name = models.CharField(_("模板名称"), max_length=80)
    direction = models.CharField(max_length=1)
    document = models.JSONField()
    user_id = models.BigIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("模板")
        constraints = [
            models.UniqueConstraint(fields=["book", "party", "name"], name="template_once")
        ]


class SheetMapping(models.Model):
    """Which column of a client's invoice or packing list is what, remembered for the next one."""

    class Role(models.TextChoices):
        INVOICE = "invoice", _("发票")
        PACKING = "packing", _("箱单")

    book = models.ForeignKey("org.Book", models.PROTECT, related_name="+", db_index=False)
    party = models.ForeignKey("parties.Party", models.CASCADE, related_name="+")
    role = models.CharField(max_length=10, choices=Role.choices)
    columns = models.JSONField()  # element or figure → text of its column's header
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("对应方案")
        constraints = [
            models.UniqueConstraint(fields=["book", "party", "role"], name="sheet_mapping_once")
        ]


class Mandate(models.Model):
    """A power of attorney between a client and the broker (代理报关委托)."""

    class Kind(models.TextChoices):
        SINGLE = "single", _("逐票")
        LONG = "long", _("长期")

    book = models.ForeignKey("org.Book", models.PROTECT, related_name="+")
    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="+")
    number = models.CharField(_("委托协议编号"), max_length=17)  # ConsignNo
    kind = models.CharField(_("类型"), max_length=10, choices=Kind.choices)
    direction = models.CharField(_("进出口"), max_length=1, blank=True)  # "" = both
    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("截止"))  # the last day
    note = models.CharField(_("备注"), max_length=200, blank=True)
    is_cancelled = models.BooleanField(_("已撤销"), default=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("委托协议")
        constraints = [models.UniqueConstraint(fields=["book", "number"], name="mandate_once")]
        indexes = [models.Index(fields=["party", "valid_to"], name="mandate_by_party")]


class Settings(models.Model):
    """How a book works: one review or two, folders of the Single Window client, own company."""

    book = models.OneToOneField("org.Book", models.CASCADE, primary_key=True, related_name="+")
    second_review = models.BooleanField(_("需要复审"), default=False)
    separate_sender = models.BooleanField(_("发单与审单分开"), default=False)
    outbox = models.CharField(_("发送目录"), max_length=300, blank=True)
    inbox = models.CharField(_("回执目录"), max_length=300, blank=True)
    agent_usc = models.CharField(_("申报单位信用代码"), max_length=18, blank=True)
    agent_code = models.CharField(_("申报单位海关编码"), max_length=10, blank=True)
    agent_name = models.CharField(_("申报单位名称"), max_length=100, blank=True)
    sequence_prefix = models.CharField(max_length=4, default="GZ")

    class Meta:
        verbose_name = _("报关设置")
