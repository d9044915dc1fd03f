import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanzhang.parties.domain.names import core_name, normalise_name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  恒通 ( 宁波 ) 进出口　有限公司 ", "恒通（宁波）进出口有限公司"),
        ("恒通〔宁波〕有限公司", "恒通（宁波）有限公司"),
        ("宁波ＡＢＣ 科技有限公司", "宁波ABC科技有限公司"),
        ("Heng  Tong （Ningbo） Co., Ltd.", "Heng Tong (Ningbo) Co., Ltd."),
        ("", ""),
    ],
)
def test_one_way_to_write_a_name(typed, name):
    assert normalise_name(typed) == name


@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing(text):
    once = normalise_name(text)
    assert normalise_name(once) == once


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("宁波恒通进出口有限公司", "恒通进出口"),
        ("浙江省宁波市恒通进出口有限责任公司", "恒通进出口"),
        ("恒通（宁波）进出口有限公司", "恒通进出口"),
        ("恒通 (宁波) 进出口股份有限公司", "恒通进出口"),
        ("宁波恒通进出口有限公司杭州分公司", "恒通进出口"),
        ("宁波恒通企业管理合伙企业（有限合伙）", "恒通企业管理"),
        ("北方工业（集团）股份有限公司", "北方工业"),
        ("三星（中国）投资有限公司", "三星投资"),
        ("恒通（北方）有限公司", "恒通北方"),
        ("义乌市瑞丰饰品商行", "瑞丰饰品商行"),
        ("长安汽车股份有限公司", "长安汽车"),
        # Nothing of their own would be left without the region.
        ("上海国际货运代理有限公司", "上海国际货运代理"),
        ("大同贸易有限公司", "大同贸易"),
        ("东方国际集团", "东方国际"),
        ("中国", "中国"),
        ("公司", "公司"),
        ("张三", "张三"),
        ("Hengtong International Trading Co., Ltd.", "hengtong international trading"),
        ("HENGTONG INTERNATIONAL TRADING CO LTD", "hengtong international trading"),
        ("", ""),
    ],
)
def test_the_core(name, core):
    assert core_name(name) == core


@given(st.text(max_size=30))
def test_a_name_always_has_a_core(text):
    assert bool(core_name(text)) == bool(normalise_name(text))
