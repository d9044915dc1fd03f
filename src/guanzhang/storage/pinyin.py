"""Pinyin of names for searching and sorting.

Not in ``domain``: pypinyin is a third-party library. Readings are those of the words that pypinyin
knows (重庆 is chong qing); for characters that names read in more than one way the other common
readings are indexed too, so that both cqyh and zqyh find 重庆银行.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product

from pypinyin import Style, lazy_pinyin

_MOST = 4  # alternatives kept per name
_SORTED = 24  # characters that decide an order
_PIECE = re.compile(r"([\u3007\u3400-\u9fff\U00020000-\U0003ffff]+)|([0-9A-Za-z]+)")
# Common readings of characters that names read in more than one way.
_POLYPHONES = {
    character: tuple(readings.split("/"))
    for character, readings in (
        pair.split(":")
        for pair in [
            "重:zhong/chong",
            "长:chang/zhang",
            "乐:le/yue",
            "厦:xia/sha",
            "行:hang/xing",
            "曾:zeng/ceng",
            "单:dan/shan",
            "朝:chao/zhao",
            "解:jie/xie",
            "区:qu/ou",
            "仇:qiu/chou",
            "查:cha/zha",
            "翟:zhai/di",
            "尉:wei/yu",
            "晟:sheng/cheng",
            "会:hui/kuai",
            "调:tiao/diao",
            "传:chuan/zhuan",
            "弹:dan/tan",
            "藏:cang/zang",
            "校:xiao/jiao",
            "车:che/ju",
            "贾:jia/gu",
            "秘:mi/bi",
            "番:fan/pan",
            "宿:su/xiu",
            "覃:qin/tan",
            "谌:chen/shen",
            "种:zhong/chong",
            "堡:bao/pu",
            "咖:ka/ga",
            "系:xi/ji",
            "奇:qi/ji",
            "虹:hong/jiang",
            "降:jiang/xiang",
            "省:sheng/xing",
            "都:du/dou",
            "阿:a/e",
            "莘:shen/xin",
            "铅:qian/yan",
            "六:liu/lu",
            "蚌:beng/bang",
            "圈:quan/juan",
            "佛:fo/fu",
            "柏:bai/bo",
            "泊:bo/po",
            "陆:lu/liu",
            "率:lv/shuai",
            "便:bian/pian",
            "拓:tuo/ta",
            "荥:xing/ying",
            "浒:hu/xu",
            "歙:she/xi",
            "涡:wo/guo",
            "枞:zong/cong",
            "朴:piao/pu",
            "什:shi/shen",
            "色:se/shai",
            "伽:jia/qie",
            "卡:ka/qia",
            "地:di/de",
            "尺:chi/che",
            "盛:sheng/cheng",
            "缪:miao/mou",
            "万:wan/mo",
            "叶:ye/xie",
            "石:shi/dan",
            "洗:xi/xian",
            "若:ruo/re",
            "茄:qie/jia",
            "嚼:jue/jiao",
            "薄:bo/bao",
            "角:jiao/jue",
        ]
    )
}


def initials(text: str) -> str:
    """First letters, lower case; up to four readings separated by blanks: 重庆 → "cq zq".

    Letters and digits stay, everything else is left out; "" if nothing is left.
    """
    letters = [
        tuple(dict.fromkeys(r if len(r) > 1 and not han else r[0] for r in readings))
        for han, readings in _syllables(text)
    ]
    return _alternatives(letters)


def full(text: str) -> str:
    """The whole pinyin, without tones and blanks inside: 重庆 → "chongqing zhongqing"; as ``initials``."""
    return _alternatives([readings for _, readings in _syllables(text)])


def spellings(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Up to four readings at once, each as (first letters, syllables); [] if nothing is left.

    重庆 → [("cq", ("chong", "qing")), ("zq", ("zhong", "qing"))]. A run of letters or digits is
    one syllable and stands whole among the first letters.
    """
    parts = list(_syllables(text))
    readings = islice(product(*(readings for _, readings in parts)), _MOST) if parts else ()
    return [
        (
            "".join(s[0] if han else s for s, (han, _) in zip(spelled, parts, strict=True)),
            spelled,
        )
        for spelled in readings
    ]


def sort_key(text: str) -> str:
    """A key whose order is the dictionary order of pinyin; latin letters and digits come first.

    Syllable, tone, then the character itself; only the first 24 characters decide. Store it and sort
    by it in binary order: SQLite and PostgreSQL then agree.
    """
    key = []
    for han, other in _PIECE.findall(text[:_SORTED].strip()):
        tones = lazy_pinyin(han, style=Style.TONE3, neutral_tone_with_five=True)
        key += [f"~{tone}{character}" for tone, character in zip(tones, han, strict=True)]
        if other:
            key.append(other.lower())
    return "".join(key)


def _syllables(text: str) -> Iterator[tuple[bool, tuple[str, ...]]]:
    """Per character (per run of letters and digits): whether it is Chinese, and its readings."""
    for han, other in _PIECE.findall(text):
        if other:
            yield False, (other.lower(),)
        for character, reading in zip(han, lazy_pinyin(han), strict=True):
            if reading.isascii():  # a character without a known reading is returned as it is
                yield True, tuple(dict.fromkeys((reading, *_POLYPHONES.get(character, ()))))


def _alternatives(parts: list[tuple[str, ...]]) -> str:
    spelled = ("".join(parts) for parts in islice(product(*parts), _MOST))
    return " ".join(dict.fromkeys(s for s in spelled if s))
