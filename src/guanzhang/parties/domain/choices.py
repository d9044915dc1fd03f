"""The small closed lists of the customer file."""

from __future__ import annotations

from guanzhang.kernel.choice import Choice


class PartyKind(Choice):
    """企业 or 个人."""

    ENTERPRISE = "enterprise", "企业", "Company"
    PERSON = "person", "个人", "Person"


class Direction(Choice):
    """Which way the goods go, seen from China."""

    IMPORT = "import", "进口", "Import"
    EXPORT = "export", "出口", "Export"
    DOMESTIC = "domestic", "内贸", "Domestic"


class ServiceKind(Choice):
    """How a customer was spoken with (服务记录)."""

    CALL = "call", "电话", "Call"
    VISIT = "visit", "拜访", "Visit"
    WECHAT = "wechat", "微信", "WeChat"
    EMAIL = "email", "邮件", "E-mail"
    COMPLAINT = "complaint", "投诉", "Complaint"
    NOTE = "note", "备注", "Note"


class Source(Choice):
    """Where a customer came from."""

    REFERRAL = "referral", "转介绍", "Referral"
    WEBSITE = "website", "网站", "Website"
    EXHIBITION = "exhibition", "展会", "Exhibition"
    COLD_CALL = "cold_call", "电话开发", "Cold call"
    OLD_CUSTOMER = "old_customer", "老客户", "Old customer"
    OTHER = "other", "其他", "Other"
    IMPORT = "import", "批量导入", "Imported"


class CustomsKind(Choice):
    """海关备案类型: as what an enterprise is on file with customs."""

    CONSIGNEE = "consignee", "进出口货物收发货人", "Consignee or consignor"
    CONSIGNEE_BRANCH = (
        "consignee_branch",
        "进出口货物收发货人分支机构",
        "Branch of a consignee or consignor",
    )
    BROKER = "broker", "报关企业", "Customs broker"
    BROKER_BRANCH = "broker_branch", "报关企业分支机构", "Branch of a customs broker"
    PROCESSOR = "processor", "加工生产企业", "Processing manufacturer"
    ZONE = "zone", "特殊监管区双重身份企业", "Enterprise in a special zone (dual status)"
    BONDED_WAREHOUSE = "bonded_warehouse", "保税仓库", "Bonded warehouse"
    EXPORT_WAREHOUSE = "export_warehouse", "出口监管仓库", "Supervised export warehouse"
    CARRIER = "carrier", "进出境运输工具负责人", "Operator of means of transport"
    TEMPORARY = "temporary", "临时备案单位", "Temporarily filed"
    NONE = "none", "未备案", "Not on file"
