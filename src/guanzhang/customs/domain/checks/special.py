"""Special regimes: bonded goods, inland sales, two steps, guarantees, e-commerce, returns, royalties."""

from __future__ import annotations

import re
from decimal import Decimal

from guanzhang.customs.domain.checks.context import Context
from guanzhang.customs.domain.checks.shared import (
    ERROR,
    PRACTICE,
    SPECIFICATION,
    UNCONFIRMED,
    WARNING,
    Problems,
    total_of,
    type_digit,
)
from guanzhang.customs.domain.checks.timing import add_months
from guanzhang.customs.domain.declaration import Declaration
from guanzhang.kernel.problem import Kind

BONDED_LIST = Kind(
    "CUS-S01",
    WARNING,
    "监管方式 {mode} 应有保税核注清单（随附单证 a），请补填。",
    "The supervision mode {mode} goes with a bonded list (document a); add it.",
    PRACTICE,
)
BONDED_BOOK = Kind(
    "CUS-S01",
    WARNING,
    "监管方式 {mode} 应填账册号（备案号），请补填。",
    "The supervision mode {mode} needs the number of the account book; fill it in.",
    PRACTICE,
)
INLAND_SALE = Kind(
    "CUS-S03",
    WARNING,
    "监管方式 {mode} 是内销：请核对内销征税联系单（随附单证 c），并计征缓税利息。",
    "The supervision mode {mode} is an inland sale: check the tax slip (document c) and the interest "
    "for deferred tax.",
    "关税法第36条",
)
NO_OUTLINE = Kind(
    "CUS-S04",
    ERROR,
    "完整申报没有对应的概要申报：提运单号 {found} 未做过概要申报，请核对单据类型。",
    "There is no outline declaration with bill {found} for this complete one; check the type.",
    SPECIFICATION,
)
STEP_LATE = Kind(
    "CUS-S04b",
    WARNING,
    "两步申报的完整申报应在申报进境之日起 14 天内（{limit}）完成，现为 {on}，请立即申报。",
    "The complete declaration of two steps is due 14 days after the entry ({limit}), today is {on}.",
    PRACTICE,
)
OUTLINE = Kind(
    "CUS-S05",
    ERROR,
    "概要申报应回答是否涉证、涉检、涉税，请填写业务事项或备注“涉证/涉检/涉税：是/否”。",
    "An outline declaration says whether licences, inspection and tax are involved; answer all three.",
    SPECIFICATION,
)
GUARANTEE = Kind(
    "CUS-S06",
    WARNING,
    "担保或汇总征税报关单应有有效的担保编号，请补填。",
    "A guaranteed or collectively taxed declaration needs the number of a valid guarantee; add it.",
    PRACTICE,
)
GUARANTEE_LEFT = Kind(
    "CUS-S06",
    WARNING,
    "担保 {number} 余额 {expected} 元，低于应缴税款 {found} 元，请更换担保或先缴税。",
    "The guarantee {number} has {expected} yuan left, the taxes are {found} yuan; use another or pay.",
    PRACTICE,
)
GUARANTEE_ENDED = Kind(
    "CUS-S06",
    WARNING,
    "担保 {number} 已于 {found} 到期，请更换担保。",
    "The guarantee {number} ended on {found}; use another.",
    PRACTICE,
)
ECOMMERCE = Kind(
    "CUS-S07",
    WARNING,
    "监管方式 {mode} 只适用于已备案的跨境电商企业，{found} 未登记，请核对。",
    "The supervision mode {mode} is for registered e-commerce companies; {found} is not recorded as "
    "one.",
    PRACTICE,
)
WAREHOUSE = Kind(
    "CUS-S07",
    WARNING,
    "监管方式 9810 应选“跨境电商海外仓”业务事项，请补选。",
    "The supervision mode 9810 needs the flag “overseas warehouse”; set it.",
    PRACTICE,
)
HAINAN = Kind(
    "CUS-S08",
    WARNING,
    "{found} 只适用于海南（64 关区），申报地海关为 {office}，请核对。",
    "{found} is for Hainan (offices 64xx) only, the office is {office}; check it.",
    PRACTICE,
)
MARKET = Kind(
    "CUS-S09",
    WARNING,
    "市场采购每票不超过 {limit} 美元，现约 {found} 美元，请核对。",
    "A market purchase is at most {limit} USD a declaration, found about {found} USD; check it.",
    UNCONFIRMED,
)
MARKET_RECORD = Kind(
    "CUS-S09",
    WARNING,
    "市场采购报关单应注明组货单信息，请在备注中补填。",
    "A market purchase names its assembly record; add it to the note.",
    UNCONFIRMED,
)
BORDER = Kind(
    "CUS-S10",
    WARNING,
    "监管方式 4019 只适用于有边境小额贸易资格的企业，{found} 未登记，请核对。",
    "The supervision mode 4019 is for companies entitled to border trade; {found} is not recorded as "
    "one.",
    PRACTICE,
)
ORIGINAL = Kind(
    "CUS-S11",
    ERROR,
    "监管方式 {mode} 应填原报关单号：请填“关联报关单号”或在备注中写明 18 位原报关单号。",
    "The supervision mode {mode} names the original declaration: fill in the related number or write "
    "its 18 digits into the note.",
    PRACTICE,
)
ONE_YEAR = Kind(
    "CUS-S11b",
    WARNING,
    "原报关单 {released} 放行，退运免税期限 1 年（{limit}）已过，请核对是否征税。",
    "The original was released on {released}; the year for a return without duty ended on {limit}.",
    "关税法第39条",
)
THREE_YEARS = Kind(
    "CUS-S11b",
    WARNING,
    "原报关单 {released} 放行，无代价抵偿期限 3 年（{limit}）已过，请核对。",
    "The original was released on {released}; the three years for a free replacement ended on {limit}.",
    "关税法第40条",
)
RETURN_DAY = Kind(
    "CUS-S12",
    ERROR,
    "监管方式 {mode} 应登记预计复运日期：请在备注写明复运出（进）境日期，如 20260630。",
    "The supervision mode {mode} records the planned day of return: write it into the note, such as "
    "20260630.",
    PRACTICE,
)
RETURN_LATE = Kind(
    "CUS-S12b",
    WARNING,
    "复运日期 {found} 超过 6 个月（{limit}），请先办理延期。",
    "The return on {found} is later than six months ({limit}); apply for an extension first.",
    "关税法第37条",
)
EXCLUSION = Kind(
    "CUS-S13",
    WARNING,
    "征免性质 {found} 是加征排除，应有随附单证 0 和排除编号，请补填。",
    "The nature of levy {found} is an exclusion from additional duty; add document 0 with its number.",
    PRACTICE,
)
ROYALTY = Kind(
    "CUS-S14",
    WARNING,
    "支付特许权使用费确认为“是”，应填特许权使用费申报表，或备注后续申报（9500）计划，请补填。",
    "Royalties are paid: fill in the royalty sheet or note the follow-up declaration (9500).",
    PRACTICE,
)
TRANSIT = Kind(
    "CUS-S15",
    WARNING,
    "单据类型 {found} 是水运中转，应填转关单表头内容，请补填。",
    "The document type {found} is a transit by water; fill in the transit block.",
    SPECIFICATION,
)

