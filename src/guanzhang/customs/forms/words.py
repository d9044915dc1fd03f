"""The sentences the scripts of the form say, and what a place of the document is called."""

from __future__ import annotations

import re
from functools import cache

from django.utils.translation import gettext as _

from guanzhang.customs.domain.message import Block, Element, blocks
from guanzhang.customs.forms.layout import fields_by_element
from guanzhang.kernel.problem import Language

_PLACE = re.compile(r"([A-Za-z]+)(?:\[(\d+)\])?")
_WORDS_OF_NAME = re.compile(r"(?<=[a-z])(?=[A-Z])")


def place_name(path: str, direction: str, language: Language) -> str:
    """ "DecLists[2].GQty" → "第3项 成交数量"; "" for the whole."""
    parts = _PLACE.findall(path)
    if not parts:
        return ""
    steps = [(name, int(index) + 1 if index else None) for name, index in parts]
    label = element_name(".".join(name for name, _index in steps), direction, language)
    numbers = [(name, number) for name, number in steps if number is not None]
    if not numbers:
        return label
    block, number = numbers[0]
    row = _("第%(n)s项") if block == "DecLists" else _("第%(n)s行")
    return " ".join(filter(None, [row % {"n": number}, label]))


def element_name(name: str, direction: str, language: Language) -> str:
    """What the form calls an element ("DecLists.GQty"), or else what the message calls it."""
    field = fields_by_element().get(name)
    if field is not None:
        return str(field.label_for(direction))
    *_above, block, last = ["", *name.split(".")]
    element = _elements().get((block, last))
    if element is not None:
        return element.label if language == "zh" else spaced(element.name)
    found = next((b for b in _blocks() if b.key == last), None)
    return block_name(found, language) if found else last


def block_name(block: Block, language: Language) -> str:
    return block.label if language == "zh" else spaced(block.key)


def spaced(name: str) -> str:
    """ "OverseasConsignorAddr" → "Overseas Consignor Addr": the message's own word, readable."""
    return _WORDS_OF_NAME.sub(" ", name)


@cache
def _blocks() -> tuple[Block, ...]:
    waiting, found = list(blocks().values()), []
    while waiting:
        block = waiting.pop(0)
        found.append(block)
        waiting.extend(block.children)
    return tuple(found)


@cache
def _elements() -> dict[tuple[str, str], Element]:
    return {(b.key, name): element for b in _blocks() for name, element in b.elements.items()}


def form_words() -> dict[str, str]:
    """Keyed sentences in the person's language; {…} is filled by the scripts."""
    return {
        **_of_the_page(),
        **_of_saving(),
        **_of_lines(),
        **_of_findings(),
        **_of_sheets(),
    }


def _of_the_page() -> dict[str, str]:
    return {
        "close": _("关闭"),
        "cancel": _("取消"),
        "confirm": _("确定"),
        "use": _("采用"),
        "item": _("项"),
        "row": _("行"),
        "column": _("列"),
        "found": _("找到的内容"),
        "reason": _("原因"),
        "cell": _("第{n}项 {name}"),
        "line_of": _("第 {n} 项 {name}"),
        "by_system": _("系统返回"),
        "empty": _("（空）"),
        "rows": _("{n} 行"),
        "filled": _("已填 {n} / {of}"),
        "row_no": _("第 {n} 行"),
        "add_row": _("加一行"),
        "delete_row": _("删除此行"),
        "no_element": _("没有匹配的字段"),
    }


def _of_saving() -> dict[str, str]:
    return {
        "signed_out": _("登录已过期，请在新标签页登录后再保存"),
        "server_error": _("服务器没有完成这一步"),
        "offline": _("连不上服务器，输入仍在本页"),
        "unsaved": _("有未保存的修改"),
        "saving": _("保存中…"),
        "saved": _("已保存 {time}"),
        "opened": _("已保存 {time}"),
        "read_only": _("只读"),
        "failed": _("未保存：{reason}"),
        "stale_short": _("别人先保存了"),
        "stale": _(
            "{name} 在 {time} 先保存了这份报关单，与您的输入有 {n} 处不同。逐处选择保留哪一个；您的输入没有丢失。"
        ),
        "both_changed": _("双方都改了"),
    }


