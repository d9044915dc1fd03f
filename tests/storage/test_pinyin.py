import pytest

from guanzhang.storage.pinyin import full, initials, sort_key


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("恒通", "ht"),
        ("重庆", "cq zq"),
        ("厦门建发", "xmjf smjf"),
        ("重庆银行", "cqyh cqyx zqyh zqyx"),
        ("ABC贸易（2026）", "abcmy2026"),
        ("恒通 & Co.", "htco"),
        ("……", ""),
        ("", ""),
    ],
)
def test_initials(name, letters):
    assert initials(name) == letters


def test_no_name_has_more_than_four_readings():
    assert len(initials("单会行重长").split()) == len(full("单会行重长").split()) == 4


def test_full_pinyin():
    assert full("恒通") == "hengtong"
    assert full("重庆") == "chongqing zhongqing"
    assert full("绿地ABC") == "lvdiabc lvdeabc"


def test_sorting():
    names = [
        "1号",
        "ABC",
        "abd",
        "阿里",
        "长沙",
        "重庆银行",
        "西安",
        "先锋",
        "张伟",
        "章伟",
        "中信",
    ]
    assert sorted(set(names), key=sort_key) == names
    assert sort_key("西安") < sort_key("先")
    assert sort_key("") == ""
    assert len(sort_key("双" * 100)) <= 24 * 9
