"""宁波远航报关有限公司: the demo company as data. Pure, and the same for the same seed and day."""

from __future__ import annotations

import datetime as dt
from random import Random

from guanzhang.demo.companies import customers, suppliers
from guanzhang.demo.history import history_of
from guanzhang.demo.shapes import DemoData, DemoDepartment, DemoField, DemoPerson
from guanzhang.demo.trade import trade_of
from guanzhang.demo.words import PORTS

COMPANY, CODE, SEED = "宁波远航报关有限公司", "DEMO", 20_260_101

DEPARTMENTS = (
    DemoDepartment("0101", "业务一部（宁波）"),
    DemoDepartment("0102", "业务二部（省外）"),
    DemoDepartment("0103", "报关部"),
    DemoDepartment("0104", "财务部"),
    DemoDepartment("0105", "管理部"),
)
PEOPLE = (
    DemoPerson("zhoumin", "周敏", "sales", "0101"),
    DemoPerson("chenli", "陈立", "sales", "0101"),
    DemoPerson("wangyan", "王燕", "sales", "0102"),
    DemoPerson("liuyang", "刘洋", "sales", "0101", "dept"),  # 业务经理
    DemoPerson("zhaohai", "赵海", "declarant", "0103"),
    DemoPerson("sunhui", "孙慧", "reviewer", "0103"),
    DemoPerson("lijing", "李静", "accountant", "0104"),
    DemoPerson("wujianguo", "吴建国", "controller", "0104"),
    DemoPerson("zhengqiang", "郑强", "admin", "0105"),
    DemoPerson("qianming", "钱明", "auditor", "0105"),
    DemoPerson("linxue", "林雪", "declarant", "0103"),
    DemoPerson("yaojun", "姚军", "reviewer", "0103"),
)
FIELDS = (
    DemoField("main_port", "主要口岸", "choice", PORTS),
    DemoField("contract_until", "合同到期日", "date"),
    DemoField("annual_frame", "是否签年框", "flag"),
)


def generate(seed: int, today: dt.date) -> DemoData:
    """The whole company with two years of history that end at ``today``."""
    rng = Random(seed)  # noqa: S311 - the point is that it repeats
    founded = customers(rng, today)
    transactions = trade_of(rng, founded, today)
    services = history_of(rng, founded, transactions, today)
    return DemoData(
        departments=DEPARTMENTS,
        people=PEOPLE,
        fields=FIELDS,
        parties=(*(each.party for each in founded), *suppliers(rng, today)),
        transactions=tuple(transactions),
        services=tuple(services),
    )