_BONDED = re.compile(r"(?:50|12|60)\d\d", re.ASCII)
_SALES = frozenset({"0245", "0644", "0844", "0845"})
_ECOMMERCE = frozenset(["9610", "9710", "9810", "1210", "1239"])
_HAINAN = frozenset(
    ["491", "492", "493", "494", "496", "497", "591", "592", "593", "594", "595", "596"]
)
_RETURNED = frozenset({"4561", "3100", "1300"})
_NUMBER_IN_NOTE = re.compile(r"(?<!\d)\d{8}[01IE]\d{9}(?!\d)", re.ASCII)
_DAY_IN_NOTE = re.compile(
    r"20\d\d(?:(?:0[1-9]|1[0-2])[0-3]\d(?!\d)|[-/.年](?:0?[1-9]|1[0-2])[-/.月][0-3]?\d)",
    re.ASCII,
)
_ANSWERS = tuple(
    re.compile(rf"(?:不{word}|非{word}|{word}[:：]?[是否])")
    for word in ("涉证", "涉检", "涉税")
)
_GUARANTEE_NUMBER = re.compile(r"(?:担保|保函|保证金|汇总征税).{0,8}?[0-9A-Za-z]{4,}")


def bonded(declaration: Declaration, _context: Context) -> Problems:
    """S01."""
    mode = declaration.trade_mode
    if not _BONDED.fullmatch(mode):
        return
    if not any(licence.kind == "a" for licence in declaration.licences):
        yield BONDED_LIST.at("DecHead.TradeMode", mode=mode)
    if not declaration.manual_no:
        yield BONDED_BOOK.at("DecHead.ManualNo", mode=mode)


def inland_sales(declaration: Declaration, _context: Context) -> Problems:
    """S03."""
    mode = declaration.trade_mode
    if mode in _SALES and not any(licence.kind == "c" for licence in declaration.licences):
        yield INLAND_SALE.at("DecHead.TradeMode", mode=mode)


def two_steps(declaration: Declaration, context: Context) -> Problems:
    """S04, S04b, S05."""
    step = type_digit(declaration)
    if step == "5":
        if not all(answer.search(declaration.note) for answer in _ANSWERS):
            yield OUTLINE.at("DecHead.NoteS")
        return
    if step != "6":
        return
    outlines = {e.bill_no for e in context.earlier if e.kind[2:3] == "5" and not e.is_void}
    if context.earlier and declaration.bill_no not in outlines:
        yield NO_OUTLINE.at("DecHead.BillNo", found=declaration.bill_no)
    if declaration.moved_on is not None:
        days = (context.on - declaration.moved_on).days
        if days > 14:
            limit = declaration.moved_on.fromordinal(declaration.moved_on.toordinal() + 14)
            yield STEP_LATE.at("DecHead.IEDate", limit=limit, on=context.on)


