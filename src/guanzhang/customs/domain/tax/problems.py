"""What a tax sheet may have to say: what it does not know, and what it assumed.

What another check also finds (a missing price, an unknown code) is only a note here.
"""

from __future__ import annotations

from guanzhang.kernel.problem import Kind, Severity

LAW = "关税法(2024)"
PRACTICE = "通行做法，未见原文"
WARNING, NOTE = Severity.WARNING, Severity.NOTE

PRICE = Kind(
    "CUS-851", NOTE,
    "第{line}项没有总价或币制，算不出计税价格。请填写总价和币制。",
    "Line {line} has no total or no currency; its duty value cannot be computed. Enter both.",
    f"{LAW} 第二十四条、第二十九条",
)  # fmt: skip
EXCHANGE = Kind(
    "CUS-852", WARNING,
    "没有 {month} 的 {currency} 计征汇率。请在“计征汇率”中录入并复核后再算。",
    "There is no assessment rate of {currency} for {month}. Enter it and have it approved.",
    f"{LAW} 第六十条",
)  # fmt: skip
TERMS = Kind(
    "CUS-853", NOTE,
    "成交方式“{found}”不能推出计税价格。请改用 CIF、C&F、FOB、C&I 或 EXW，或人工确定价格。",
    "The price terms “{found}” do not lead to a duty value. Use CIF, C&F, FOB, C&I or EXW.",
    "海关总署公告2019年第18号",
)  # fmt: skip
FREIGHT = Kind(
    "CUS-854", NOTE,
    "成交方式为 {terms}，计税价格须{sign}运费，但运费没有填写（或填写不全）。请填写运费。",
    "With {terms} the freight belongs to the duty value ({sign}), but it is missing or incomplete.",
    f"{LAW} 第二十四条、第二十九条",
)  # fmt: skip
INSURANCE_ASSUMED = Kind(
    "CUS-855", NOTE,
    "成交方式为 {terms}，保费没有填写：按货价加运费的 {rate} 估算。运费与保费合并填报时，实际税款会略低。",
    "With {terms} the insurance is missing: {rate} of price and freight is assumed. "
    "If one amount covers both, the real tax is slightly lower.",
    PRACTICE,
)  # fmt: skip
GROSS_WEIGHT = Kind(
    "CUS-856", NOTE,
    "运费按每吨单价填报，但没有毛重，算不出运费。请填写毛重。",
    "The freight is a price per tonne, but the gross weight is missing. Enter it.",
    "海关总署公告2019年第18号 第二十八条",
)  # fmt: skip
LINE_WEIGHTS = Kind(
    "CUS-857", NOTE,
    "要求按重量分摊运费，但第{line}项没有以重量计的数量：已改为按货值分摊。",
    "Freight was to be apportioned by weight, but line {line} has no quantity in a unit of weight: "
    "it was apportioned by value.",
    PRACTICE,
)  # fmt: skip
NO_TARIFF = Kind(
    "CUS-858", NOTE,
    "税则中没有商品编号 {found}（第{line}项），税率未知。请核对编号，或先导入税则。",
    "The tariff has no code {found} (line {line}); its rates are unknown. Check the code.",
    f"{LAW} 第九条",
)  # fmt: skip
NO_RATE = Kind(
    "CUS-859", WARNING,
    "第{line}项（{code}）应适用{column}，但税则中没有这一税率。请查官方税则后补录。",
    "Line {line} ({code}) takes the {column}, but the tariff at hand does not hold it. "
    "Look it up in the official tariff.",
    f"{LAW} 第十条",
)  # fmt: skip
NO_ORIGIN = Kind(
    "CUS-860", NOTE,
    "第{line}项没有原产国，选不了税率。请填写原产国；确实不明的填 ZZZ。",
    "Line {line} has no country of origin; no rate can be chosen. Enter it, or ZZZ if unknown.",
    f"{LAW} 第十二条",
)  # fmt: skip
ORIGIN_STATUS = Kind(
    "CUS-861", WARNING,
    "第{line}项原产地 {name}（{origin}）不在最惠国待遇名单内，是否适用最惠国税率未知："
    "最惠国 {mfn}，普通 {general}。请查税则说明确认。",
    "Line {line}: whether goods of {name} ({origin}) take the MFN rate is not known: "
    "MFN {mfn}, general {general}. Confirm it in the notes of the tariff.",
    f"{LAW} 第十二条",
)  # fmt: skip
AGREEMENT_RATE = Kind(
    "CUS-862", WARNING,
    "第{line}项申明享受协定 {agreement}，但税则中 {code} 没有该协定的税率：按未享受计算。请核对。",
    "Line {line} claims agreement {agreement}, but the tariff holds no such rate for {code}: "
    "computed without it.",
    f"{LAW} 第十二条第二款",
)  # fmt: skip
AGREEMENT_MEMBER = Kind(
    "CUS-863", WARNING,
    "第{line}项申明享受协定 {agreement}，但原产地 {origin} 不是该协定的成员：按未享受计算。请核对原产地和协定代码。",
    "Line {line} claims agreement {agreement}, but {origin} is not a member of it: "
    "computed without it. Check origin and agreement.",
    f"{LAW} 第十二条第二款",
)  # fmt: skip
AGREEMENT_LINE = Kind(
    "CUS-864", WARNING,
    "随附单证有原产地证明（{number}），但没有一项商品与它对应：按未享受协定税率计算。请填写单证商品对应关系。",
    "There is an origin document ({number}), but no line of goods refers to it: computed without "
    "the agreement rate. Enter which lines it covers.",
    "海关总署公告2021年第34号",
)  # fmt: skip
QUOTA = Kind(
    "CUS-865", WARNING,
    "第{line}项编号 {code} 是关税配额内税号，但没有关税配额证明（t）。没有证明的应归入配额外税号。",
    "Line {line}: {code} is a within-quota code, but there is no tariff-quota certificate (t). "
    "Without one the out-of-quota code applies.",
    f"{LAW} 第十四条",
)  # fmt: skip
EXPORTER = Kind(
    "CUS-866", WARNING,
    "第{line}项涉及{kind}（{source}），税率按生产商、出口商分别规定，没有与境外收发货人“{name}”相符的。请查公告确定税率。",
    "Line {line} is subject to {kind} ({source}) with rates by exporter; none is for “{name}”. "
    "Look the rate up in the announcement.",
    f"{LAW} 第十六条",
)  # fmt: skip
PROOF = Kind(
    "CUS-867", NOTE,
    "第{line}项商品对原产于 {origins} 的有贸易措施，本项申报原产于 {origin}。请备好原产地证明；"
    "不能证明的，按关税法第十九条从高适用税率。",
    "There are trade measures on such goods of {origins}; line {line} declares {origin}. Keep proof of "
    "origin ready: without it the highest rate applies (art. 19).",
    f"{LAW} 第十九条",
)  # fmt: skip
UNIT = Kind(
    "CUS-868", NOTE,
    "第{line}项按{unit}从量计征{tax}，但没有以{unit}计的数量。请填写该单位的法定数量。",
    "Line {line}: {tax} is charged per {unit}, but there is no quantity in that unit.",
    f"{LAW} 第二十三条",
)  # fmt: skip
MODE_BLANK = Kind(
    "CUS-869", NOTE,
    "第{line}项没有填写征免方式：按照章征税试算。",
    "Line {line} has no duty treatment: computed as fully taxed.",
)  # fmt: skip
MODE_UNKNOWN = Kind(
    "CUS-870", WARNING,
    "第{line}项征免方式为“{mode}”，应缴税款由征免税证明或征免性质（{levy}）的规定决定，本表算不出。请按证明人工确定。",
    "Line {line}: with the treatment “{mode}” a certificate or the rules of {levy} decide what is "
    "payable; the sheet cannot. Determine it by the certificate.",
    "征免方式代码表",
)  # fmt: skip
EXEMPT_REST = Kind(
    "CUS-871", WARNING,
    "第{line}项全免：关税和增值税不征；{taxes} {amount} 元是否也免，取决于批准文件，本表按免征列示。请核对批准文件。",
    "Line {line} is exempt from duty and VAT; whether {taxes} of {amount} CNY is waived too depends on "
    "the approval. The sheet shows it as waived.",
    PRACTICE,
)  # fmt: skip
HALVED = Kind(
    "CUS-872", NOTE,
    "第{line}项折半：关税和增值税减半，消费税及贸易措施照征（通行做法，未见原文）。",
    "Line {line} is halved: half the duty and VAT, consumption tax and trade measures in full "
    "(practice; no official text was read).",
    PRACTICE,
)  # fmt: skip
NO_VAT = Kind(
    "CUS-873", WARNING,
    "税则中 {code}（第{line}项）没有增值税率，算不出增值税。请查明是 13% 还是 9%。",
    "The tariff holds no VAT rate for {code} (line {line}). Find out whether it is 13 % or 9 %.",
    "增值税法(2024) 第十条",
)  # fmt: skip
PARAMETER = Kind(
    "CUS-874", WARNING,
    "没有 {on} 有效的参数“{key}”，{effect}。请在参考数据中补录。",
    "There is no parameter “{key}” for {on}: {effect_en}. Add it to the reference data.",
)  # fmt: skip
CONSUMPTION_BASE = Kind(
    "CUS-875", NOTE,
    "第{line}项同时有反倾销税或反补贴税和消费税：消费税的组成计税价格不含反倾销税、反补贴税（未见原文）。",
    "Line {line} bears a trade remedy and consumption tax: the composed price leaves the remedy out "
    "(no official text was read).",
    "消费税暂行条例(2008) 第九条",
)  # fmt: skip
CALENDAR = Kind(
    "CUS-876", WARNING,
    "{what}在 {day} 前后，已知的工作日历只到 {until}：不知道是否逢休息日顺延。请补录工作日历。",
    "{what_en} is about {day}, but the known calendar ends on {until}: nobody knows whether a rest "
    "day moves it. Add the calendar.",
)  # fmt: skip
ISSUED = Kind(
    "CUS-877", WARNING,
    "{declared} 在 2024-12-01 前：缴款期限自填发税款缴款书之日起算，请填写填发日期。",
    "{declared} is before 2024-12-01: the 15 days count from the payment document. Enter its date.",
    "海关法(2021) 第六十条",
)  # fmt: skip
REPAIR = Kind(
    "CUS-879", NOTE,
    "修理物品复运进境：计税价格只含境外修理费和料件费，不加运费和保费（原条例第二十五条，现行规定未见原文）。",
    "Goods back from repair abroad: the value is repair fee and materials, without freight and insurance.",
    "进出口关税条例(2017) 第二十五条（已废止）",
)  # fmt: skip
UNPROVEN = Kind(
    "CUS-880", WARNING,
    "第{line}项原产地未能证明，且该商品有贸易措施：按关税法第十九条，适用 {chosen}。",
    "Line {line}: its origin is not proven and there are trade measures on such goods: art. 19 applies {chosen}.",
    f"{LAW} 第十九条",
)  # fmt: skip
COMPARE = Kind(
    "CUS-881", WARNING,
    "第{line}项须在 {first} 与 {second} 中从低适用，但缺数量或汇率，比不出高低。",
    "Line {line} takes the lower of {first} and {second}, but a quantity or exchange rate is missing.",
    f"{LAW} 第十三条",
)  # fmt: skip
CHARGE = Kind(
    "CUS-882", NOTE,
    "{what}填写不全（标志“{mark}”），计税价格算不出。请填写标志、金额和币制。",
    "{what_en} is incomplete (mark “{mark}”); no value can be computed. Enter mark, amount and currency.",
    "海关总署公告2019年第18号 第二十八至三十条",
)  # fmt: skip
INTEREST = Kind(
    "CUS-885", NOTE,
    "监管方式 {mode} 为保税货物内销，除税款外还要征收缓税利息：税款×活期存款利率×天数÷360，本表不含利息。",
    "Mode {mode} sells bonded goods at home: deferral interest comes on top "
    "(tax × demand-deposit rate × days ÷ 360) and is not in this sheet.",
    f"{LAW} 第三十六条",
)  # fmt: skip
