"""The imports of this module: which fields a file of customers, contacts or transactions has."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from guanzhang.exchange.domain.fields import Field, FieldKind, Option, Ordinal
from guanzhang.exchange.spec import ImportSpec, Run
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.choice import Choice
from guanzhang.kernel.codes import (
    check_customs_code,
    check_email,
    check_id_card,
    check_mobile,
    check_usc_code,
    normalise_code,
    normalise_mobile,
)
from guanzhang.kernel.money import CURRENCIES
from guanzhang.kernel.problem import Problem
from guanzhang.org import queries as org
from guanzhang.org.domain.policy import Scope, scope_of
from guanzhang.parties.domain.choices import CustomsKind, Direction, PartyKind, Source
from guanzhang.parties.domain.customs_credit import CustomsCredit, parse_customs_credit
from guanzhang.parties.domain.industries import find_industry
from guanzhang.parties.domain.names import normalise_name
from guanzhang.parties.domain.regions import find_region
from guanzhang.parties.domain.scale import Scale
from guanzhang.parties.imports_contacts import ContactImporter
from guanzhang.parties.imports_customers import (
    CUSTOM,
    CustomerImporter,
    existing_customers,
)
from guanzhang.parties.imports_shared import (
    ACTION,
    derive,
    party_dependants,
    remove_parties,
    touch,
)
from guanzhang.parties.imports_transactions import TransactionImporter
from guanzhang.parties.masking import masked
from guanzhang.parties.models import Contact, Party, Transaction
from guanzhang.parties.services.base import field_specs
from guanzhang.parties.services.trade import MANUAL

CODE, TEXT, CHOICE, FLAG = FieldKind.CODE, FieldKind.TEXT, FieldKind.CHOICE, FieldKind.FLAG
DECIMAL, DATE, INTEGER = FieldKind.DECIMAL, FieldKind.DATE, FieldKind.INTEGER


def _pairs(choice: type[Choice]) -> tuple[tuple[str, str], ...]:
    return tuple((str(member.value), member.zh) for member in choice)


def _region(text: str) -> str | None:
    found = find_region(text)
    return found.code if found else None


def _industry(text: str) -> str | None:
    found = find_industry(text)
    if found is None:
        return None
    return found.code if found.code == found.section else f"{found.section}{found.code}"


def _source(text: str) -> str | None:
    return None if text.casefold() == MANUAL else text


def customer_fields(actor: Actor) -> tuple[Field, ...]:
    """Fields of a file of customers, the book's own among them."""
    return (
        *_identity_fields(),
        *_business_fields(),
        *_care_fields(actor),
        *_custom_fields(actor),
    )


def _identity_fields() -> tuple[Field, ...]:
    return (
        Field("code", "编号", CODE, max_length=30, examples=("C0001", "C0002"),
              aliases=("客户编号", "客户编码", "客户代码", "客户号", "往来单位编号", "Customer code", "CustomerID"),
              help=gettext_noop("客户的唯一编号；已有的编号会更新该客户。留空时按统一社会信用代码判定，新客户自动编号。")),
        Field("name", "名称", TEXT, required=True, read=lambda t: normalise_name(t) or None,
              examples=("宁波示例进出口有限公司", "上海样本贸易有限公司"),
              aliases=("客户名称", "公司名称", "企业名称", "单位名称", "客户", "Name", "Customer name"),
              help=gettext_noop("营业执照上的全称。")),
        Field("kind", "类型", CHOICE, choices=_pairs(PartyKind), aliases=("客户类型",),
              examples=("企业", "企业"), help=gettext_noop("企业（含个体工商户）或个人。")),
        Field("is_customer", gettext_noop("是否客户"), FLAG, examples=("是", "是"), help=gettext_noop("是或否，不填为是。")),
        Field("is_supplier", gettext_noop("是否供应商"), FLAG, examples=("否", "否"), aliases=("供应商",), help=gettext_noop("是或否，不填为否。")),
        Field("short_name", "简称", max_length=60, aliases=("客户简称",), examples=("示例", "样本")),
        Field("english_name", "英文名", aliases=("英文名称", "English name")),
        Field("former_names", "曾用名", max_length=400, help=gettext_noop("多个名称用顿号或分号隔开。")),
        Field("usc_code", "统一社会信用代码", CODE, max_length=18, read=normalise_code, check=check_usc_code,
              aliases=("信用代码", "社会信用代码", "税号", "纳税人识别号", "USCC"),
              help=gettext_noop("18 位，按 GB 32100-2015 校验末位。")),
        Field("customs_code", "海关注册编码", CODE, max_length=10, read=normalise_code,
              check=check_customs_code, aliases=("海关编码", "海关注册号", "海关十位编码"), help=gettext_noop("10 位。")),
        Field("id_card", "身份证号", CODE, max_length=18, read=normalise_code, check=check_id_card,
              aliases=("身份证号码",), help=gettext_noop("只用于个人客户。")),
    )  # fmt: skip


