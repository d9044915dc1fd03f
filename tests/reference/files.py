"""Files of reference data as people have them: csv bytes, whole tariffs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from guanzhang.exchange import files, reading
from guanzhang.reference import shipped
from guanzhang.reference.columns import columns_of
from guanzhang.reference.services import Heading, Loaded, load_file

NAMES = ("改良种用动物", "冷冻的牛肉", "不锈钢管材", "集成电路", "棉制针织服装", "其他化工产品")


def csv_bytes(
    header: Sequence[str], rows: Iterable[Sequence[str]], encoding: str = "utf-8"
) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def file_of(kind: str, rows: Sequence[Mapping[str, str]], table: str = "", **how: str) -> bytes:
    """Rows by column key under the Chinese header of the template."""
    fields = columns_of(kind, table)
    lines = ([row.get(f.key, "") for f in fields] for row in rows)
    return csv_bytes([f.label for f in fields], lines, **how)


def load(actor, heading: Heading, data: bytes, now, name: str = "税则.csv") -> Loaded:
    """Store and load a file at once, as the job does."""
    stored = files.store([data])
    facts = reading.inspect(stored.path, name, files.sheets_folder(stored.sha256))
    return load_file(actor, heading, name, stored.sha256, facts, now=now)


def whole_tariff(lines: int, extra: Iterable[Mapping[str, str]] = ()) -> list[dict[str, str]]:
    """A tariff of so many invented lines: ten-digit codes, two or three to each eight digits."""
    rows = [
        {
            "hs_code": f"{i // 1000 % 60 + 10:02}{i // 2 % 500:03}{i // 1000 % 10}00{i % 2 + 1}0"[
                :10
            ],
            "name_zh": f"{NAMES[i % len(NAMES)]}{i:05}",
            "unit1": "035",
            "unit2": "011" if i // 2 % 3 == 0 else "",
            "mfn_rate": str(i // 2 % 26),
            "general_rate": str(i // 2 % 26 + 40),
            "provisional_rate": "3" if i % 7 == 0 else "",
            "agreement_rates": "01=5;14=0" if i % 3 == 0 else "",
            "export_rebate_rate": "13" if i % 2 else "9",
            "vat_rate": "13",
            "supervision_conditions": "AB" if i % 5 == 0 else "",
            "inspection_category": "M/N" if i % 5 == 0 else "",
            "elements": "品牌类型;出口享惠情况;用途;品牌;型号",
        }
        for i in range(lines)
    ]
    return [*rows, *(dict(row) for row in extra)]


def demo_rows() -> list[dict[str, str]]:
    return shipped.rows_in("demo_tariff")
