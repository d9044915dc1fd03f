"""What can be wrong with reference data, a file of it, or a command on it."""

from __future__ import annotations

from guanzhang.kernel.problem import Kind, Severity

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

# ---- the file
MISSING_COLUMN = Kind(
    "REF-001", _ERROR,
    "表头里没有必需的列：{expected}。请用模板的表头，或补上这些列。",
    "The header lacks required columns: {expected}. Use the header of the template or add them.",
)  # fmt: skip
UNUSED_COLUMNS = Kind(
    "REF-002", _NOTE,
    "这些列不认识，没有读取：{found}。",
    "These columns are not known and were not read: {found}.",
)  # fmt: skip
DUPLICATE = Kind(
    "REF-003", _ERROR,
    "“{found}”与第 {row} 行重复。每个只能有一行，请删去一行。",
    "“{found}” repeats row {row}. Each may stand once; delete one of them.",
)  # fmt: skip

# ---- the tariff
BAD_HS_CODE = Kind(
    "REF-010", _ERROR,
    "商品编号应为 10 位数字，前两位是 01-76 或 78-98 章，现为“{found}”。若前面的 0 丢了，请把这一列设为文本格式。",
    "An HS code has 10 digits and begins with chapter 01-76 or 78-98; it is “{found}”. If a leading zero was "
    "lost, format the column as text.",
)  # fmt: skip
UNKNOWN_UNIT = Kind(
    "REF-011", _ERROR,
    "计量单位“{found}”不在计量单位代码表中。请改用 3 位代码，如 035（千克）。",
    "Unit “{found}” is not in the table of units. Use a 3-digit code such as 035 (kilogram).",
)  # fmt: skip
UNKNOWN_LICENCE = Kind(
    "REF-012", _ERROR,
    "监管条件“{found}”中的 {letters} 不在监管证件代码表中（区分大小写）。请核对。",
    "Supervision conditions “{found}”: {letters} is not in the table of licence documents (case matters).",
)  # fmt: skip
BAD_RATE = Kind(
    "REF-013", _ERROR,
    "税率“{found}”读不懂。请写成 8（8%）、7.5CNY/095（每单位金额）或 20+1CNY/035（复合），没有就留空。",
    "Rate “{found}” cannot be read. Write 8 (8 %), 7.5CNY/095 (amount per unit) or 20+1CNY/035 (compound); "
    "leave it empty if there is none.",
)  # fmt: skip
NEGATIVE = Kind(
    "REF-014", _ERROR,
    "税率“{found}”是负数。税率不能小于 0，请改正。",
    "Rate “{found}” is negative. A rate cannot be below 0.",
)  # fmt: skip
BAD_PERCENT = Kind(
    "REF-015", _ERROR,
    "“{found}”应为 0 到 100 之间的百分数，如 13。",
    "“{found}” should be a percentage between 0 and 100, such as 13.",
)  # fmt: skip
BAD_INSPECTION = Kind(
    "REF-016", _ERROR,
    "检验检疫类别“{found}”读不懂。应为进口字母（M P R L V）/ 出口字母（N Q S W），如 M.P/N.Q。",
    "Inspection category “{found}” cannot be read: letters for import (M P R L V), a slash, letters for export "
    "(N Q S W), such as M.P/N.Q.",
)  # fmt: skip
BAD_AGREEMENTS = Kind(
    "REF-017", _ERROR,
    "协定税率“{found}”读不懂。请写成 协定代码=税率，用分号隔开，如 14=5;15=0。",
    "Agreement rates “{found}” cannot be read. Write code=rate, separated by semicolons, such as 14=5;15=0.",
)  # fmt: skip
UNKNOWN_AGREEMENT = Kind(
    "REF-018", _WARNING,
    "优惠贸易协定代码 {found} 不在代码表中（该表不完整）。请核对。",
    "Trade agreement {found} is not in the (incomplete) table. Check it.",
)  # fmt: skip
PREFIX_DIFFERS = Kind(
    "REF-019", _WARNING,
    "同一 8 位税目 {prefix} 下，{field}不一致：这一行是“{found}”，第 {row} 行是“{expected}”。请核对（配额等除外）。",
    "Lines of {prefix} differ in {field}: “{found}” here, “{expected}” in row {row}. Check them (quotas aside).",
)  # fmt: skip
NO_BASE_RATE = Kind(
    "REF-020", _WARNING,
    "8 位税目 {prefix} 下没有一行写了{field}。缺的税率按未知处理，不当作 0。",
    "No line of {prefix} has a rate for {field}. It counts as unknown, never as zero.",
)  # fmt: skip
UNUSUAL_VAT = Kind(
    "REF-021", _WARNING,
    "增值税率“{found}”不常见，一般为 13 或 9。请核对。",
    "VAT rate “{found}” is unusual; it is 13 or 9 as a rule. Check it.",
)  # fmt: skip
REBATE_ABOVE_VAT = Kind(
    "REF-022", _WARNING,
    "出口退税率 {found} 高于增值税率 {expected}。请核对。",
    "The export rebate {found} is above the VAT rate {expected}. Check it.",
)  # fmt: skip
RATE_UNIT = Kind(
    "REF-023", _ERROR,
    "税率“{found}”里的计量单位 {unit} 不在计量单位代码表中。",
    "Rate “{found}” names unit {unit}, which is not in the table of units.",
)  # fmt: skip