def _business_fields() -> tuple[Field, ...]:
    return (
        Field("industry", "行业", CODE, max_length=6, read=_industry, aliases=("所属行业",),
              expected="国民经济行业分类的代码或名称，如 F51 或 批发业", examples=("批发业", "F51"),
              help=gettext_noop("GB/T 4754-2017 的门类或大类。")),
        Field("region", "地区", CODE, max_length=6, read=_region, aliases=("所在地区", "省市区"),
              expected="行政区划代码或名称，如 330206 或 浙江省宁波市北仑区", examples=("浙江省宁波市北仑区", "上海市浦东新区"),
              help=gettext_noop("到省、市或区县。")),
        Field("scale", "规模", CHOICE, choices=_pairs(Scale), aliases=("企业规模",)),
        Field("staff_count", "从业人数", INTEGER, places=0, aliases=("人数", "员工人数")),
        Field("annual_revenue", "年营业收入（万元）", DECIMAL, aliases=("年营业收入", "营业收入", "年收入")),
        Field("total_assets", "资产总额（万元）", DECIMAL, aliases=("资产总额",)),
        Field("registered_capital", "注册资本（万元）", DECIMAL, aliases=("注册资本",)),
        Field("established_on", "成立日期", DATE, aliases=("注册日期",), examples=("2015-06-18", "2019/3/5")),
        Field("customs_credit", "海关信用等级", CHOICE, choices=_pairs(CustomsCredit),
              read=parse_customs_credit, aliases=("信用等级", "海关信用", "海关等级")),
        Field("customs_kind", "海关备案类型", CHOICE, choices=_pairs(CustomsKind), aliases=("备案类型",)),
    )  # fmt: skip


def _care_fields(actor: Actor) -> tuple[Field, ...]:
    people, departments = _people(actor), _departments(actor)
    return (
        Field("source", "客户来源", CHOICE, choices=_pairs(Source), aliases=("来源", "来源渠道")),
        Field("website", "网址", aliases=("网站", "官网")),
        Field("owner", "负责人", CHOICE, choices=people, aliases=("业务员", "客户经理", "跟进人"),
              help=gettext_noop("本账套中的用户姓名。")),
        Field("department", "部门", CHOICE, choices=departments, aliases=("所属部门",)),
        Field("note", "备注", max_length=20_000, multiline=True, aliases=("说明",)),
    )  # fmt: skip


def _people(actor: Actor) -> tuple[tuple[str, str], ...]:
    """Owners the actor may name: himself, his department's people, or everybody."""
    people = org.people(actor.book_id)
    scope = scope_of(actor, ACTION)
    if scope is Scope.OWN:
        people = people.filter(pk=actor.user_id)
    elif scope is Scope.DEPARTMENT:
        people = people.filter(
            memberships__book_id=actor.book_id,
            memberships__department_id__in=sorted(actor.department_ids),
        ).distinct()
    return tuple((str(person.pk), person.name) for person in people)


def _departments(actor: Actor) -> tuple[tuple[str, str], ...]:
    departments = org.departments(actor.book_id)
    if scope_of(actor, ACTION) is not Scope.ALL:
        departments = departments.filter(pk__in=sorted(actor.department_ids))
    return tuple((str(d.pk), d.name) for d in departments)


