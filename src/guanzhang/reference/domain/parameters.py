"""The numbers of the rules: what each key means and in what it is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParameterName:
    """A parameter as a person reads it; ``unit`` is empty for a plain number."""

    zh: str
    en: str
    zh_unit: str = ""
    en_unit: str = ""

    def name(self, language: str) -> str:
        return self.en if language == "en" else self.zh

    def unit(self, language: str) -> str:
        return self.en_unit if language == "en" else self.zh_unit


_YUAN = ("元", "yuan")
_A_DAY = ("每日", "a day")
_DAYS = ("天", "days")
PARAMETERS: Mapping[str, ParameterName] = {
    "duty_threshold": ParameterName("关税免征额（每票）", "Duty below this is free, per consignment", *_YUAN),
    "vat_threshold": ParameterName("进口增值税免征额（每票）", "Import VAT below this is free", *_YUAN),
    "consumption_threshold": ParameterName("进口消费税免征额（每票）", "Consumption tax below this is free", *_YUAN),
    "late_payment_threshold": ParameterName("滞纳金起征额", "Late-payment fee below this is not charged", *_YUAN),
    "late_declaration_threshold": ParameterName("滞报金起征额", "Late-declaration fee below this is not charged", *_YUAN),
    "late_declaration_rate": ParameterName("滞报金率", "Late-declaration rate", *_A_DAY),
    "late_payment_rate": ParameterName("滞纳金率", "Late-payment rate", *_A_DAY),
    "duty_value_scale": ParameterName("计税价格保留小数", "Decimals of the duty value", "位", "places"),
    "default_insurance_rate": ParameterName("保险费无法确定时的比率", "Insurance when unknown, share of price and freight"),
    "declare_days": ParameterName("进口申报期限", "Days to declare an import", *_DAYS),
    "complete_declaration_days": ParameterName("两步申报的完整申报期限", "Days to complete a two-step declaration", *_DAYS),
    "pay_days": ParameterName("缴税期限", "Days to pay taxes", *_DAYS),
    "summary_pay_workday": ParameterName("汇总征税缴款日（次月第几个工作日）", "Working day of the next month to pay summary tax"),
    "beer_price_limit": ParameterName("啤酒消费税分档价格", "Price that divides the classes of beer", "美元/吨", "USD/t"),
    "beer_high_rate": ParameterName("啤酒消费税（高档）", "Consumption tax of beer, upper class", "元/吨", "yuan/t"),
    "beer_low_rate": ParameterName("啤酒消费税（低档）", "Consumption tax of beer, lower class", "元/吨", "yuan/t"),
    "usual_insurance_rate": ParameterName("常见保费率", "Usual insurance rate"),
    "freight_share_limit": ParameterName("运费占货价的上限", "Highest usual share of freight in the price"),
}  # fmt: skip


def parameter_name(key: str) -> ParameterName:
    """The name of a parameter; its key where the program does not know it."""
    return PARAMETERS.get(key) or ParameterName(key, key)
