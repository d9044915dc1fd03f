"""The confirmations of price and relation: special relation, royalty, formula and provisional price."""

from __future__ import annotations

import re

from guanzhang.customs.domain.checks.context import Context
from guanzhang.customs.domain.checks.shared import (
    BONDED,
    ERROR,
    INLAND_SALES,
    PRACTICE,
    PROCESSING,
    SPECIFICATION,
    UNCONFIRMED,
    WARNING,
    Problems,
)
from guanzhang.customs.domain.declaration import Declaration
from guanzhang.kernel.problem import Kind

RELATION = Kind(
    "CUS-H17",
    ERROR,
    "特殊关系确认为“否”，价格影响确认不能为“是”，请改正。",
    "Without a special relationship the price cannot be influenced by it; correct one answer.",
    PRACTICE,
)
RELATION_PRICE = Kind(
    "CUS-H17",
    ERROR,
    "特殊关系确认为“是”，必须回答价格影响确认，请选择是或否。",
    "With a special relationship say whether it influenced the price: yes or no.",
    PRACTICE,
)
PROMISE = Kind(
    "CUS-H17",
    ERROR,
    "确认事项“{found}”不正确：每位应为 1（是）、0（否）或 9（空），请改正。",
    "The confirmations “{found}” are wrong: each character is 1 (yes), 0 (no) or 9 (blank).",
    SPECIFICATION,
)
PROMISE_BLANK = Kind(
    "CUS-H17b",
    WARNING,
    "出口和加工贸易、保税监管货物（内销除外）不填特殊关系、价格影响和特许权使用费确认，现为“{found}”，请改为空。",
    "Exports, processing and bonded goods (except inland sales) leave the confirmations of relation, "
    "price and royalty blank, found “{found}”.",
    UNCONFIRMED,
)
PROMISE_MISSING = Kind(
    "CUS-H17b",
    WARNING,
    "进口征税货物应填特殊关系、价格影响和特许权使用费确认，现为“{found}”，请选择是或否。",
    "Imports for consumption answer the confirmations of relation, price and royalty, found "
    "“{found}”; choose yes or no.",
    UNCONFIRMED,
)
FORMULA = Kind(
    "CUS-H18",
    WARNING,
    "公式定价确认为“是”，备注应填公式定价备案号，请补填。",
    "With a formula price the note gives its record number; add it.",
    UNCONFIRMED,
)
PROVISIONAL = Kind(
    "CUS-H18",
    WARNING,
    "暂定价格确认为“是”时，公式定价确认也应为“是”，请核对。",
    "A provisional price goes with a formula price; check both answers.",
    UNCONFIRMED,
)
_FORMULA = re.compile(r"公式定价\s*[（(]?[0-9A-Za-z]|公式定价.{0,6}[:：]?\s*[0-9A-Za-z]{6,}")


def promises(declaration: Declaration, context: Context) -> Problems:
    """H17, H17b, H18."""
    found, path = declaration.promises, "DecHead.PromiseItmes"
    if any(c not in "019" for c in found):
        yield PROMISE.at(path, found=found)
        return
    relation, price = declaration.promise(0), declaration.promise(1)
    if relation == "0" and price == "1":
        yield RELATION.at(path)
    elif relation == "1" and price == "9":
        yield RELATION_PRICE.at(path)
    mode = declaration.trade_mode
    bonded = (mode in PROCESSING or mode in BONDED) and mode not in INLAND_SALES
    first = "".join(declaration.promise(i) for i in range(3))
    if (not declaration.is_import or bonded) and first != "999":
        yield PROMISE_BLANK.at(path, found=first)
    elif _must_answer(declaration, context) and "9" in (first[0], first[2]):
        yield PROMISE_MISSING.at(path, found=first)
    if declaration.promise(3) == "1" and not _FORMULA.search(declaration.note):
        yield FORMULA.at("DecHead.NoteS")
    if declaration.promise(4) == "1" and declaration.promise(3) != "1":
        yield PROVISIONAL.at(path)


def _must_answer(declaration: Declaration, context: Context) -> bool:
    return (
        declaration.is_import
        and declaration.trade_mode == "0110"
        and context.stage == "declare"
    )
