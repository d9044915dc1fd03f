"""Chinese names of what the trail holds in identifiers: actions, kinds of objects, fields."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

Label = str | Promise

OBJECTS: dict[str, Label] = {
    "party": lazy("客户、供应商"),
    "transaction": lazy("交易"),
    "batch": lazy("导入批次"),
    "edition": lazy("参数版本"),
    "assessment_rate": lazy("计征汇率"),
    "import": lazy("导入模板"),
    "receipt": lazy("回执"),
    "declaration": lazy("报关单"),
    "mandate": lazy("委托"),
    "template": lazy("报关模板"),
    "used_goods": lazy("商品库"),
    "customs_settings": lazy("报关设置"),
    "scheme": lazy("分类方案"),
    "tag": lazy("标签"),
    "field": lazy("自定义字段"),
    "list": lazy("清单"),
    "user": lazy("用户"),
    "department": lazy("部门"),
    "book": lazy("账套"),
}
ACTIONS: dict[str, Label] = {
    "party.created": lazy("新建客户"),
    "party.changed": lazy("修改客户"),
    "party.archived": lazy("归档客户"),
    "party.restored": lazy("恢复客户"),
    "party.assigned": lazy("换负责人"),
    "party.revealed": lazy("显示被遮盖的号码"),
    "party.contact_added": lazy("添加联系人"),
    "party.contact_changed": lazy("修改联系人"),
    "party.contact_removed": lazy("删除联系人"),
    "party.address_added": lazy("添加地址"),
    "party.address_changed": lazy("修改地址"),
    "party.address_removed": lazy("删除地址"),
    "party.account_added": lazy("添加银行账户"),
    "party.account_changed": lazy("修改银行账户"),
    "party.account_removed": lazy("删除银行账户"),
    "party.file_added": lazy("添加附件"),
    "party.file_removed": lazy("删除附件"),
    "transaction.added": lazy("记交易"),
    "transaction.changed": lazy("修改交易"),
    "transaction.removed": lazy("删除交易"),
    "transaction.loaded": lazy("批量装入交易"),
    "service.recorded": lazy("记服务记录"),
    "service.closed": lazy("了结服务事项"),
    "service.loaded": lazy("批量装入服务记录"),
    "tag.added": lazy("新建标签"),
    "tag.renamed": lazy("标签改名"),
    "tag.removed": lazy("删除标签"),
    "field.added": lazy("新建自定义字段"),
    "field.changed": lazy("修改自定义字段"),
    "field.removed": lazy("删除自定义字段"),
    "import.uploaded": lazy("上传文件"),
    "import.committed": lazy("提交导入"),
    "import.undone": lazy("撤销导入"),
    "import.template_exported": lazy("导出带数据的模板"),
    "reference.installed": lazy("装入随程序提供的参数"),
    "reference.loaded": lazy("载入参数版本"),
    "reference.reviewed": lazy("复核参数版本"),
    "reference.rejected": lazy("退回参数版本"),
    "reference.effective": lazy("参数版本生效"),
    "policy.told": lazy("告知政策更新"),
    "reference.rate_entered": lazy("录入计征汇率"),
    "reference.rate_approved": lazy("复核计征汇率"),
    "reference.rate_withdrawn": lazy("撤回汇率复核"),
    "declaration.created": lazy("新建报关单"),
    "declaration.entered": lazy("批量录入报关单"),
    "declaration.changed": lazy("修改报关单"),
    "declaration.voided": lazy("作废报关单"),
    "declaration.submitted": lazy("送审"),
    "declaration.passed": lazy("审核通过"),
    "declaration.returned": lazy("退回修改"),
    "declaration.recalled": lazy("撤回送审"),
    "declaration.acknowledged": lazy("确认警告"),
    "declaration.override_asked": lazy("申请强制通过"),
    "declaration.override_agreed": lazy("批准强制通过"),
    "declaration.stored": lazy("标记已暂存"),
    "declaration.declared": lazy("标记已申报"),
    "declaration.reopened": lazy("重新制单"),
    "declaration.tax_paid": lazy("登记缴税"),
    "declaration.inspected": lazy("登记查验完成"),
    "declaration.archived": lazy("归档报关单"),
    "declaration.amend_started": lazy("新建修改或撤销申请"),
    "declaration.answered": lazy("登记海关答复"),
    "declaration.amended": lazy("按海关答复改单"),
    "mandate.created": lazy("登记委托"),
    "mandate.changed": lazy("修改委托"),
    "mandate.cancelled": lazy("撤销委托"),
    "template.created": lazy("存为报关模板"),
    "template.removed": lazy("删除报关模板"),
    "goods.forgotten": lazy("删除商品库内容"),
    "customs.settings_changed": lazy("修改报关设置"),
    "declaration.sent": lazy("发送报关单"),
    "declaration.message_retried": lazy("重发报文"),
    "declaration.message_taken": lazy("标记报文已取走"),
    "declaration.receipts": lazy("处理回执"),
    "declaration.receipt_matched": lazy("回执对应到报关单"),
    "declaration.file_added": lazy("添加随附单据"),
    "declaration.file_removed": lazy("删除随附单据"),
    "receipt.uploaded": lazy("上传回执"),
    "scheme.installed": lazy("安装分类方案"),
    "scheme.created": lazy("新建分类方案"),
    "scheme.draft_opened": lazy("开新草稿"),
    "scheme.draft_discarded": lazy("放弃草稿"),
    "scheme.described": lazy("修改方案说明"),
    "scheme.made_primary": lazy("设为主方案"),
    "scheme.published": lazy("发布分类方案"),
    "scheme.retired": lazy("停用分类方案"),
    "list.exported": lazy("导出清单"),
    "login.accepted": lazy("登录"),
    "login.refused": lazy("登录被拒"),
    "user.created": lazy("新建用户"),
    "user.changed": lazy("修改用户"),
    "user.password_set": lazy("设置密码"),
    "department.created": lazy("新建部门"),
    "department.changed": lazy("修改部门"),
    "demo.loaded": lazy("装入演示公司"),
    "demo.wiped": lazy("删除演示公司"),
}
CHANGING = frozenset(
    [
        "created",
        "changed",
        "added",
        "removed",
        "renamed",
        "archived",
        "restored",
        "assigned",
        "recorded",
        "closed",
        "described",
        "voided",
        "submitted",
        "passed",
        "returned",
        "recalled",
        "cancelled",
        "stored",
        "declared",
        "reopened",
        "paid",
        "inspected",
        "answered",
        "amended",
    ]
)
FIELDS: dict[str, Label] = {
    "roles": lazy("角色"),
    "department": lazy("部门"),
    "parent": lazy("上级部门"),
    "is_active": lazy("启用"),
}


def action_label(action: str) -> Label:
    return ACTIONS.get(action, action)


def object_label(object_type: str) -> Label:
    if object_type in OBJECTS:
        return OBJECTS[object_type]
    model = _models().get(object_type.replace("_", ""))
    return (model and model._meta.verbose_name) or object_type  # noqa: SLF001 - Django's public name


def field_label(object_type: str, field: str) -> Label:
    """The name a form shows for the field: of the object's own table, else of any that has it."""
    if field in FIELDS:
        return FIELDS[field]
    models = _models()
    own = models.get(object_type.replace("_", ""))
    for model in [own, *models.values()] if own else models.values():
        try:
            found = model._meta.get_field(field)  # noqa: SLF001
        except FieldDoesNotExist:
            continue
        name: Label | None = getattr(found, "verbose_name", None)  # reverse relations have none
        if name and str(name) != field.replace(
            "_", " "
        ):  # Django's guess from the identifier is no label
            return name
    return field


def shown_changes(
    action: str, object_type: str, changes: dict[str, object]
) -> Iterator[tuple[Label, str, str, bool]]:
    """(field, before, after, is a change) of an audit record.

    A pair is before and after when the action changes something; elsewhere ("exported", "revealed")
    it is a fact of two parts, which has no "before".
    """
    may_change = re.split(r"[._]", action)[-1] in CHANGING
    for field, value in changes.items():
        label = field_label(object_type, field)
        if may_change and isinstance(value, list) and len(value) == 2:
            yield label, _shown(value[0]), _shown(value[1]), True
        else:
            yield label, "", _shown(value), False


def _shown(value: object) -> str:
    match value:
        case None | "":
            return _("空")
        case True:
            return _("是")
        case False:
            return _("否")
        case list():
            return _("、").join(_shown(item) for item in value) or _("空")
        case dict():
            return _("；").join(f"{key} {_shown(item)}" for key, item in value.items()) or _(
                "空"
            )
        case _:
            return str(value)


def _models() -> dict[str, type[Model]]:
    """Our tables by the names of their models in small letters."""
    ours = (m for m in apps.get_models() if m.__module__.startswith("guanzhang."))
    return {model.__name__.lower(): model for model in ours}