def _custom_fields(actor: Actor) -> tuple[Field, ...]:
    kinds = {"number": DECIMAL, "money": DECIMAL, "date": DATE, "choice": CHOICE, "flag": FLAG}
    return tuple(
        Field(
            f"{CUSTOM}{spec.key}",
            spec.label,
            kinds.get(spec.type, TEXT),
            choices=tuple((choice, choice) for choice in spec.choices),
        )
        for spec in field_specs(actor.book_id)
    )


def contact_fields(_actor: Actor) -> tuple[Field, ...]:
    return (
        Field("customer", "客户编号", CODE, required=True, max_length=30, examples=("C0001", "C0001"),
              aliases=("客户", "客户编码", "客户代码", "编号", "统一社会信用代码"),
              help=gettext_noop("客户的编号，或统一社会信用代码；客户须已存在。")),
        Field("name", "姓名", required=True, max_length=60, aliases=("联系人", "联系人姓名", "Name"),
              examples=("张三", "李四")),
        Field("title", "职务", max_length=60, aliases=("职位", "岗位"), examples=("经理", "会计")),
        Field("mobile", "手机", CODE, max_length=20, read=normalise_mobile, check=check_mobile,
              aliases=("手机号", "手机号码", "联系手机", "移动电话"), examples=("13800138000", "13900139000")),
        Field("phone", "电话", CODE, max_length=30, aliases=("座机", "固定电话", "联系电话")),
        Field("email", "邮箱", CODE, max_length=120, read=lambda t: t.lower(), check=check_email,
              aliases=("电子邮箱", "电子邮件", "Email")),
        Field("wechat", "微信", CODE, max_length=60, aliases=("微信号",)),
        Field("birthday", "生日", DATE, aliases=("出生日期",)),
        Field("is_primary", "主要联系人", FLAG, examples=("是", "否"), aliases=("是否主要",),
              help=gettext_noop("每个客户最多一位。")),
        Field("note", "备注", max_length=200),
    )  # fmt: skip


def transaction_fields(actor: Actor) -> tuple[Field, ...]:
    currencies = tuple((c.code, c.zh) for c in CURRENCIES.values())
    return (
        Field("source", "来源", CODE, required=True, max_length=30, default="excel", read=_source,
              expected="来源系统的名称，不能是手工录入专用的 manual", aliases=("数据来源", "来源系统"),
              examples=("excel", "excel"), help=gettext_noop("数据来自哪里；来源、单号、行号合起来识别一笔交易。")),
        Field("document_no", "单号", CODE, required=True, max_length=60, examples=("SO-202611-001", "SO-202611-001"),
              aliases=("订单号", "发票号", "单据号", "合同号", "InvoiceNo", "Invoice", "Order No")),
        Field("line_no", "行号", INTEGER, required=True, places=0, aliases=("项号", "序号"), examples=("1", "2"),
              help=gettext_noop("同一单号内的第几行；没有这一列时，按文件中的先后次序编号。")),
        Field("traded_on", "交易日期", DATE, required=True, examples=("2026-11-20", "2026-11-20"),
              aliases=("日期", "订单日期", "发票日期", "业务日期", "InvoiceDate", "Date")),
        Field("customer", "客户编号", CODE, required=True, max_length=30, examples=("C0001", "C0001"),
              aliases=("客户", "客户编码", "客户代码", "CustomerID", "Customer ID"),
              help=gettext_noop("客户的编号，或统一社会信用代码。")),
        Field("customer_name", "客户名称", TEXT, aliases=("Customer name",), read=lambda t: normalise_name(t) or None,
              help=gettext_noop("只在自动新建客户时使用。")),
        Field("direction", "方向", CHOICE, choices=_pairs(Direction), aliases=("进出口", "业务类型")),
        Field("product_code", "商品编码", CODE, max_length=40, aliases=("货号", "产品编码", "StockCode", "SKU")),
        Field("product_name", "商品名称", aliases=("品名", "产品名称", "Description"), examples=("不锈钢保温杯", "玻璃杯")),
        Field("quantity", "数量", DECIMAL, places=6, aliases=("Quantity", "Qty"), examples=("120", "60")),
        Field("unit", "单位", max_length=20, aliases=("计量单位",), examples=("个", "个")),
        Field("unit_price", "单价", DECIMAL, places=6, aliases=("UnitPrice", "Price"), examples=("12.5", "8")),
        Field("currency", "币制", CHOICE, required=True, choices=currencies, aliases=("币种", "货币", "Currency"),
              default=org.book(actor.book_id).currency, examples=("CNY", "CNY")),
        Field("amount", "金额", DECIMAL, required=True, aliases=("成交金额", "总价", "Amount", "Total"),
              examples=("1500.00", "480.00"), help=gettext_noop("退货为负数；也可由数量乘单价得到。")),
        Field("exchange_rate", "汇率", DECIMAL, places=6, aliases=("折算汇率", "Rate"),
              help=gettext_noop("一单位币制折合多少本位币；币制就是本位币时不填。")),
        Field("country", "国别", max_length=60, aliases=("国家", "国别地区", "Country")),
    )  # fmt: skip


