"""What can be wrong with a definition. CLS-001 … CLS-099 belong to the criteria language."""

from __future__ import annotations

from guanzhang.kernel.problem import Kind, Severity

_E, _W = Severity.ERROR, Severity.WARNING

# The shape of the JSON ---------------------------------------------------------------------------

NOT_AN_OBJECT = Kind(
    "CLS-001",
    _E,
    "这里应是一个对象 {{…}}，实为 {found}。",
    "Expected an object {{…}} here, found {found}.",
)
NOT_A_LIST = Kind(
    "CLS-002",
    _E,
    "这里应是一个列表 […]，实为 {found}。",
    "Expected a list […] here, found {found}.",
)
NOT_TEXT = Kind(
    "CLS-003",
    _E,
    "这里应是 {limit} 字以内的一行文本（数字也写在引号里），实为 {found}。",
    "Expected one line of text of at most {limit} characters (numbers are quoted too), "
    "found {found}.",
)
MISSING_FIELD = Kind(
    "CLS-004",
    _E,
    "缺少必填项“{name}”，请补上。",
    "The field “{name}” is missing; fill it in.",
)
UNKNOWN_FIELD = Kind(
    "CLS-005",
    _E,
    "这里不应有“{name}”，请删去或改正拼写。",
    "The field “{name}” does not belong here; remove it or correct its spelling.",
)
NO_SUCH_OPTION = Kind(
    "CLS-006",
    _E,
    "{found} 不是可选项，可选：{choices}。",
    "{found} is not an option; the options are {choices}.",
)
TOO_DEEP = Kind(
    "CLS-007",
    _E,
    "条件嵌套超过 {limit} 层，请拆开。",
    "The conditions nest deeper than {limit} levels; take them apart.",
)
TOO_LARGE = Kind(
    "CLS-008",
    _E,
    "条件共 {found} 个节点，最多 {limit} 个，请拆开。",
    "The condition has {found} nodes, at most {limit} are allowed; take it apart.",
)

# Facts and values --------------------------------------------------------------------------------

UNKNOWN_FACT = Kind(
    "CLS-010",
    _E,
    "没有指标“{fact}”，请另选指标。",
    "There is no fact “{fact}”; choose another.",
)
NOT_WINDOWED = Kind(
    "CLS-011",
    _E,
    "指标“{fact}”不分期间，请去掉期间 {window}。",
    "The fact “{fact}” has no windows; remove the window {window}.",
)
WRONG_OPERATOR = Kind(
    "CLS-012",
    _E,
    "指标“{fact}”不能用 {op} 比较，可用：{choices}。",
    "The fact “{fact}” cannot be compared with {op}; use one of {choices}.",
)
WRONG_VALUE_COUNT = Kind(
    "CLS-013",
    _E,
    "这种比较需要 {expected} 个值，实有 {found} 个。",
    "This comparison takes {expected} value(s), found {found}.",
)
NOT_A_NUMBER = Kind(
    "CLS-014",
    _E,
    "“{found}”不是数字，请写成 1234.5 的样子。",
    "“{found}” is not a number; write it like 1234.5.",
)
NOT_A_DATE = Kind(
    "CLS-015",
    _E,
    "“{found}”不是日期，请写成 2026-01-31 的样子。",
    "“{found}” is not a date; write it like 2026-01-31.",
)
NOT_DAYS = Kind(
    "CLS-016",
    _E,
    "“{found}”不是天数，应为 0 至 {limit} 的整数。",
    "“{found}” is not a number of days, a whole number from 0 to {limit}.",
)
NOT_A_FLAG = Kind(
    "CLS-017",
    _E,
    "“{found}”不是是或否，请写 true 或 false。",
    "“{found}” is neither yes nor no; write true or false.",
)
NOT_A_NODE = Kind(
    "CLS-018",
    _E,
    "“{found}”不是“{fact}”的代码，请从目录中选。",
    "“{found}” is not a code of “{fact}”; choose one from its list.",
)
BLANK_VALUE = Kind(
    "CLS-019",
    _E,
    "值是空的，请填写。",
    "The value is empty; fill it in.",
)
UNKNOWN_VALUE = Kind(
    "CLS-020",
    _E,
    "指标“{fact}”没有取值“{found}”，可选：{choices}。",
    "The fact “{fact}” has no value “{found}”; its values are {choices}.",
)
TOO_PRECISE = Kind(
    "CLS-021",
    _E,
    "{found} 的小数超过 {places} 位，请改写。",
    "{found} has more than {places} decimal(s); shorten it.",
)
OUT_OF_RANGE = Kind(
    "CLS-022",
    _E,
    "{found} 超出范围，应在 {low} 至 {high} 之间。",
    "{found} is out of range; it must lie between {low} and {high}.",
)
BOUNDS_REVERSED = Kind(
    "CLS-023",
    _E,
    "下限 {low} 大于上限 {high}，没有客户能符合，请对调。",
    "The lower bound {low} exceeds the upper bound {high}, so nobody fits; swap them.",
)
EMPTY_GROUP = Kind(
    "CLS-024",
    _E,
    "条件组是空的，请加入条件或删去此组。",
    "The group of conditions is empty; add a condition or remove the group.",
)
NEVER_HOLDS = Kind(
    "CLS-025",
    _W,
    "条件自相矛盾，没有客户能符合，请检查其中的界限。",
    "The condition contradicts itself and nobody can satisfy it; check its bounds.",
)
NOT_NUMERIC = Kind(
    "CLS-026",
    _E,
    "指标“{fact}”不是数值，不能分段，请选金额、数量或比率。",
    "The fact “{fact}” is not numeric and has no bands; choose an amount, number or ratio.",
)
NOT_NAMED = Kind(
    "CLS-027",
    _E,
    "指标“{fact}”没有可归类的取值，请选选项、行业地区、是否或文本类的指标。",
    "The fact “{fact}” has no values to divide by; choose an option, tree, yes/no or text fact.",
)

