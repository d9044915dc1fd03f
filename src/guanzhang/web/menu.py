"""The navigation, whole and in order. An entry shows only to those who may open it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import may

Label = str | Promise


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the menu. ``also`` names the views that belong to it (its details and forms)."""

    view: str
    label: Label
    action: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    label: Label
    icon: str
    entries: tuple[Entry, ...]


MENU: tuple[Group, ...] = (
    Group(
        _("工作台"),
        "layout-list",
        (Entry("home", _("我的待办"), "home.view"), Entry("notices", _("消息"), "self.edit")),
    ),
    Group(
        _("报关"),
        "ship",
        (
            Entry("customs-desk", _("报关工作台"), "declaration.view"),
            Entry(
                "declarations",
                _("报关单"),
                "declaration.view",
                (
                    "declaration",
                    "declaration-review",
                    "declaration-new",
                    "declaration-import",
                    "declaration-import-result",
                    "declaration-tax",
                ),
            ),
            Entry("review-queue", _("待审核"), "declaration.review"),
            Entry(
                "messages",
                _("回执与报文"),
                "declaration.view",
                ("message", "receipts", "receipt", "receipts-upload"),
            ),
            Entry("mandates", _("委托"), "declaration.view", ("mandate", "mandate-new")),
            Entry("used-goods", _("商品库"), "declaration.view", ("used-goods-one",)),
            Entry("templates", _("模板"), "declaration.view", ("template",)),
            Entry("policy-updates", _("政策更新"), "declaration.view", ("policy-update",)),
        ),
    ),
    Group(
        _("客户"),
        "users",
        (
            Entry(
                "customers",
                _("客户"),
                "party.view",
                (
                    "customer",
                    "customer-edit",
                    "customer-new",
                    "customer-reveal",
                    "customer-file-new",
                    "customer-detail",
                    "customer-detail-new",
                    "archived-parties",
                ),
            ),
            Entry("suppliers", _("供应商"), "party.view", ("supplier-new",)),
            Entry(
                "transactions",
                _("交易"),
                "transaction.view",
                ("transaction", "transaction-new"),
            ),
            Entry("service-records", _("服务记录"), "service.view", ("service-new",)),
            Entry("imports", _("导入"), "import.run", ("import", "import-new")),
        ),
    ),
    Group(
        _("参数"),
        "book-open",
        (
            Entry("tariff", _("税则"), "reference.view", ("tariff-line",)),
            Entry("code-tables", _("代码表"), "reference.view", ("code-table", "code-history")),
            Entry(
                "assessment-rates",
                _("计征汇率"),
                "reference.view",
                ("assessment-rates-all", "assessment-rate-enter"),
            ),
            Entry("work-calendar", _("工作日历"), "reference.view"),
            Entry("parameters", _("规则参数"), "reference.view", ("parameter",)),
            Entry(
                "editions",
                _("版本与复核"),
                "reference.view",
                ("edition", "edition-new", "reference-load"),
            ),
        ),
    ),
    Group(
        _("分类"),
        "layers",
        (
            Entry(
                "schemes",
                _("分类方案"),
                "scheme.view",
                (
                    "scheme",
                    "scheme-new",
                    "scheme-edit",
                    "scheme-trial",
                    "trial-members",
                    "class-members",
                    "party-why",
                ),
            ),
            Entry("class-moves", _("升降"), "class.view"),
            Entry("facts", _("指标"), "scheme.view"),
        ),
    ),
    Group(
        _("报表"),
        "chart-no-axes-combined",
        (
            Entry("structure-report", _("客户结构"), "report.view", ("structure-members",)),
            Entry("customs-report", _("报关统计"), "report.view"),
        ),
    ),
    Group(
        _("设置"),
        "settings",
        (
            Entry("users", _("用户"), "user.view", ("user", "user-new")),
            Entry("departments", _("部门"), "user.view", ("department", "department-new")),
            Entry(
                "party-settings",
                _("标签与字段"),
                "party.settings",
                ("party-field", "party-field-new", "party-tag"),
            ),
            Entry("declaration-settings", _("报关设置"), "declaration.setup"),
            Entry("trail", _("留痕"), "trail.view", ("trail-record",)),
            Entry("jobs", _("作业"), "job.view", ("job",)),
            Entry("health", _("运行状况"), "health.view"),
        ),
    ),
)


# What one can start from anywhere, offered by the command palette.
COMMANDS: tuple[Entry, ...] = (
    Entry("declaration-new", _("新建报关单"), "declaration.edit"),
    Entry("declaration-import", _("导入报文"), "declaration.edit"),
    Entry("receipts-upload", _("上传回执"), "declaration.send"),
    Entry("mandate-new", _("登记委托"), "mandate.edit"),
    Entry("customer-new", _("新建客户"), "party.create"),
    Entry("import-new", _("导入文件"), "import.run"),
    Entry("password", _("账户与登录"), "self.edit"),
)


def address(view: str) -> str:
    """The address of a menu view; "" where an installation leaves its module out."""
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""


def start_page(actor: Actor) -> str:
    """Where an actor begins: the home page, or the first page there is for them."""
    entries = (entry for group in MENU for entry in group.entries if may(actor, entry.action))
    return next((url for entry in entries if (url := address(entry.view))), reverse("password"))


def menu_for(actor: Actor, here: str) -> list[dict[str, object]]:
    """Groups with their visible entries and which of them is the current page."""
    groups: list[dict[str, object]] = []
    for group in MENU:
        entries = [
            {
                "label": entry.label,
                "url": url,
                "current": here == entry.view or here in entry.also,
            }
            for entry in group.entries
            if may(actor, entry.action) and (url := address(entry.view))
        ]
        if entries:
            groups.append(
                {
                    "label": group.label,
                    "icon": group.icon,
                    "url": entries[0]["url"],
                    "entries": entries,
                    "current": any(e["current"] for e in entries),
                }
            )
    return groups