BLANK_CLEARS = Option(
    "blank_clears", "空格子清空原值", "不勾选时，空格子保留账套中已有的内容。"
)
CREATE_CUSTOMERS = Option(
    "create_customers",
    "自动新建客户",
    "编号不存在的客户随交易一起新建，名称取“客户名称”列，没有时为“客户 编号”。",
)


def _party_dependants(run: Run) -> tuple[Problem, ...]:
    return tuple(party_dependants(run))


def _customers_restored(run: Run, ids: Sequence[int]) -> None:
    touch(ids, run)
    derive(ids)


def _contacts_removed(run: Run) -> int:
    contacts = Contact.objects.filter(party__book_id=run.book_id, batch_id=run.batch_id)
    parties = sorted(set(contacts.values_list("party_id", flat=True)))
    count, _models = contacts.delete()
    touch(parties, run)
    derive(parties)
    return count


def _contacts_restored(run: Run, ids: Sequence[int]) -> None:
    parties = Contact.objects.filter(pk__in=ids).values_list("party_id", flat=True)
    _customers_restored(run, sorted(set(parties)))


def _transactions_removed(run: Run) -> int:
    count, _models = Transaction.objects.filter(
        book_id=run.book_id, batch_id=run.batch_id
    ).delete()
    remove_parties(run)
    return count


IMPORTS: dict[str, ImportSpec] = {
    "customers": ImportSpec(
        key="customers", label=_("客户"), unit=_("家"), model=Party, list_view="customers",
        help=_("客户和供应商的基本资料。按编号或统一社会信用代码判定是否已有。"),
        fields=customer_fields, start=CustomerImporter, options=(BLANK_CLEARS,),
        dependants=_party_dependants, remove=remove_parties, restored=_customers_restored,
        existing=existing_customers, export_action="party.export", masked=masked,
    ),
    "contacts": ImportSpec(
        key="contacts", label=_("联系人"), unit=_("人"), model=Contact, list_view="customers",
        help=_("客户的联系人。按客户编号和姓名判定是否已有，同名时再看手机。"),
        fields=contact_fields, start=ContactImporter, options=(BLANK_CLEARS,),
        dependants=lambda _run: (), remove=_contacts_removed, restored=_contacts_restored,
        masked=masked,
    ),
    "transactions": ImportSpec(
        key="transactions", label=_("交易"), unit=_("笔"), model=Transaction, list_view="transactions",
        help=_("与客户的交易明细。按来源、单号和行号判定是否已有。"),
        fields=transaction_fields, start=TransactionImporter, options=(CREATE_CUSTOMERS, BLANK_CLEARS),
        ordinal=Ordinal("line_no", ("source", "document_no")), money=("currency", "amount"),
        dependants=_party_dependants, remove=_transactions_removed, restored=lambda _run, _ids: None,
        masked=masked,
    ),
}  # fmt: skip
