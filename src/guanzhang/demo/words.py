"""The words the demo company is made of. All firms and persons are invented.

The tables in ``reference/`` are short lists made for the demo: places by their GB/T 2260 code,
industries by their GB/T 4754-2017 division, commodity codes and names after the starter tariff
(compiled 2026-09 for demonstration, not for declaring), and our own service items.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

REFERENCE = Path(__file__).parent / "reference"


@dataclass(frozen=True, slots=True)
class Place:
    region: str
    prefix: str  # how a company name begins
    pinyin: str
    address: str
    weight: int


@dataclass(frozen=True, slots=True)
class Trade:
    industry: str
    nouns: tuple[str, ...]
    english: str
    weight: int
    import_percent: int


@dataclass(frozen=True, slots=True)
class Goods:
    """A commodity; prices are in US dollars per unit."""

    industry: str
    code: str
    name: str
    unit: str
    low: int
    high: int
    direction: str


@dataclass(frozen=True, slots=True)
class Fee:
    """One of our services; prices are in yuan per unit."""

    code: str
    name: str
    unit: str
    low: int
    high: int


def _rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PLACES = tuple(
    Place(r["region"], r["prefix"], r["pinyin"], r["address"], int(r["weight"]))
    for r in _rows("places")
)
TRADES = tuple(
    Trade(
        r["industry"],
        tuple(r["nouns"].split()),
        r["english"],
        int(r["weight"]),
        int(r["import_percent"]),
    )
    for r in _rows("trades")
)
GOODS = tuple(
    Goods(
        r["industry"],
        r["code"],
        r["name"],
        r["unit"],
        int(r["low"]),
        int(r["high"]),
        r["direction"],
    )
    for r in _rows("goods")
)
FEES = {
    r["code"]: Fee(r["code"], r["name"], r["unit"], int(r["low"]), int(r["high"]))
    for r in _rows("fees")
}

# 字号: two characters with their pinyin; pairs that well-known firms use are left out.
BRAND_FIRST = dict(
    pair.split(":")
    for pair in [
        "晟:sheng",
        "恒:heng",
        "瑞:rui",
        "锦:jin",
        "泽:ze",
        "翰:han",
        "拓:tuo",
        "凯:kai",
        "骏:jun",
        "铭:ming",
        "溯:su",
        "沐:mu",
        "棠:tang",
        "砺:li",
        "榕:rong",
        "澜:lan",
        "屿:yu",
        "岱:dai",
        "甬:yong",
        "舜:shun",
        "朗:lang",
        "霁:ji",
        "昊:hao",
        "伽:jia",
        "梵:fan",
        "蔚:wei",
        "汇:hui",
    ]
)
BRAND_SECOND = dict(
    pair.split(":")
    for pair in [
        "达:da",
        "通:tong",
        "源:yuan",
        "丰:feng",
        "盛:sheng",
        "宇:yu",
        "航:hang",
        "森:sen",
        "诺:nuo",
        "图:tu",
        "邦:bang",
        "帆:fan",
        "川:chuan",
        "辰:chen",
        "乔:qiao",
        "洋:yang",
        "芯:xin",
        "卓:zhuo",
        "禾:he",
        "彦:yan",
        "林:lin",
        "德:de",
        "科:ke",
    ]
)
NOT_OURS = frozenset(
    [
        "恒丰",
        "恒源",
        "恒通",
        "恒达",
        "恒盛",
        "恒邦",
        "瑞丰",
        "瑞源",
        "瑞德",
        "瑞芯",
        "瑞科",
        "凯德",
        "凯诺",
        "汇源",
        "汇丰",
        "汇通",
        "汇川",
        "汇洋",
        "拓邦",
        "拓达",
        "朗科",
        "朗德",
        "朗诺",
        "晟通",
        "翰宇",
        "翰森",
        "锦盛",
        "锦源",
        "骏盛",
        "铭普",
        "昊宇",
        "泽丰",
        "凯盛",
        "凯通",
        "甬通",
        "蔚科",
        "榕森",
        "澜科",
    ]
)

SURNAMES = dict(
    pair.split(":")
    for pair in [
        "林:lin",
        "陈:chen",
        "王:wang",
        "张:zhang",
        "徐:xu",
        "沈:shen",
        "胡:hu",
        "俞:yu",
        "方:fang",
        "叶:ye",
        "邵:shao",
        "毛:mao",
        "金:jin",
        "童:tong",
        "葛:ge",
        "史:shi",
        "屠:tu",
        "裘:qiu",
        "柴:chai",
        "蒋:jiang",
        "何:he",
        "顾:gu",
        "陆:lu",
        "戴:dai",
        "应:ying",
        "余:yu",
        "贺:he",
    ]
)
GIVEN = dict(
    pair.split(":")
    for pair in [
        "伟:wei",
        "敏:min",
        "丽萍:liping",
        "建平:jianping",
        "晓燕:xiaoyan",
        "国强:guoqiang",
        "雅芳:yafang",
        "志豪:zhihao",
        "婷婷:tingting",
        "海波:haibo",
        "佳颖:jiaying",
        "永康:yongkang",
        "思远:siyuan",
        "文静:wenjing",
        "立群:liqun",
        "春梅:chunmei",
        "浩然:haoran",
        "玉兰:yulan",
        "俊杰:junjie",
        "秀英:xiuying",
        "明辉:minghui",
        "亚男:yanan",
        "云飞:yunfei",
        "莉:li",
        "晨:chen",
        "凯:kai",
        "雪:xue",
        "斌:bin",
        "静:jing",
        "磊:lei",
    ]
)
TITLES = (
    "总经理",
    "外贸经理",
    "关务主管",
    "单证员",
    "采购经理",
    "物流主管",
    "财务经理",
    "外贸业务员",
)
ROADS = [
    "甬江大道",
    "通达路",
    "明州西路",
    "大港中路",
    "钱湖南路",
    "兴业路",
    "振兴东路",
    "望海路",
    "学苑路",
    "工业大道",
    "科创路",
    "江滨路",
]
BANKS = (
    "中国工商银行",
    "中国建设银行",
    "中国农业银行",
    "中国银行",
    "宁波银行",
    "招商银行",
    "交通银行",
)
PORTS = ("北仑", "梅山", "大榭", "穿山", "镇海", "洋山", "外高桥", "义乌", "宁波机场")
COUNTRIES = {
    "export": [
        "美国",
        "德国",
        "英国",
        "荷兰",
        "墨西哥",
        "越南",
        "印度",
        "巴西",
        "阿联酋",
        "波兰",
        "澳大利亚",
        "沙特阿拉伯",
    ],
    "import": [
        "日本",
        "德国",
        "韩国",
        "美国",
        "泰国",
        "意大利",
        "法国",
        "澳大利亚",
        "智利",
        "马来西亚",
        "加拿大",
    ],
}
COUNTRY_CURRENCY = {"德国": "EUR", "荷兰": "EUR", "意大利": "EUR", "法国": "EUR", "日本": "JPY"}

SUPPLIERS = (
    "宁波澜舸国际船务代理有限公司:船公司:G55",
    "上海屿航集装箱海运有限公司:船公司:G55",
    "宁波岱洋班轮代理有限公司:船公司:G55",
    "宁波甬帆国际货运代理有限公司:货代:G58",
    "宁波溯林国际货代有限公司:货代:G58",
    "义乌市棠帆货运代理有限公司:货代:G58",
    "上海沐川国际物流有限公司:货代:G58",
    "宁波梅山霁川保税仓储有限公司:仓库:G59",
    "宁波北仑砺港仓储有限公司:仓库:G59",
    "宁波镇海昊林集装箱堆场有限公司:仓库:G59",
    "宁波舜达集装箱拖车运输有限公司:车队:G54",
    "慈溪市骏帆物流运输有限公司:车队:G54",
)
