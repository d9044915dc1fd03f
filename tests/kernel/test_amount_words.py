import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanzhang.kernel.amount_words import from_words, to_words

# The first six are the worked examples of 正确填写票据和结算凭证的基本规定.
EXAMPLES = """
1409.50  壹仟肆佰零玖元伍角整
6007.14  陆仟零柒元壹角肆分
1680.32  壹仟陆佰捌拾元零叁角贰分
107000.53  壹拾万柒仟元零伍角叁分
16409.02  壹万陆仟肆佰零玖元零贰分
325.04  叁佰贰拾伍元零肆分
0.00  零元整
0.05  伍分
0.50  伍角整
0.55  伍角伍分
10.00  壹拾元整
10005.00  壹万零伍元整
1000500.00  壹佰万零伍佰元整
100000001.00  壹亿零壹元整
100010000.00  壹亿零壹万元整
2000000000000.00  贰万亿元整
-12.30  负壹拾贰元叁角整
9999999999999999.99  玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分
"""


@pytest.mark.parametrize("line", EXAMPLES.split("\n")[1:-1])
def test_examples_both_ways(line):
    amount, words = line.split()
    assert to_words(Decimal(amount)) == words
    assert from_words(words) == Decimal(amount)


def test_ten_thousand_round_trips():
    numbers = random.Random(20261123)
    for _ in range(10_000):
        cents = numbers.randrange(10 ** numbers.randint(1, 18))
        # Zeros are where the words can go wrong: blank out some of the digits.
        kept = "".join(d if numbers.random() < 0.6 else "0" for d in str(cents))
        amount = Decimal(kept).scaleb(-2)
        words = to_words(amount)
        assert from_words(words) == amount
        assert "零零" not in words


@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_round_trip(cents):
    amount = Decimal(cents).scaleb(-2)
    assert from_words(to_words(amount)) == amount


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("人民币壹佰元正", "100"),
        ("人民币：壹佰圆整", "100"),
        ("壹仟陆佰捌拾元叁角贰分", "1680.32"),
        ("壹拾万零柒仟元伍角叁分", "107000.53"),
        ("伍角", "0.5"),
    ],
)
def test_the_other_legal_spellings_are_read(words, amount):
    assert from_words(words) == Decimal(amount)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "整",
        "元",
        "角",
        "分",
        "万元",
        "壹贰元",
        "拾元",
        "壹拾佰元",
        "壹角分",
        "100元",
        "壹佰",
        "壹元贰",
    ],
)
def test_nonsense_is_refused(words):
    with pytest.raises(ValueError, match="not an amount in words"):
        from_words(words)


@pytest.mark.parametrize("amount", ["0.001", "10000000000000000", "NaN", "Infinity"])
def test_what_has_no_words_is_refused(amount):
    with pytest.raises(ValueError, match="not a whole number"):
        to_words(Decimal(amount))
