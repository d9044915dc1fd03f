"""What can be wrong with a file: messages, archives and receipts (CUS-901 to CUS-930)."""

from __future__ import annotations

from guanzhang.kernel.problem import Kind, Severity

MALFORMED = Kind(
    "CUS-901", Severity.ERROR,
    "XML 在第 {line} 行第 {column} 列有错：{reason_zh}。请在原系统中重新导出，或改正这一处后再试",
    "The XML is broken at line {line}, column {column}: {reason_en}. Export it again, or mend that place",
)  # fmt: skip
HAS_DTD = Kind(
    "CUS-902", Severity.ERROR,
    "文件带有 DTD 或实体声明（<!DOCTYPE …>），报关单报文不应有这些内容；为安全起见不读取",
    "The file carries a DTD or entity declarations (<!DOCTYPE …>), which no declaration needs; it is not read, for safety",
)  # fmt: skip
WRONG_ENCODING = Kind(
    "CUS-903", Severity.ERROR,
    "文件第 {position} 个字节起无法按 {found} 读取。支持 UTF-8 和 GB18030（含 GBK、GB2312），请另存为 UTF-8 后再试",
    "From byte {position} on the file cannot be read as {found}. UTF-8 and GB18030 (GBK, GB2312) are supported; save it as UTF-8",
)  # fmt: skip
TOO_LARGE = Kind(
    "CUS-904", Severity.ERROR,
    "{name}有 {found}，超过上限 {limit}",
    "{name} has {found}; the limit is {limit}",
)  # fmt: skip
NOT_A_DECLARATION = Kind(
    "CUS-905", Severity.ERROR,
    "这不是报关单报文：根元素是 <{found}>，应为 <DecMessage>",
    "This is no declaration message: its root is <{found}>, not <DecMessage>",
)  # fmt: skip
EMPTY_FILE = Kind("CUS-906", Severity.ERROR, "文件是空的", "The file is empty")
OTHER_ENCODING = Kind(
    "CUS-907", Severity.WARNING,
    "文件声明的编码是 {declared}，实际按 {found} 读取；请核对中文是否正确",
    "The file says it is {declared} but was read as {found}; check that the Chinese is right",
)  # fmt: skip
UNKNOWN_ELEMENT = Kind(
    "CUS-908", Severity.WARNING,
    "不认识的元素 <{name}>，值“{found}”已原样保留，写出报文时放在该段末尾",
    "Unknown element <{name}>; its value “{found}” is kept and written at the end of its block",
)  # fmt: skip
TWICE = Kind(
    "CUS-909", Severity.WARNING,
    "元素 <{name}> 出现两次，采用第一个值“{kept}”，另一个值“{found}”已另行保留",
    "Element <{name}> occurs twice; “{kept}” stands, the other value “{found}” is kept aside",
)  # fmt: skip
BLOCK_TWICE = Kind(
    "CUS-910", Severity.WARNING,
    "段 <{name}> 出现两次：{what_zh}",
    "Block <{name}> occurs twice: {what_en}",
)  # fmt: skip
MISPLACED = Kind(
    "CUS-911", Severity.WARNING,
    "段 <{name}> 的位置不对（在 <{found}> {where_zh}），内容已读入；写出报文时放回规定位置",
    "Block <{name}> is out of place ({where_en} <{found}>); it was read, and is written where it belongs",
)  # fmt: skip
NOT_KEPT = Kind(
    "CUS-912", Severity.WARNING,
    "<{name}> 带有报文里不用的内容“{found}”，没有保留",
    "<{name}> carries “{found}”, which the message does not use; it was not kept",
)  # fmt: skip
RENUMBERED = Kind(
    "CUS-913", Severity.WARNING,
    "项号依次为 {found}，应为 1 到 {count}；{what_zh}。请核对集装箱、许可证等处引用的项号",
    "The line numbers are {found}, not 1 to {count}; {what_en}. Check what refers to them (containers, licences)",
)  # fmt: skip
NO_VERSION = Kind(
    "CUS-914", Severity.NOTE,
    "报文没有版本号（Version），按 {found} 处理",
    "The message has no Version; {found} is assumed",
)  # fmt: skip
BAD_ENVELOPE = Kind(
    "CUS-915", Severity.ERROR,
    "数据交换信封（DxpMsg）里的 Data 不是可读的 Base64 报文",
    "The Data of the exchange envelope (DxpMsg) is no readable Base64 message",
)  # fmt: skip
TOO_DEEP = Kind(
    "CUS-916", Severity.ERROR,
    "XML 嵌套超过 {limit} 层，不像报关单报文",
    "The XML is nested deeper than {limit} levels, unlike any declaration",
)  # fmt: skip
