"""What can be wrong with a file, a mapping, a cell, a row or a batch: every Kind of the import."""

from __future__ import annotations

from guanzhang.kernel.problem import Kind, Severity

# ---- the file as a whole
EMPTY_FILE = Kind(
    "EXC-001",
    Severity.ERROR,
    "文件是空的（0 字节或没有任何单元格）。请选择有内容的文件。",
    "The file is empty (0 bytes or no cell at all). Choose a file with content.",
)
HEADER_ONLY = Kind(
    "EXC-002",
    Severity.ERROR,
    "“{found}”只有表头，没有数据行。请在表头下面填写数据后再上传。",
    "“{found}” has a header but no rows. Fill in rows below the header and upload again.",
)
UNKNOWN_FORMAT = Kind(
    "EXC-003",
    Severity.ERROR,
    "“{found}”不是可导入的文件：只接受 .xlsx、.csv 和 .csv.gz，且内容须与扩展名一致。",
    "“{found}” cannot be imported: only .xlsx, .csv and .csv.gz are accepted, and the content must "
    "match the extension.",
)
OLD_WORKBOOK = Kind(
    "EXC-004",
    Severity.ERROR,
    "“{found}”是旧版 .xls 或加了密码的工作簿。请用 Excel 或 WPS 去掉密码，另存为 .xlsx 后再上传。",
    "“{found}” is an old .xls or a password-protected workbook. Remove the password, save it as "
    ".xlsx and upload again.",
)
MACRO_WORKBOOK = Kind(
    "EXC-005",
    Severity.ERROR,
    "“{found}”含有宏，不接受。请另存为不含宏的 .xlsx 后再上传。",
    "“{found}” holds macros and is not accepted. Save it as .xlsx without macros and upload again.",
)
BROKEN_WORKBOOK = Kind(
    "EXC-006",
    Severity.ERROR,
    "工作簿“{found}”已损坏，无法打开（{why}）。请用 Excel 或 WPS 打开后重新另存为 .xlsx。",
    "The workbook “{found}” is damaged and cannot be opened ({why}). Open it in Excel or WPS and save "
    "it again as .xlsx.",
)
TOO_LARGE = Kind(
    "EXC-007",
    Severity.ERROR,
    "文件太大：{what}为 {found}，上限是 {expected}。请拆成几个文件，或另存为 CSV。",
    "The file is too large: {what} is {found}, the limit is {expected}. Split it, or save it as CSV.",
)
EXTERNAL_LINKS = Kind(
    "EXC-008",
    Severity.ERROR,
    "工作簿引用了其他文件（外部链接 {found} 处），不接受。请在“数据 → 编辑链接”中断开链接后再上传。",
    "The workbook refers to other files ({found} external links) and is not accepted. Break the links "
    "under Data → Edit Links and upload again.",
)
UNDECODABLE = Kind(
    "EXC-009",
    Severity.ERROR,
    "认不出文件的文字编码：第 {row} 行附近既不是 UTF-8，也不是 GB18030（GBK）。请另存为“CSV UTF-8”后再上传。",
    "The text encoding is not recognised: near line {row} the file is neither UTF-8 nor GB18030 (GBK). "
    "Save it as “CSV UTF-8” and upload again.",
)
BROKEN_CSV = Kind(
    "EXC-010",
    Severity.ERROR,
    "第 {row} 行附近的 CSV 不完整（{why}），多半是引号没有配对。请检查这一行的引号后再上传。",
    "The CSV is broken near line {row} ({why}), most likely an unpaired quotation mark. Check the "
    "quotation marks of that line and upload again.",
)
BROKEN_ARCHIVE = Kind(
    "EXC-011",
    Severity.ERROR,
    "压缩文件“{found}”不完整，解不开（{why}）。请重新压缩或直接上传 CSV。",
    "The archive “{found}” is incomplete and cannot be unpacked ({why}). Compress it again or upload the "
    "CSV itself.",
)
LIMIT_REACHED = Kind(
    "EXC-012",
    Severity.ERROR,
    "读取“{found}”时超出了内存或时间限额，已停止。请拆成几个文件，或另存为 CSV 后再上传。",
    "Reading “{found}” exceeded the limits of memory or time and was stopped. Split it, or save it as CSV "
    "and upload again.",
)
NO_SHEET = Kind(
    "EXC-013",
    Severity.ERROR,
    "工作簿里没有名为“{found}”的工作表；现有：{expected}。请重新选择。",
    "The workbook has no sheet “{found}”; it has {expected}. Choose again.",
)

