"""海关信用等级: how customs rates an enterprise. Not our own grade.

Since 2026-04-01 there are five classes (海关总署令第282号), before that three (令第251号): 高级认证企业,
失信企业, and everybody else. The first two are AEO. Confidence: ``reference/SOURCES.md``.
"""

from __future__ import annotations

from guanzhang.kernel.choice import Choice


class CustomsCredit(Choice):
    """The classes from the most to the least trusted."""

    AEO = "AEO", "高级认证企业", "Advanced certified enterprise (AEO)"
    CERTIFIED = "CERTIFIED", "认证企业", "Certified enterprise (AEO)"
    GENERAL = "GENERAL", "常规企业", "Regular enterprise"
    DISHONEST = "DISHONEST", "失信企业", "Dishonest enterprise"
    SEVERE = "SEVERE", "严重失信企业", "Seriously dishonest enterprise"

    @property
    def rank(self) -> int:
        """1 for the most trusted."""
        return list(CustomsCredit).index(self) + 1


# Names of earlier rules that files and people still use.
_FORMER_NAMES = {
    "高级认证": CustomsCredit.AEO,
    "AEO高级认证": CustomsCredit.AEO,
    "AEO高级认证企业": CustomsCredit.AEO,
    "一般认证企业": CustomsCredit.GENERAL,
    "一般信用企业": CustomsCredit.GENERAL,
    "一般信用": CustomsCredit.GENERAL,
    "常规管理企业": CustomsCredit.GENERAL,
    "注册登记和备案企业": CustomsCredit.GENERAL,
    "注册备案企业": CustomsCredit.GENERAL,
    "失信": CustomsCredit.DISHONEST,
    "严重失信": CustomsCredit.SEVERE,
}


def parse_customs_credit(text: str) -> CustomsCredit | None:
    """The class that a code, a name or a name of earlier rules means; None if none."""
    return CustomsCredit.parse(text) or _FORMER_NAMES.get("".join(text.split()))
