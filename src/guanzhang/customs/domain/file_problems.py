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
BAD_ZIP = Kind(
    "CUS-917", Severity.ERROR,
    "ZIP 文件不完整或已损坏，没有读取任何内容。请重新下载或重新打包后再试",
    "The ZIP file is truncated or damaged; nothing was read. Download or pack it again",
)  # fmt: skip
ZIP_BOMB = Kind(
    "CUS-918", Severity.ERROR,
    "ZIP 解开后过大（{found}，上限 {limit}），为安全起见不读取。请分成几个文件再试",
    "The ZIP would unpack too large ({found}; limit {limit}) and is not read. Split it",
)  # fmt: skip
UNSAFE_NAME = Kind(
    "CUS-919", Severity.ERROR,
    "ZIP 里的文件名“{name}”带有路径跳转，没有读取这个文件",
    "The name “{name}” inside the ZIP leads out of its folder; this file was not read",
)  # fmt: skip
EMPTY_ZIP = Kind(
    "CUS-920", Severity.ERROR,
    "ZIP 里的 {found} 个文件中没有 {suffix} 文件",
    "None of the {found} files in the ZIP is a {suffix} file",
)  # fmt: skip
ZIP_MEMBER = Kind(
    "CUS-921", Severity.ERROR,
    "ZIP 里的文件“{name}”无法读取：已损坏、加密或与目录不符",
    "The file “{name}” inside the ZIP cannot be read: damaged, encrypted or not what its directory says",
)  # fmt: skip
NOT_A_RECEIPT = Kind(
    "CUS-922", Severity.ERROR,
    "不认识的回执：根元素是 <{found}>，应为 DEC_RESULT、DEC_DATA 或 DecImportResponse",
    "Unknown receipt: its root is <{found}>, not DEC_RESULT, DEC_DATA or DecImportResponse",
)  # fmt: skip
RECEIPT_SAYS_NOTHING = Kind(
    "CUS-923", Severity.ERROR,
    "回执 <{found}> 里没有海关编号、统一编号或回执代码，无法使用",
    "The receipt <{found}> holds no entry number, sequence number or channel and is of no use",
)  # fmt: skip
EDITED = Kind(
    "CUS-924", Severity.WARNING,
    "同一事件（{channel}，{at}）已有一份内容不同的回执“{name}”；本份只记录，不改变状态，请核对来源",
    "Another receipt of the same event ({channel}, {at}), “{name}”, says something else; this one is only kept. Check where it comes from",
)  # fmt: skip
OTHER_ENTRY = Kind(
    "CUS-925", Severity.WARNING,
    "回执的{what_zh}是 {found}，报关单 {number} 上是 {expected}；没有采用，请人工核对",
    "The receipt gives {found} as {what_en}; declaration {number} has {expected}. It was not used; check it",
)  # fmt: skip
CHANGED_SINCE = Kind(
    "CUS-927", Severity.ERROR,
    "报关单 {number} 在审核通过之后有改动，不能发送。请重新送审",
    "Declaration {number} has changed since it was approved and cannot be sent. Submit it again",
)  # fmt: skip
NO_FOLDER = Kind(
    "CUS-928", Severity.ERROR,
    "{what_zh}“{found}”不存在或不可写。请在“报关设置”里改正，或让管理员建好这个文件夹",
    "The {what_en} “{found}” does not exist or cannot be written. Correct it in the settings or create it",
)  # fmt: skip
NOT_AGAIN = Kind(
    "CUS-930", Severity.ERROR,
    "{what_zh}“{name}”现在是“{found}”，不能{action_zh}",
    "{what_en} “{name}” is “{found_en}”; it cannot be {action_en}",
)  # fmt: skip
IMPORT_IS_GONE = Kind(
    "CUS-926", Severity.ERROR,
    "要导入的文件已不在服务器上，或您已没有权限；没有导入任何内容，请重新上传",
    "The file to import is no longer on the server, or your rights have ended; nothing was imported. Upload it again",
)  # fmt: skip