# ---- the mapping
UNKNOWN_COLUMN = Kind(
    "EXC-020",
    Severity.ERROR,
    "文件里没有名为“{found}”的列；现有：{expected}。请重新选择对应的列。",
    "The file has no column “{found}”; it has {expected}. Choose another column.",
)
FIELD_NOT_MAPPED = Kind(
    "EXC-021",
    Severity.ERROR,
    "必填字段“{found}”没有对应的列。请选择一列，或填写一个固定值。",
    "The required field “{found}” has no column. Choose a column or give a fixed value.",
)
UNKNOWN_FIELD = Kind(
    "EXC-022",
    Severity.ERROR,
    "对应方案中的字段“{found}”不存在；可用字段：{expected}。",
    "The mapping names a field “{found}” that does not exist; there are {expected}.",
)
BAD_CONSTANT = Kind(
    "EXC-023",
    Severity.ERROR,
    "字段“{field}”的固定值“{found}”不可用：{why}",
    "The fixed value “{found}” of the field “{field}” cannot be used: {why}",
)
BAD_MAPPING = Kind(
    "EXC-024",
    Severity.ERROR,
    "对应方案读不懂：{why}。请按说明书中的 JSON 格式修改，或在页面上重新对应。",
    "The mapping cannot be read: {why}. Correct the JSON as the manual describes, or map the columns on "
    "the page.",
)
UNKNOWN_OPTION = Kind(
    "EXC-025",
    Severity.ERROR,
    "没有“{found}”这个导入选项；可用：{expected}。",
    "There is no import option “{found}”; there are {expected}.",
)

# ---- one cell
REQUIRED = Kind(
    "EXC-030",
    Severity.ERROR,
    "{field}必填，此格为空。",
    "{field} is required; the cell is empty.",
)
TOO_LONG = Kind(
    "EXC-031",
    Severity.ERROR,
    "{field}最多 {expected} 个字，现有 {found} 个字。请缩短。",
    "{field} holds at most {expected} characters; there are {found}. Shorten it.",
)
NOT_A_NUMBER = Kind(
    "EXC-032",
    Severity.ERROR,
    "{field}应为数字，如 1234.50，现为“{found}”。请只写数字，不写单位和货币符号。",
    "{field} must be a number such as 1234.50; found “{found}”. Write digits only, without unit or currency "
    "sign.",
)
TOO_MANY_PLACES = Kind(
    "EXC-033",
    Severity.ERROR,
    "{field}最多 {expected} 位小数，现为“{found}”。请先按规定舍入。",
    "{field} holds at most {expected} decimal places; found “{found}”. Round it first.",
)
OUT_OF_RANGE = Kind(
    "EXC-034",
    Severity.ERROR,
    "{field}“{found}”超出可保存的范围。请核对位数。",
    "{field} “{found}” is too large to be kept. Check the digits.",
)
NOT_AN_INTEGER = Kind(
    "EXC-035",
    Severity.ERROR,
    "{field}应为整数，现为“{found}”。",
    "{field} must be a whole number; found “{found}”.",
)
NOT_A_DATE = Kind(
    "EXC-036",
    Severity.ERROR,
    "{field}应为日期，如 2026-11-23，现为“{found}”。请核对年月日是否存在。",
    "{field} must be a date such as 2026-11-23; found “{found}”. Check that the day exists.",
)
AMBIGUOUS_DATE = Kind(
    "EXC-037",
    Severity.ERROR,
    "{field}“{found}”分不清日在前还是月在前。请在“对应列”中选择日期写法。",
    "{field} “{found}” may be day-month or month-day. Choose how dates are written under “Columns”.",
)
NOT_A_CHOICE = Kind(
    "EXC-038",
    Severity.ERROR,
    "{field}没有“{found}”这一项。可填：{expected}。",
    "{field} has no item “{found}”. Possible: {expected}.",
)
NOT_A_FLAG = Kind(
    "EXC-039",
    Severity.ERROR,
    "{field}应填 是 或 否，现为“{found}”。",
    "{field} must be yes or no; found “{found}”.",
)
EXCEL_ERROR = Kind(
    "EXC-040",
    Severity.ERROR,
    "{field}这一格是 Excel 错误值 {found}。请在 Excel 中改正公式或直接填值。",
    "{field} holds the Excel error {found}. Correct the formula in Excel or type the value.",
)
NO_CACHED_VALUE = Kind(
    "EXC-041",
    Severity.ERROR,
    "{field}这一格是公式，但文件里没有保存计算结果。请用 Excel 打开、保存后再上传，或直接填值。",
    "{field} is a formula whose result is not stored in the file. Open and save it in Excel, or type the "
    "value.",
)
PRECISION_LOST = Kind(
    "EXC-042",
    Severity.ERROR,
    "{field}以数字形式保存且超过 15 位（{found}），Excel 已丢失末尾几位。请把该列设为文本格式后重新填写。",
    "{field} is stored as a number of more than 15 digits ({found}); Excel has lost the last ones. Format "
    "the column as text and type it again.",
)
CONTROL_CHARACTER = Kind(
    "EXC-043",
    Severity.ERROR,
    "{field}含有不可见的控制字符（第 {position} 个字符）。请重新输入这一格。",
    "{field} holds an invisible control character (character {position}). Type the cell again.",
)
NOT_RECOGNISED = Kind(
    "EXC-044",
    Severity.ERROR,
    "{field}认不出“{found}”。应为：{expected}。",
    "{field} does not recognise “{found}”. Expected: {expected}.",
)
TOO_MANY_CELLS = Kind(
    "EXC-045",
    Severity.ERROR,
    "这一行有 {found} 格，表头只有 {expected} 列，整行可能错位。请检查未加引号的分隔符。",
    "This row has {found} cells but the header has {expected} columns; the row may be shifted. Look for "
    "unquoted delimiters.",
)
LOOKS_LIKE_FORMULA = Kind(
    "EXC-050",
    Severity.NOTE,
    "{field}“{found}”看起来像公式，已按文字原样导入，不会计算。",
    "{field} “{found}” looks like a formula; it is imported as plain text and never calculated.",
)
CACHED_FORMULA = Kind(
    "EXC-051",
    Severity.NOTE,
    "{field}这一格是公式，已取文件中保存的计算结果“{found}”。",
    "{field} is a formula; the stored result “{found}” is taken.",
)