# Classes -----------------------------------------------------------------------------------------

NO_CLASSES = Kind(
    "CLS-030",
    _E,
    "还没有类别，请至少设一个。",
    "There are no classes yet; define at least one.",
)
DUPLICATE_CLASS = Kind(
    "CLS-031",
    _E,
    "类别“{found}”重复，编码和名称都不能相同。",
    "The class “{found}” appears twice; codes and names must differ.",
)
UNKNOWN_CLASS = Kind(
    "CLS-032",
    _E,
    "没有类别“{found}”，请从已设类别中选：{choices}。",
    "There is no class “{found}”; choose one of {choices}.",
)
UNUSED_CLASS = Kind(
    "CLS-033",
    _W,
    "类别“{found}”没有任何标准会用到，请使用或删去。",
    "Nothing ever leads to the class “{found}”; use it or remove it.",
)
BAD_CLASS_CODE = Kind(
    "CLS-034",
    _E,
    "类别编码“{found}”不合规定，应为 1–30 位字母、数字、- 或 _。",
    "The class code “{found}” is not made of 1–30 letters, digits, - or _.",
)
BAD_NAME = Kind(
    "CLS-035",
    _E,
    "名称“{found}”不合规定，应为 1–{limit} 个字。",
    "The name “{found}” is not 1–{limit} characters long.",
)
BAD_COLOUR = Kind(
    "CLS-036",
    _E,
    "颜色 {found} 不在色板中，应为 0–6 的整数。",
    "The colour {found} is not in the palette; it must be a whole number from 0 to 6.",
)
CLASSES_NOT_WANTED = Kind(
    "CLS-037",
    _E,
    "每个取值各成一类时，类别由取值得出，请清空类别表。",
    "When each value is a class, the classes come from the values; empty the list of classes.",
)

# By attribute ------------------------------------------------------------------------------------

EMPTY_MAP = Kind(
    "CLS-040",
    _E,
    "还没有任何取值归类，请至少加一条。",
    "No value leads to a class yet; add at least one entry.",
)
MAPPED_TWICE = Kind(
    "CLS-041",
    _E,
    "取值“{found}”已由第 {earlier} 条归类，这里不会生效，请删去或调整顺序。",
    "The value “{found}” is already taken by entry {earlier}; remove it here or reorder.",
)
VALUES_LEFT_OUT = Kind(
    "CLS-042",
    _W,
    "有的取值没有归类（{values}），这些客户将显示无数据；请归类，或设“其余”的类别。",
    "Some values lead to no class ({values}) and will show as unknown; map them or set “else”.",
)
UNKNOWN_LEVEL = Kind(
    "CLS-043",
    _E,
    "指标“{fact}”没有层级“{found}”，可选：{choices}。",
    "The fact “{fact}” has no level “{found}”; choose one of {choices}.",
)

# By bands ----------------------------------------------------------------------------------------

NOT_DESCENDING = Kind(
    "CLS-050",
    _E,
    "界限 {found} 应小于前一个界限 {earlier}，请从大到小排列。",
    "The cut {found} must be less than {earlier} before it; order them from high to low.",
)
NOT_ASCENDING = Kind(
    "CLS-051",
    _E,
    "界限 {found} 应大于前一个界限 {earlier}，请从小到大排列。",
    "The cut {found} must be greater than {earlier} before it; order them from low to high.",
)
WRONG_BAND_COUNT = Kind(
    "CLS-052",
    _E,
    "{cuts} 个界限分出 {expected} 段，却列了 {found} 段。",
    "{cuts} cut(s) make {expected} bands, but {found} are listed.",
)
CUTS_NOT_WANTED = Kind(
    "CLS-053",
    _E,
    "按名次等分不需要界限，请清空。",
    "Equal parts by rank take no cuts; empty them.",
)
BAD_BAND_COUNT = Kind(
    "CLS-054",
    _E,
    "应分 2 至 {limit} 段，现有 {found} 段。",
    "Between 2 and {limit} bands are needed, found {found}.",
)

# By rules ----------------------------------------------------------------------------------------

NO_RULES = Kind(
    "CLS-060",
    _E,
    "还没有规则，请至少加一条。",
    "There are no rules yet; add at least one.",
)
UNREACHABLE = Kind(
    "CLS-061",
    _E,
    "这一条不会生效：符合它的客户都已被第 {earlier} 条取走，请调整顺序或删去。",
    "This entry never applies: entry {earlier} takes all who satisfy it; reorder or remove it.",
)

# By score ----------------------------------------------------------------------------------------

NO_ITEMS = Kind(
    "CLS-070",
    _E,
    "还没有评分项，请至少加一项。",
    "There is nothing to score yet; add at least one item.",
)
WEIGHTS_NOT_100 = Kind(
    "CLS-071",
    _E,
    "权重合计 {found}，应为 100，请调整。",
    "The weights sum to {found}, not to 100; adjust them.",
)
DUPLICATE_ITEM = Kind(
    "CLS-072",
    _E,
    "评分项“{found}”重名，请改名。",
    "The item “{found}” appears twice; rename one.",
)
POINTS_ALL_EQUAL = Kind(
    "CLS-073",
    _W,
    "这一项总是 {points} 分，分不出客户，请检查分值。",
    "This item always gives {points} points and tells no customers apart; check its points.",
)