def guarantees(declaration: Declaration, context: Context) -> Problems:
    """S06."""
    head = declaration.document.get("DecHead") or {}
    if head.get("ChkSurety") != "1" and declaration.kind[:2] not in ("CL", "EC"):
        return
    path = "DecHead.ChkSurety" if head.get("ChkSurety") == "1" else "DecHead.Type"
    used = [g for g in context.guarantees if g.number and g.number in declaration.note]
    if not used and not _GUARANTEE_NUMBER.search(declaration.note):
        yield GUARANTEE.at(path)
    for guarantee in used:
        if guarantee.valid_to is not None and guarantee.valid_to < context.on:
            yield GUARANTEE_ENDED.at(path, number=guarantee.number, found=guarantee.valid_to)
        left, tax = guarantee.remaining, context.tax_cny
        if left is not None and tax is not None and left < tax:
            yield GUARANTEE_LEFT.at(path, number=guarantee.number, expected=left, found=tax)


def entitled(declaration: Declaration, context: Context) -> Problems:
    """S07, S08, S10."""
    mode, path = declaration.trade_mode, "DecHead.TradeMode"
    trader = declaration.trader
    found = trader.name or trader.usc_code
    if mode in _ECOMMERCE and not _is_in(trader.usc_code, context.ecommerce_codes):
        yield ECOMMERCE.at(path, mode=mode, found=found)
    if mode == "9810" and declaration.business_items[2:3] != "1":
        yield WAREHOUSE.at("DecHead.BusinessItems")
    if mode == "4019" and not _is_in(trader.usc_code, context.border_trade_codes):
        yield BORDER.at(path, found=found)
    office = declaration.customs_office
    if office and not office.startswith("64"):
        if (prefix := declaration.kind[:2]) in ("H1", "H2"):
            yield HAINAN.at("DecHead.Type", found=prefix, office=office)
        if declaration.levy_kind in _HAINAN:
            yield HAINAN.at("DecHead.CutMode", found=declaration.levy_kind, office=office)


def _is_in(code: str, known: frozenset[str] | None) -> bool:
    return known is None or code in known


def market_purchase(declaration: Declaration, context: Context) -> Problems:
    """S09."""
    if declaration.trade_mode != "1039":
        return
    if "组货" not in declaration.note:
        yield MARKET_RECORD.at("DecHead.NoteS")
    found, limit = _dollars(declaration, context), context.limits.market_purchase_usd
    if found is not None and found > limit:
        yield MARKET.at("", limit=limit, found=found.quantize(Decimal("0.01")))


def _dollars(declaration: Declaration, context: Context) -> Decimal | None:
    total = total_of(declaration)
    if total is None:
        return None
    if declaration.currencies[0] == "USD":
        return total
    rate = context.reference.exchange_rate(declaration.currencies[0], context.on)
    dollar = context.reference.exchange_rate("USD", context.on)
    return total * rate / dollar if rate and dollar else None


def returns(declaration: Declaration, context: Context) -> Problems:
    """S11, S11b."""
    mode = declaration.trade_mode
    if mode not in _RETURNED:
        return
    if not declaration.related_entry_no and not _NUMBER_IN_NOTE.search(declaration.note):
        yield ORIGINAL.at("DecFreeTxt.RelId", mode=mode)
    released = context.original_released_on
    if released is None:
        return
    limits = {"4561": (ONE_YEAR, 12), "3100": (THREE_YEARS, 36)}
    kind, months = limits.get(mode, (None, 0))
    if kind is not None and context.on > (limit := add_months(released, months)):
        yield kind.at("DecHead.TradeMode", released=released, limit=limit)


def temporary(declaration: Declaration, context: Context) -> Problems:
    """S12, S12b."""
    mode = declaration.trade_mode
    if mode not in ("2600", "2700"):
        return
    due = context.return_by
    if due is None and not _DAY_IN_NOTE.search(declaration.note):
        yield RETURN_DAY.at("DecHead.NoteS", mode=mode)
    limit = add_months(declaration.moved_on or context.on, 6)
    if due is not None and due > limit and "延期" not in declaration.note:
        yield RETURN_LATE.at("DecHead.NoteS", found=due, limit=limit)


def exclusions_and_royalties(declaration: Declaration, _context: Context) -> Problems:
    """S13, S14."""
    given = {licence.kind for licence in declaration.licences if licence.number}
    if declaration.levy_kind in ("666", "686") and "0" not in given:
        yield EXCLUSION.at("DecHead.CutMode", found=declaration.levy_kind)
    is_planned = "9500" in declaration.note or "后续" in declaration.note
    has_sheet = bool(declaration.document.get("DecRoyaltyFee")) or is_planned
    if declaration.promise(2) == "1" and not has_sheet:
        yield ROYALTY.at("DecHead.PromiseItmes")


def water_transit(declaration: Declaration, _context: Context) -> Problems:
    """S15."""
    prefix = declaration.kind[:2]
    if prefix in ("SZ", "SM", "SL") and not declaration.document.get("TrnHead"):
        yield TRANSIT.at("DecHead.Type", found=prefix)
