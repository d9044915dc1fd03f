"""The companies of the header: their codes, whether they belong together, who may declare for them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guanzhang.customs.domain.checks.context import Context, KnownMandate, KnownParty
from guanzhang.customs.domain.checks.shared import (
    ERROR,
    PRACTICE,
    UNCONFIRMED,
    WARNING,
    Problems,
    parties_of,
)
from guanzhang.customs.domain.declaration import Declaration, Party
from guanzhang.kernel import codes
from guanzhang.kernel.problem import Kind, Problem

USC_FORM = Kind(
    "CUS-H01",
    ERROR,
    "统一社会信用代码 {found} 不正确：应为 18 位，由数字和除 I、O、S、V、Z 以外的大写字母组成，请对照营业执照核对。",
    "The credit code {found} is wrong: it has 18 digits or capital letters without I, O, S, V and Z; "
    "compare it with the business licence.",
    "GB 32100-2015",
)
USC_CHECK = Kind(
    "CUS-H01",
    ERROR,
    "统一社会信用代码 {found} 校验不符：末位应为 {expected}，请对照营业执照核对。",
    "The credit code {found} does not check: its last character should be {expected}; compare it "
    "with the business licence.",
    "GB 32100-2015",
)
ORGANISATION = Kind(
    "CUS-H01b",
    WARNING,
    "统一社会信用代码 {found} 中的组织机构代码 {part} 校验不符：末位应为 {expected}，请核对。",
    "The organisation code {part} inside the credit code {found} does not check: its last character "
    "should be {expected}; check it.",
    PRACTICE,
)
CUSTOMS_CODE = Kind(
    "CUS-H02",
    ERROR,
    "海关备案编码 {found} 不正确：应为 10 位，前 6 位数字，后 4 位数字或大写字母，请核对。",
    "The customs code {found} is wrong: it has 6 digits and then 4 digits or capital letters; "
    "check it.",
    PRACTICE,
)
COMPANY_KIND = Kind(
    "CUS-H02b",
    WARNING,
    "海关备案编码 {found} 的第 6 位（企业性质）是 {digit}，应为 1 至 9，请核对。",
    "Character 6 of the customs code {found}, the kind of company, is {digit}; 1 to 9 are known.",
    PRACTICE,
)
NOT_A_BROKER = Kind(
    "CUS-H02b",
    WARNING,
    "申报单位 {found} 的第 6 位是 {digit}；代理报关时申报单位一般是报关企业（8），请核对。",
    "Character 6 of the declarant's code {found} is {digit}; a broker normally has 8. Check it.",
    PRACTICE,
)
AREA = Kind(
    "CUS-H02c",
    WARNING,
    "海关备案编码 {found} 的前 5 位 {area} 不在国内地区代码表中，请核对。",
    "The first 5 characters {area} of the customs code {found} are not in the table of domestic "
    "districts; check it.",
    UNCONFIRMED,
)
ANOTHER_COMPANY = Kind(
    "CUS-H03",
    WARNING,
    "信用代码、海关编码、名称不是同一家企业：档案中 {key} 对应的是 {expected}，现填 {found}，请核对。",
    "Credit code, customs code and name are not of one company: on file {key} belongs to "
    "{expected}, found {found}; check them.",
    PRACTICE,
)
DECLARANT = Kind(
    "CUS-H19",
    ERROR,
    "申报人员“{found}”不是本单位在册的报关人员，请改选。",
    "“{found}” is not an active declarant of the declaring company; choose another.",
    PRACTICE,
)
DECLARANT_NUMBER = Kind(
    "CUS-H19",
    ERROR,
    "申报人员 {name} 的证号应为 {expected}，现为 {found}，请改正。",
    "The number of the declarant {name} is {expected}, found {found}; correct it.",
    PRACTICE,
)
OTHER_OWNER = Kind(
    "CUS-H20",
    WARNING,
    "一般贸易的收发货人 {trader} 与消费使用/生产销售单位 {owner} 不一致；自营业务应相同，代理业务请确认。",
    "In general trade the trader {trader} and the user or producer {owner} differ; they are the same "
    "unless one acts as an agent. Confirm it.",
    PRACTICE,
)
NO_MANDATE = Kind(
    "CUS-D01",
    ERROR,
    "没有找到 {trader} 在 {on} 有效的代理报关委托书/委托协议，请先签订或登记。",
    "There is no power of attorney of {trader} that is valid on {on}; sign or record one first.",
    "海关法第10条",
)

_CUSTOMS_CODE = re.compile(r"\d{6}[0-9A-Z]{4}", re.ASCII)
_USC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}", re.ASCII)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_SHORT_OWNER = re.compile(r"[0-9A-Z]{9}|NO", re.ASCII)


def credit_codes(declaration: Declaration, _context: Context) -> Problems:
    """H01, H01b."""
    head = declaration.document.get("DecHead") or {}
    for element in ("CopCodeScc", "TradeCoScc", "AgentCodeScc", "OwnerCodeScc"):
        code = head.get(element, "")
        if not code or (element == "OwnerCodeScc" and _is_person(code)):
            continue
        yield from _credit_code(code, f"DecHead.{element}")


def _is_person(code: str) -> bool:
    # A natural person who uses the goods is written with the number of the identity card.
    return not codes.check_id_card(code)


def _credit_code(code: str, path: str) -> Iterator[Problem]:
    if not _USC.fullmatch(code):
        yield USC_FORM.at(path, found=code)
        return
    expected = codes.usc_check_character(code)
    if code[17] != expected:
        yield USC_CHECK.at(path, found=code, expected=expected)
        return
    part = code[8:17]
    if part[8] != (right := organisation_check(part[:8])):
        yield ORGANISATION.at(path, found=code, part=part, expected=right)


def organisation_check(body: str) -> str:
    """The 9th character of an organisation code from its 8 others (GB 11714)."""
    weighted = sum(
        int(c, 36) * w for c, w in zip(body.upper(), _ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X0"[11 - weighted % 11]


def customs_codes(declaration: Declaration, context: Context) -> Problems:
    """H02, H02b, H02c."""
    for _usc, element, _name, party in parties_of(declaration):
        code, path = party.customs_code, f"DecHead.{element}"
        if not code or (element == "OwnerCode" and _SHORT_OWNER.fullmatch(code)):
            continue
        if not _CUSTOMS_CODE.fullmatch(code):
            yield CUSTOMS_CODE.at(path, found=code)
            continue
        if code[5] == "0":
            yield COMPANY_KIND.at(path, found=code, digit=code[5])
        elif element == "AgentCode" and code[5] != "8" and _is_agency(declaration):
            yield NOT_A_BROKER.at(path, found=code, digit=code[5])
        districts = context.reference.tables.get("district")
        if districts and code[:5] not in districts:
            yield AREA.at(path, found=code, area=code[:5])


def _is_agency(declaration: Declaration) -> bool:
    return declaration.agent.usc_code != declaration.trader.usc_code


def one_company(declaration: Declaration, context: Context) -> Problems:
    """H03: the three columns of a company against the party file."""
    known = [*(context.parties or ()), *([context.agent] if context.agent else [])]
    for usc, code, name, party in parties_of(declaration):
        match = _match(party, known)
        if match is None:
            continue
        for element, found, expected in (
            (code, party.customs_code, match.customs_code),
            (name, party.name, match.name),
            (usc, party.usc_code, match.usc_code),
        ):
            if found and expected and found != expected:
                key = match.usc_code if element != usc else match.customs_code
                yield ANOTHER_COMPANY.at(
                    f"DecHead.{element}", key=key, expected=expected, found=found
                )


def _match(party: Party, known: list[KnownParty]) -> KnownParty | None:
    """The company of the file that these columns mean: by credit code, else by customs code."""
    for column in ("usc_code", "customs_code"):
        code = getattr(party, column)
        found = next((k for k in known if code and getattr(k, column) == code), None)
        if found is not None:
            return found
    return None


def declarants(declaration: Declaration, context: Context) -> Problems:
    """H19."""
    if context.declarants is None or not declaration.declarant:
        return
    name = declaration.declarant
    if name not in context.declarants:
        yield DECLARANT.at("DecHead.DeclareName", found=name)
        return
    expected, found = context.declarants[name], declaration.declarant_no
    if expected and found and expected != found:
        yield DECLARANT_NUMBER.at("DecFreeTxt.DecNo", name=name, expected=expected, found=found)


def owners(declaration: Declaration, _context: Context) -> Problems:
    """H20."""
    trader, owner = declaration.trader, declaration.owner
    if declaration.trade_mode != "0110" or not trader.usc_code or not owner.usc_code:
        return
    if trader.usc_code != owner.usc_code and "代理" not in declaration.note:
        yield OTHER_OWNER.at(
            "DecHead.OwnerCodeScc",
            trader=trader.name or trader.usc_code,
            owner=owner.name or owner.usc_code,
        )


def mandate(declaration: Declaration, context: Context) -> Problems:
    """D01; not asked when a company declares for itself."""
    if context.mandates is None or not _is_agency(declaration):
        return
    direction = "I" if declaration.is_import else "E"
    if not any(_covers(m, direction, context) for m in context.mandates):
        trader = declaration.trader.name or declaration.trader.usc_code
        yield NO_MANDATE.at("DecHead.TradeCoScc", trader=trader, on=context.on)


def _covers(mandate: KnownMandate, direction: str, context: Context) -> bool:
    return (
        not mandate.is_cancelled
        and mandate.direction in ("", direction)
        and mandate.valid_from <= context.on <= mandate.valid_to
    )
