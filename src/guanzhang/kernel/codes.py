"""Checked codes: what a code must look like, and what is wrong with one that does not.

Every check takes the text as typed (full-width and lower case are forgiven) and the path of its
field, and returns all its problems. An empty text has none: whether a code must be there at all
is the document's rule. Store codes as ``normalise_code`` returns them.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from guanzhang.kernel.problem import Kind, Problem, Severity

USC = "统一社会信用代码 GB 32100-2015"
ID_CARD = "公民身份号码 GB 11643-1999"

USC_LENGTH = Kind(
    "PTY-001",
    Severity.ERROR,
    "统一社会信用代码应为18位，现为{found}位。请对照营业执照核对。",
    "A unified social credit code has 18 characters; this one has {found}. "
    "Compare it with the business licence.",
    USC,
)
USC_LOOKALIKE = Kind(
    "PTY-002",
    Severity.ERROR,
    "统一社会信用代码第{position}位不能是字母 {found}，疑为数字 {likely}。",
    "Character {position} of the unified social credit code cannot be the letter {found}; "
    "it is probably the digit {likely}.",
    USC,
)
USC_CHARACTER = Kind(
    "PTY-003",
    Severity.ERROR,
    "统一社会信用代码第{position}位不能是“{found}”，只能是数字或除 I、O、S、V、Z 以外的大写字母。",
    "Character {position} of the unified social credit code cannot be “{found}”; only digits and "
    "capital letters other than I, O, S, V and Z are used.",
    USC,
)
USC_REGION = Kind(
    "PTY-004",
    Severity.ERROR,
    "统一社会信用代码第3至8位是登记机关行政区划码，应全为数字，现为 {found}。请对照营业执照核对。",
    "Characters 3 to 8 of the unified social credit code are the registrar's region and must be "
    "digits; found {found}. Compare them with the business licence.",
    USC,
)
USC_CHECK = Kind(
    "PTY-005",
    Severity.ERROR,
    "统一社会信用代码校验不符：按前17位，末位应为 {expected}，现为 {found}。请核对各位是否录错。",
    "The unified social credit code does not check: after these 17 characters the last one should "
    "be {expected}, not {found}. Look for a mistyped character.",
    USC,
)
ID_LENGTH = Kind(
    "PTY-006",
    Severity.ERROR,
    "公民身份号码应为18位，现为{found}位。15位旧号码请换成18位。",
    "An identity number has 18 characters; this one has {found}. "
    "Replace an old 15-digit number by the 18-character one.",
    ID_CARD,
)
ID_CHARACTER = Kind(
    "PTY-007",
    Severity.ERROR,
    "公民身份号码第{position}位不能是“{found}”：前17位是数字，末位是数字或 X。",
    "Character {position} of the identity number cannot be “{found}”: 17 digits and then a digit "
    "or X are expected.",
    ID_CARD,
)
ID_BIRTHDAY = Kind(
    "PTY-008",
    Severity.ERROR,
    "公民身份号码第7至14位应为出生日期，{found} 不是日期。请对照证件核对。",
    "Characters 7 to 14 of the identity number are the date of birth; {found} is not a date. "
    "Compare it with the card.",
    ID_CARD,
)
ID_CHECK = Kind(
    "PTY-009",
    Severity.ERROR,
    "公民身份号码校验不符：按前17位，末位应为 {expected}，现为 {found}。请核对各位是否录错。",
    "The identity number does not check: after these 17 digits the last character should be "
    "{expected}, not {found}. Look for a mistyped character.",
    ID_CARD,
)
CUSTOMS_LENGTH = Kind(
    "PTY-010",
    Severity.ERROR,
    "海关注册编码应为10位，现为{found}位。",
    "A customs registration code has 10 characters; this one has {found}.",
    "海关注册编码规则（行业惯例，未见原文）",
)
CUSTOMS_CHARACTER = Kind(
    "PTY-011",
    Severity.ERROR,
    "海关注册编码第{position}位不能是“{found}”：前6位是数字，后4位是数字或大写字母。",
    "Character {position} of the customs registration code cannot be “{found}”: 6 digits and then "
    "4 digits or capital letters are expected.",
    "海关注册编码规则（行业惯例，未见原文）",
)
MOBILE = Kind(
    "PTY-012",
    Severity.ERROR,
    "手机号应为11位数字，以13至19开头，现为 {found}。",
    "A mobile number has 11 digits and begins with 13 to 19; found {found}.",
    "电信网编号计划（工信部2017年版）",
)
EMAIL = Kind(
    "PTY-013",
    Severity.ERROR,
    "邮箱地址应形如 name@example.com，现为 {found}。",
    "An e-mail address looks like name@example.com; found {found}.",
    "RFC 5321",
)
HS_LENGTH = Kind(
    "PTY-014",
    Severity.ERROR,
    "商品编号应为8位或10位数字，现为 {found}。",
    "A commodity code has 8 or 10 digits; found {found}.",
    "进出口税则",
)
HS_CHAPTER = Kind(
    "PTY-015",
    Severity.ERROR,
    "商品编号没有第{found}章，章号为01至99，其中77章空缺。",
    "There is no chapter {found} in the tariff; chapters are 01 to 99 without 77.",
    "进出口税则",
)

_USC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_LOOKALIKES = {"I": "1", "O": "0", "Z": "2", "S": "5"}
_ID_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))
_ID_CHECKS = "10X98765432"
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_EMAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[a-z]{{2,}}")


def normalise_code(text: str) -> str:
    """Full-width to half-width (NFKC), upper case, no white space around or inside."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def normalise_mobile(text: str) -> str:
    """Only the number: no white space, hyphens, or +86 / 0086 in front."""
    digits = normalise_code(text).replace("-", "")
    return re.sub(r"^(\+86|0086)", "", digits)