# ---- one row against the others and against the book
NO_KEY = Kind(
    "EXC-060",
    Severity.ERROR,
    "这一行没有可识别记录的{expected}，仅凭名称不能判定是谁。请补上其中一项。",
    "The row has no {expected} to identify the record; a name alone does not. Fill in one of them.",
)
DUPLICATE_ROW = Kind(
    "EXC-061",
    Severity.ERROR,
    "与第 {row} 行重复（{found}）。请只保留一行。",
    "Duplicates row {row} ({found}). Keep only one of them.",
)
CUSTOMER_NOT_FOUND = Kind(
    "EXC-062",
    Severity.ERROR,
    "客户“{found}”不存在。请先导入客户，或勾选“自动新建客户”。",
    "There is no customer “{found}”. Import the customers first, or tick “create customers”.",
)
RATE_MISSING = Kind(
    "EXC-063",
    Severity.ERROR,
    "币制 {found} 不是本位币 {expected}，须有汇率。请对应汇率列或填写固定汇率。",
    "The currency {found} is not the book's {expected}, so a rate is needed. Map a rate column or give a "
    "fixed rate.",
)
OUT_OF_SCOPE = Kind(
    "EXC-064",
    Severity.ERROR,
    "“{found}”不在您的数据范围内，不能由您导入。请联系负责人或管理员。",
    "“{found}” is outside your data scope; you cannot import it. Ask its owner or an administrator.",
)
TAKEN = Kind(
    "EXC-065",
    Severity.ERROR,
    "{field}“{found}”已属于 {expected}。请核对是否同一客户。",
    "{field} “{found}” already belongs to {expected}. Check whether they are the same customer.",
)
PRIMARY_TAKEN = Kind(
    "EXC-066",
    Severity.ERROR,
    "该客户已有主要联系人“{found}”，只能有一位。请把这一格改为 否，或先在客户页面更换主要联系人。",
    "The customer already has the primary contact “{found}”; there can be only one. Write no here, or change "
    "the primary contact on the customer's page first.",
)

# ---- the batch
CHANGED_SINCE = Kind(
    "EXC-070",
    Severity.ERROR,
    "检查之后账套里的数据有变化：试算为 {expected}，现在是 {found}。什么都没有写入，请重新检查后再提交。",
    "The book has changed since the check: the dry run said {expected}, now it is {found}. Nothing was "
    "written; check again, then commit.",
)
STAGING_LOST = Kind(
    "EXC-071",
    Severity.ERROR,
    "批次 {found} 的检查结果不完整或已被清理。请重新检查。",
    "The results of the check of batch {found} are incomplete or gone. Check again.",
)
WRONG_STATE = Kind(
    "EXC-072",
    Severity.ERROR,
    "批次 {batch} 现在是“{found}”，不能{wanted}。",
    "Batch {batch} is “{found}” now and cannot be used for this: {wanted}.",
)
UNDO_BLOCKED = Kind(
    "EXC-073",
    Severity.ERROR,
    "{found} 被后来的数据引用：{why}。请先处理这些数据，再撤销导入。",
    "Later data depends on {found}: {why}. Deal with it first, then undo the import.",
)
UNDO_CHANGED = Kind(
    "EXC-074",
    Severity.ERROR,
    "{found} 在导入之后又被修改（{why}），撤销会丢失后来的修改。请先处理，再撤销导入。",
    "{found} was changed after the import ({why}); undoing would lose that change. Deal with it first, then "
    "undo the import.",
)
FILE_CHANGED = Kind(
    "EXC-075",
    Severity.ERROR,
    "批次 {found} 保存的原文件缺失或与上传时不一致。请重新上传。",
    "The stored file of batch {found} is missing or differs from what was uploaded. Upload it again.",
)
USER_GONE = Kind(
    "EXC-076",
    Severity.ERROR,
    "发起导入的用户已停用或没有权限，作业没有执行。请由有权限的用户重新发起。",
    "The user who started the import is disabled or has no right any more; the job did not run. Start it "
    "again as a user with the right.",
)
MISSING_IN_CELL = Kind(
    "EXC-077",
    Severity.ERROR,
    "位置“{found}”不在这批数据里。请从错误清单中选择一格。",
    "There is no cell “{found}” in this batch. Choose a cell from the list of problems.",
)