def _of_lines() -> dict[str, str]:
    return {
        "lines": _("{n} 项"),
        "sum_lines": _("合计 {n} 项"),
        "sum_kilos": _("法定数量 {kilos} 千克"),
        "too_many": _(
            "共 {n} 项，一份报关单最多 {most} 项：先合并相同项，仍超过时拆成 {parts} 份。"
        ),
        "full": _("最多 {n} 行"),
        "taken_back": _("已撤销上一步"),
        "nothing_back": _("没有可撤销的操作"),
        "row_deleted": _("已删除第 {n} 行，按 Ctrl Z 撤销"),
        "merged": _("已合并，减少 {n} 项，数量与总价不变"),
        "nothing_equal": _("没有可以合并的相同项"),
        "split_ask": _(
            "拆成 {parts} 份报关单，每份最多 {most} 项？件数、毛重、净重和总价运保杂费按金额分摊，合计不变。"
        ),
        "no_column": _("超出最后一列"),
        "no_room": _("超过 {n} 行"),
        "pasted": _("已粘贴 {rows} 行，{wrong} 格未采用"),
        "paste": _("粘贴"),
        "paste_title": _("有些内容放不进去"),
        "paste_intro": _("下面 {n} 格没有采用，其余可以先放入表中。"),
        "paste_rest": _("放入其余 {n} 行"),
        "paste_block": _("粘贴多行"),
        "paste_here": _("从 Excel 复制的内容"),
        "paste_help": _(
            "从 Excel 复制一块单元格，粘贴到下面；第一列对应“{name}”。也可以直接粘贴到表中任意一格。"
        ),
        "beyond": _("第 {n} 列"),
        "no_elements": _("先填写商品编号；税则中没有这个编号的申报要素时，请直接填写规格型号"),
        "elements_title": _("申报要素 {code} {name}"),
        "elements_result": _("规格型号"),
        "more_element": _("其他 {n}"),
        "demo_tariff": _("申报要素取自演示税则，请以正式税则为准。"),
    }


def _of_findings() -> dict[str, str]:
    return {
        "errors": _("错误 {n}"),
        "warnings": _("警告 {n}"),
        "notes": _("提示 {n}"),
        "accepted": _("已处理 {n}"),
        "clean": _("没有问题"),
        "error": _("错误："),
        "warning": _("警告："),
        "note": _("提示："),
        "go_there": _("去处理"),
        "ack": _("确认并写理由"),
        "ask_override": _("申请强制通过"),
        "confirm_override": _("批准强制通过"),
        "why_ack": _("为什么可以接受"),
        "why_override": _("为什么必须放行（须由另一人批准）"),
        "ack_done": _("已记录"),
        "tax_caption": _("税费计算"),
        "item_name": _("项目"),
        "amount": _("金额"),
    }


def _of_sheets() -> dict[str, str]:
    return {
        "choose_file": _("请先选择文件"),
        "not_used": _("不使用"),
        "sheet_invoice": _("发票"),
        "sheet_packing": _("箱单"),
        "sheet_none": _("不导入"),
        "map_title": _("哪一列是什么"),
        "map_next": _("预览"),
        "import_title": _("导入发票和箱单"),
        "import_add": _("加入表中（{n} 项）"),
        "import_replace": _("替换现有 {n} 项"),
        "import_problems": _("{n} 格需要留意，没有采用的内容请在表中补上"),
        "import_clean": _("全部读入，没有问题"),
        "import_head": _("同时填入表头：{text}"),
        "import_done": _("已导入 {n} 项，尚未保存的内容会自动保存"),
        "import_none": _("没有读到商品行，请检查“哪一列是什么”"),
        "reading": _("正在读取…"),
    }