# ---- other kinds
BAD_CODE = Kind(
    "REF-030", _ERROR,
    "代码“{found}”含有空格，或超过 20 个字符。请改正。",
    "Code “{found}” holds blanks or has more than 20 characters.",
)  # fmt: skip
BAD_PREFIX = Kind(
    "REF-031", _ERROR,
    "商品编号范围应为 2 到 10 位数字，现为“{found}”。",
    "A range of HS codes is written with 2 to 10 digits; it is “{found}”.",
)  # fmt: skip
UNKNOWN_COUNTRY = Kind(
    "REF-032", _ERROR,
    "原产地“{found}”不在国别（地区）代码表中。请用 3 位字母代码，如 USA。",
    "Origin “{found}” is not in the table of countries. Use the 3-letter code, such as USA.",
)  # fmt: skip
UNKNOWN_CURRENCY = Kind(
    "REF-033", _ERROR,
    "币制“{found}”不在币制代码表中，或是人民币。请用 3 位字母代码，如 USD。",
    "Currency “{found}” is not in the table of currencies, or is the yuan. Use the 3-letter code, such as USD.",
)  # fmt: skip
NOT_POSITIVE = Kind(
    "REF-034", _ERROR,
    "汇率应大于 0，现为“{found}”。请填 1 外币兑人民币的数。",
    "An exchange rate is above 0; it is “{found}”. Give the yuan for one unit.",
)  # fmt: skip
BASE_DATE_DIFFERS = Kind(
    "REF-035", _WARNING,
    "{month} 的基准日按规定是 {expected}，现为 {found}。如海关总署另行规定了汇率，请在来源里写明。",
    "The base day of {month} is {expected} by the rule; it is {found}. If another rate was ordered, say so in the "
    "source.",
    "海关总署令第272号 第十三条",
)  # fmt: skip
YEAR_INCOMPLETE = Kind(
    "REF-036", _ERROR,
    "文件里有 {year} 年的日子，却没有 {year} 年元旦（01-01）和国庆节（10-01）的放假。日历按整年装入，请补全。",
    "The file has days of {year} without the holidays of 1 January and 1 October. Calendars are loaded by whole "
    "years; complete it.",
)  # fmt: skip
UNKNOWN_PARAMETER = Kind(
    "REF-037", _ERROR,
    "没有名为“{found}”的参数；可用：{expected}。",
    "There is no parameter “{found}”; there are {expected}.",
)  # fmt: skip
ENDED_BEFORE = Kind(
    "REF-038", _ERROR,
    "截止日 {found} 早于生效日 {expected}，这一行永远不会有效。请改正日期，或删去这一行。",
    "The last day {found} is before the first {expected}; the row would never be valid. Correct or delete it.",
)  # fmt: skip
BAD_NUMBER = Kind(
    "REF-039", _ERROR,
    "“{found}”应为不小于 0 的数，最多 8 位小数。",
    "“{found}” should be a number of at least 0 with at most 8 decimals.",
)  # fmt: skip

# ---- commands
SAME_PERSON = Kind(
    "REF-050", _ERROR,
    "这是 {who} 录入的，须由另一人复核。请换一位有复核权的同事。",
    "{who} entered this; another person has to review it. Ask a colleague who may review.",
)  # fmt: skip
WRONG_STATE = Kind(
    "REF-051", _ERROR,
    "“{title}”现在是“{found}”，只有“{expected}”的可以这样做。请刷新页面。",
    "“{title}” is now “{found}”; only “{expected}” can be handled so. Reload the page.",
)  # fmt: skip
REASON_NEEDED = Kind(
    "REF-052", _ERROR,
    "请写明原因。",
    "Give a reason.",
)  # fmt: skip
SOURCE_NEEDED = Kind(
    "REF-053", _ERROR,
    "请填写来源（公告名称、文号或网址）：没有来源的数据不装入。",
    "Give the source (announcement, number or address): data without a source is not loaded.",
)  # fmt: skip
ALREADY_APPROVED = Kind(
    "REF-054", _ERROR,
    "{month} {currency} 的汇率已由 {who} 复核，不能直接改。请先撤回复核。",
    "{who} has approved the rate of {currency} for {month}; it cannot be changed. Withdraw the approval first.",
)  # fmt: skip
NOT_APPROVED = Kind(
    "REF-055", _ERROR,
    "{month} {currency} 的汇率还没有复核，无需撤回。",
    "The rate of {currency} for {month} is not approved; there is nothing to withdraw.",
)  # fmt: skip
UNKNOWN_TABLE = Kind(
    "REF-056", _ERROR,
    "没有名为“{found}”的代码表。请从列表中选择。",
    "There is no code table “{found}”. Choose from the list.",
)  # fmt: skip
NOTHING_CHANGES = Kind(
    "REF-057", _ERROR,
    "文件与 {day} 有效的内容完全相同，没有什么可装入。",
    "The file says what is valid on {day} already; there is nothing to load.",
)  # fmt: skip
NOT_ALLOWED = Kind(
    "REF-058", _ERROR,
    "您没有这项权利（{found}）。请联系管理员。",
    "You may not do this ({found}). Ask the administrator.",
)  # fmt: skip
CANNOT_BE_WHOLE = Kind(
    "REF-059", _ERROR,
    "{kind}不能整版替换：缺的行不代表作废。请选“只含增改的行”。",
    "{kind} cannot be replaced as a whole: a missing row does not mean the end. Choose “only added and changed rows”.",
)  # fmt: skip
NO_LONGER_READABLE = Kind(
    "REF-060", _ERROR,
    "待复核的版本“{title}”没有内容，无法生效。请退回后重新载入。",
    "Edition “{title}” holds no rows and cannot take effect. Reject it and load it again.",
)  # fmt: skip
