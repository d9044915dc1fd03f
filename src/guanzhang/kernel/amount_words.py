"""人民币大写: an amount in the characters that cannot be altered, both ways.

Written as 支付结算办法 附件一《正确填写票据和结算凭证的基本规定》 asks: 整 after 元 or 角, none after 分;
consecutive zeros are one 零; where the rule leaves 零 to choice (1,680.32; 107,000.53) it is written
before 角 and left out after 万. Reading is lenient: 正 for 整, 圆 for 元, 人民币 or ¥ in front, 零 anywhere.
"""

from __future__ import annotations

from decimal import Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_CENTS_LIMIT = 10**18  # below 一亿亿元


def to_words(amount: Decimal) -> str:
    """``Decimal("1409.50")`` → ``壹仟肆佰零玖元伍角整``; negative amounts begin with 负.

    Raises ``ValueError`` for a fraction of a 分 or an amount of 10^16 元 and more.
    """
    cents = amount.scaleb(2)
    if cents != cents.to_integral_value() or abs(cents) >= _CENTS_LIMIT:
        raise ValueError(f"{amount} is not a whole number of 分 below 10^16 元.")
    sign = "负" if cents < 0 else ""
    yuan, rest = divmod(abs(int(cents)), 100)
    jiao, fen = divmod(rest, 10)
    if not rest:
        return f"{sign}{_integer(yuan) or '零'}元整"
    words = f"{_integer(yuan)}元" if yuan else ""
    if yuan and (not jiao or not yuan % 10):
        words += "零"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    return f"{sign}{words}{f'{_DIGITS[fen]}分' if fen else '整'}"


def from_words(text: str) -> Decimal:
    """The amount that ``text`` says, with two digits after the point.

    Raises ``ValueError`` when it is not an amount in words.
    """
    words = text.strip().removeprefix("人民币").lstrip("¥￥:： ")
    negative = words.startswith("负")
    words = words.removeprefix("负").replace("圆", "元").rstrip("整正")
    yuan, has_yuan, rest = words.rpartition("元")
    jiao, has_jiao, fen = rest.replace("零", "").rpartition("角")
    complete = words and (yuan or not has_yuan) and (jiao or not has_jiao)
    if not complete or (fen and not fen.endswith("分")) or fen == "分":
        raise ValueError(f"{text!r} is not an amount in words.")
    coins = _digit(jiao, text) * 10 + _digit(fen.removesuffix("分"), text)
    cents = _value(yuan, text) * 100 + coins
    return Decimal(-cents if negative else cents).scaleb(-2)


def _integer(number: int) -> str:
    """``number`` in words, "" for zero."""
    for unit, name in ((10**8, "亿"), (10**4, "万")):
        high, low = divmod(number, unit)
        if high:
            # 零 marks a missing leading digit of the lower group: 壹万零伍, but 壹拾万柒仟.
            gap = "零" if low and low < unit // 10 else ""
            return f"{_integer(high)}{name}{gap}{_integer(low)}"
    return _group(number)


def _group(number: int) -> str:
    """Up to four digits in words, without zeros at either end."""
    words = ""
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            words += f"{_DIGITS[digit]}{_PLACES[place]}"
        elif words and not words.endswith("零"):
            words += "零"
    return words.rstrip("零")


def _value(words: str, text: str) -> int:
    for unit, name in ((10**8, "亿"), (10**4, "万")):
        high, separator, low = words.rpartition(name)
        if separator:
            if not high.replace("零", ""):
                raise ValueError(f"{text!r} is not an amount in words: nothing before {name}.")
            return _value(high, text) * unit + _value(low, text)
    value, last = 0, 10**4
    digit = ""
    for character in words.replace("零", ""):
        if character in _PLACES[1:]:
            place = 10 ** _PLACES.index(character)
            if place >= last or not digit:
                raise ValueError(f"{text!r} is not an amount in words at {character}.")
            value, last, digit = value + _digit(digit, text) * place, place, ""
        elif digit or last == 1:
            raise ValueError(f"{text!r} is not an amount in words at {character}.")
        else:
            digit = character
    return value + _digit(digit, text)


def _digit(character: str, text: str) -> int:
    if character not in _DIGITS or len(character) > 1:
        raise ValueError(f"{text!r} is not an amount in words at {character}.")
    return _DIGITS.index(character) if character else 0
