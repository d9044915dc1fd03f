"""What pages call the columns, letters and kinds of reference data, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Label = str | Promise
COLUMN_LABELS: Mapping[str, Label] = {
    "hs_code": _("商品编号"),
    "name_zh": _("商品名称"),
    "unit1": _("第一法定单位"),
    "unit2": _("第二法定单位"),
    "mfn_rate": _("最惠国税率"),
    "general_rate": _("普通税率"),
    "provisional_rate": _("进口暂定税率"),
    "special_rate": _("特惠税率"),
    "quota_rate": _("配额税率"),
    "export_rate": _("出口税率"),
    "export_provisional_rate": _("出口暂定税率"),
    "consumption_tax": _("消费税率"),
    "agreement_rates": _("协定税率"),
    "export_rebate_rate": _("出口退税率"),
    "vat_rate": _("增值税率"),
    "supervision_conditions": _("监管条件"),
    "inspection_category": _("检验检疫类别"),
    "elements": _("申报要素"),
    "code": _("代码"),
    "name": _("名称"),
    "status": _("状态"),
    "kind": _("种类"),
    "hs_prefix": _("商品编号范围"),
    "origin": _("原产地"),
    "exporter": _("出口商"),
    "rate": _("税率或汇率"),
    "until": _("截止日"),
    "source": _("来源"),
    "month": _("月份"),
    "currency": _("币制"),
    "base_date": _("基准日"),
    "day": _("日期"),
    "is_workday": _("上班"),
    "key": _("参数名"),
    "value": _("值"),
    "is_confirmed": _("已核实原文"),
    "size_class": _("规格类"),
    "legacy_ciq_code": _("原检验检疫代码"),
    "name_en": _("英文名称"),
    "alpha2": _("两位字母代码"),
    "iso_numeric": _("ISO 数字代码"),
    "legacy_customs_code": _("原海关代码"),
    "legacy_code": _("原海关代码"),
    "minor_unit": _("小数位数"),
    "customs_office": _("关区"),
    "applies_to": _("适用于"),
    "on_import": _("用于进口"),
    "on_export": _("用于出口"),
    "note": _("备注"),
    "suggested_event": _("对应事件"),
}
STATUS_LABELS: Mapping[str, Label] = {
    "active": _("有效"),
    "inactive": _("停用"),
    "verify": _("待核实"),
}
KIND_LABELS: Mapping[str, Label] = {
    "anti_dumping": _("反倾销"),
    "countervailing": _("反补贴"),
    "safeguard": _("保障措施"),
    "additional": _("加征关税"),
}
INSPECTION: Mapping[str, Label] = {
    "M": _("进口商品检验"),
    "N": _("出口商品检验"),
    "P": _("进境动植物检疫"),
    "Q": _("出境动植物检疫"),
    "R": _("进口食品卫生监督检验"),
    "S": _("出口食品卫生监督检验"),
    "L": _("民用商品入境验证"),
    "V": _("进境卫生检疫"),
    "W": _("出境卫生检疫"),
}
