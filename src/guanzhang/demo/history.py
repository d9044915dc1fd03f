"""Calls, visits, complaints and notes of two years, and what was promised next."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from random import Random
from zoneinfo import ZoneInfo

from guanzhang.demo.companies import Founded
from guanzhang.demo.shapes import DemoService, DemoTransaction
from guanzhang.demo.words import GOODS

ABOUT = 2_500
CHINA = ZoneInfo("Asia/Shanghai")
_KINDS = (
    ("call", 38),
    ("wechat", 27),
    ("email", 9),
    ("visit", 13),
    ("note", 8),
    ("complaint", 5),
)
_TALKS = {
    "call": (
        ("确认本周{goods}出货计划，预计{n}票，舱位已留。", "客户确认计划"),
        ("询问{goods}报关报价，已按现行价目口头报价。", "等待客户回复"),
        ("提醒补交上一票的发票和装箱单，客户答应当天发来。", "资料已收到"),
        ("了解下月货量，客户预计比本月{trend}。", "已记入货量预测"),
        ("核对上月对账单，{n}票费用客户无异议。", "对账完成"),
    ),
    "wechat": (
        ("草单已发客户确认，{goods}规格型号修改一处。", "客户已确认"),
        ("发送放行通知和提货资料，共{n}票。", "客户已收"),
        ("客户咨询{goods}退税率变化，已转归类同事答复。", "已答复"),
        ("节前问候，提醒节假日截关时间。", ""),
    ),
    "email": (
        ("发送上月对账单及发票，共{n}票。", "待客户回签"),
        ("发送{goods}归类意见书及申报要素清单。", "客户已采纳"),
        ("发送新年度服务报价单和协议文本。", "客户内部审批中"),
    ),
    "visit": (
        ("拜访客户工厂，查看{goods}生产线，讨论全年货量。", "意向续签年框"),
        ("上门对接新任关务主管，说明单证交接流程和时限。", "交接顺利"),
        ("陪同客户到口岸处理查验，{n}个柜全部放行。", "客户满意"),
        ("季度回访，客户希望缩短草单确认时间。", "已同报关部协调"),
    ),
    "note": (
        ("客户更换开票信息，新抬头自下月起使用。", ""),
        ("客户本年度主推{goods}，旺季可能加班出货。", ""),
        ("客户内部已上线ERP，希望以表格导入委托信息。", ""),
    ),
    "complaint": (
        ("投诉拖车晚到两小时，影响工厂装柜。", "已致歉，减免本次加班费"),
        ("投诉草单把{goods}数量录错，虽已改正仍不满。", "已改由资深报关员负责"),
        ("投诉账单中港杂费与报价不一致。", "核实后更正账单"),
        ("反映查验后未及时通知，货物滞留一天。", "已建立放行即时通知"),
    ),
}
_NEXT = (
    "回访确认报价",
    "发送年度服务方案",
    "预约下次拜访",
    "跟进年框合同续签",
    "补收统一社会信用代码和营业执照",
    "确认旺季货量和舱位",
    "跟进投诉处理结果",
    "催收上月费用",
    "介绍进口代理采购服务",
    "更新报关委托书",
)
_OTHERS = ("zhaohai", "sunhui")


def history_of(
    rng: Random, founded: list[Founded], transactions: list[DemoTransaction], today: dt.date
) -> list[DemoService]:
    """About 2,500 records, by time; none after ``today``."""
    traded: dict[int, list[DemoTransaction]] = defaultdict(list)
    for line in transactions:
        traded[line.party].append(line)
    weights = [_interest(each, len(traded[n])) for n, each in enumerate(founded)]
    total = sum(weights)
    records = [
        _record(rng, number, each, traded[number], today)
        for number, each in enumerate(founded)
        for _ in range(max(1, round(ABOUT * weights[number] / total)))
    ]
    return sorted(records, key=lambda r: (r.happened_at, r.party))


def _interest(each: Founded, lines: int) -> int:
    """How often a customer is spoken with: the important and the busy ones more."""
    return 3 + math.isqrt(lines) + (6 if each.rank <= 40 else 0)


def _record(
    rng: Random, number: int, each: Founded, lines: list[DemoTransaction], today: dt.date
) -> DemoService:
    first = lines[0].traded_on if lines else today - dt.timedelta(days=240)
    last = lines[-1].traded_on if lines else today - dt.timedelta(days=20)
    until = min(today - dt.timedelta(days=1), last + dt.timedelta(days=75))
    begin = max(first - dt.timedelta(days=20), today - dt.timedelta(days=730))
    day = begin + dt.timedelta(days=rng.randrange(max(1, (until - begin).days + 1)))
    day -= dt.timedelta(days=max(0, day.weekday() - 4))
    happened = dt.datetime.combine(
        day, dt.time(rng.randrange(8, 18), rng.choice((5, 10, 20, 30, 40, 50))), CHINA
    )
    kind = rng.choices([k for k, _ in _KINDS], weights=[w for _, w in _KINDS])[0]
    content, result = rng.choice(_TALKS[kind])
    goods = rng.choice([g.name for g in GOODS if g.industry == each.trade.industry])
    next_action, due, closed = _next(rng, kind, happened, today)
    return DemoService(
        party=number,
        kind=kind,
        happened_at=happened,
        content=content.format(
            goods=goods, n=rng.randrange(2, 13), trend=rng.choice(("多两成", "持平", "少一些"))
        ),
        result=result,
        next_action=next_action,
        next_due_on=due,
        closed_at=closed,
        user=each.party.owner
        if each.party.owner and rng.randrange(100) < 86
        else rng.choice(_OTHERS),
        with_contact=kind not in ("note",) and bool(each.party.contacts),
    )


def _next(
    rng: Random, kind: str, happened: dt.datetime, today: dt.date
) -> tuple[str, dt.date | None, dt.datetime | None]:
    """What was agreed to do next and by when. Old promises are kept, recent ones mostly."""
    is_recent = (today - happened.date()).days < 21
    if kind != "complaint" and rng.randrange(100) >= (52 if is_recent else 24):
        return "", None, happened  # nothing left to do: closed as it is written
    due = happened.date() + dt.timedelta(days=rng.choice((3, 5, 7, 14, 30)))
    if 0 <= (due - today).days <= 4:
        due = today  # so that there is work on the first morning
    late = (today - due).days
    kept = 100 if late > 45 else 90 if late > 14 else 55 if late > 0 else 0  # of a hundred
    is_kept = rng.randrange(100) < kept
    action = "跟进投诉处理结果" if kind == "complaint" else rng.choice(_NEXT)
    if not is_kept:
        return action, due, None
    done = min(due, today) - dt.timedelta(days=rng.randrange(3))
    closed = dt.datetime.combine(max(done, happened.date()), dt.time(18, 0), CHINA)
    return action, due, closed