def check_usc_code(text: str, path: str = "usc_code") -> tuple[Problem, ...]:
    """统一社会信用代码: 18 characters of its own alphabet, region digits, check character."""
    code = normalise_code(text)
    if not code:
        return ()
    if len(code) != 18:
        return (USC_LENGTH.at(path, found=len(code)),)
    problems = [
        USC_LOOKALIKE.at(path, position=i, found=c, likely=_LOOKALIKES[c])
        if c in _LOOKALIKES
        else USC_CHARACTER.at(path, position=i, found=c)
        for i, c in enumerate(code, 1)
        if c not in _USC_ALPHABET
    ]
    if problems:
        return tuple(problems)
    if not _is_digits(code[2:8]):
        return (USC_REGION.at(path, found=code[2:8]),)
    expected = usc_check_character(code)
    if code[17] != expected:
        return (USC_CHECK.at(path, expected=expected, found=code[17]),)
    return ()


def usc_check_character(code: str) -> str:
    """The 18th character that belongs to the first 17 of ``code``."""
    values = (_USC_ALPHABET.index(c) for c in code[:17])
    weighted = sum(w * v for w, v in zip(_USC_WEIGHTS, values, strict=True))
    return _USC_ALPHABET[-weighted % 31]


def usc_region(code: str) -> str:
    """Digits 3–8 of a 统一社会信用代码, the registrar's region; "" if it has none."""
    region = normalise_code(code)[2:8]
    return region if len(region) == 6 and _is_digits(region) else ""


def check_id_card(text: str, path: str = "id_card_no") -> tuple[Problem, ...]:
    """公民身份号码: 17 digits with a date of birth, check character 0–9 or X."""
    code = normalise_code(text)
    if not code:
        return ()
    if len(code) != 18:
        return (ID_LENGTH.at(path, found=len(code)),)
    problems = [
        ID_CHARACTER.at(path, position=i, found=c)
        for i, c in enumerate(code, 1)
        if not (_is_digits(c) or (i == 18 and c == "X"))
    ]
    if problems:
        return tuple(problems)
    found = []
    if not _is_day(code[6:14]):
        found.append(ID_BIRTHDAY.at(path, found=code[6:14]))
    expected = _ID_CHECKS[
        sum(w * int(c) for w, c in zip(_ID_WEIGHTS, code[:17], strict=True)) % 11
    ]
    if code[17] != expected:
        found.append(ID_CHECK.at(path, expected=expected, found=code[17]))
    return tuple(found)


def check_customs_code(text: str, path: str = "customs_code") -> tuple[Problem, ...]:
    """海关注册编码: 6 digits, then 4 digits or capital letters."""
    code = normalise_code(text)
    if not code:
        return ()
    if len(code) != 10:
        return (CUSTOMS_LENGTH.at(path, found=len(code)),)
    return tuple(
        CUSTOMS_CHARACTER.at(path, position=i, found=c)
        for i, c in enumerate(code, 1)
        if not (_is_digits(c) or (i > 6 and "A" <= c <= "Z"))
    )


def check_mobile(text: str, path: str = "mobile") -> tuple[Problem, ...]:
    """手机号: 11 digits from 13 to 19; +86, blanks and hyphens are forgiven."""
    number = normalise_mobile(text)
    if not number or re.fullmatch(r"1[3-9][0-9]{9}", number):
        return ()
    return (MOBILE.at(path, found=number),)


def check_email(text: str, path: str = "email") -> tuple[Problem, ...]:
    """An address with a local part, @ and a domain of at least two labels, 254 characters."""
    address = unicodedata.normalize("NFKC", text).strip()
    if not address:
        return ()
    if len(address) <= 254 and address.isascii() and _EMAIL.fullmatch(address.lower()):
        return ()
    return (EMAIL.at(path, found=address),)


def check_hs_code(text: str, path: str = "hs_code") -> tuple[Problem, ...]:
    """商品编号: 8 or 10 digits of a chapter that exists. Dots (8471.30.00) are not accepted."""
    code = normalise_code(text)
    if not code:
        return ()
    if len(code) not in (8, 10) or not _is_digits(code):
        return (HS_LENGTH.at(path, found=code),)
    if code[:2] in ("00", "77"):
        return (HS_CHAPTER.at(path, found=code[:2]),)
    return ()


def _is_digits(text: str) -> bool:
    # str.isdigit also says yes to "²", which NFKC has made 2, and to Arabic-Indic digits.
    return text.isascii() and text.isdigit()


def _is_day(text: str) -> bool:
    try:
        dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True
