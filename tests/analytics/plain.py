"""Snapshots from plain rows, without a database: what the tests of compile and engine stand on."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from guanzhang.analytics.domain.meaning import Customer, Service, Trade
from guanzhang.analytics.engine import connect
from guanzhang.analytics.snapshots import RAW, Written, write_files


@dataclass
class Plain:
    """Customers by id, with the tables they would be in a database."""

    customers: dict[int, Customer]
    tags: dict[int, list[str]] = field(default_factory=dict)

    def tables(self) -> dict[str, list[tuple]]:
        parties, trades, services = [], [], []
        for pk, customer in self.customers.items():
            get = customer.profile.get
            staff = get("staff_count")
            parties.append((
                pk, f"C{pk}", get("kind"), get("industry") or "", get("region") or "",
                get("scale") or "", None if staff is None else staff // 10_000,
                get("annual_revenue"), get("registered_capital"), customer.established_on,
                get("customs_credit") or "", get("customs_kind") or "", get("source") or "",
                "{}", 7, None, True, "active",
            ))  # fmt: skip
            trades += [
                (pk, "file", t.document, t.traded_on, t.direction, t.product, "", t.amount)
                for t in customer.trades
            ]
            services += [
                (
                    pk, s.kind, _moment(s.happened_on),
                    "再联系" if s.needs_closing and s.kind != "complaint" else "", None,
                    s.closed_on and _moment(s.closed_on),
                )
                for s in customer.services
            ]  # fmt: skip
        names = sorted({name for tags in self.tags.values() for name in tags})
        return {
            "raw_parties": parties,
            "raw_transactions": [(i, *row) for i, row in enumerate(trades, 1)],
            "raw_service": services,
            "raw_tags": list(enumerate(names, 1)),
            "raw_tag_parties": [
                (names.index(n) + 1, pk) for pk, tags in self.tags.items() for n in tags
            ],
        }

    def write(self, folder: Path, custom=()) -> Written:
        folder.mkdir(parents=True, exist_ok=True)
        connection = connect(folder / "spill", threads=1)
        for name, rows in self.tables().items():
            columns = RAW[name].columns
            types = ", ".join(f"{c} {t}" for c, t in columns.items())
            connection.execute(f"CREATE TABLE {name} ({types})")
            if rows:
                marks = ", ".join("?" * len(columns))
                connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        written = write_files(connection, folder, custom)
        connection.close()
        return written


def _moment(day: dt.date) -> dt.datetime:
    """23:30 on ``day`` in Shanghai, as the database keeps it: in UTC."""
    return dt.datetime.combine(day, dt.time(15, 30))


def customer(*trades: tuple, services=(), established_on=None, **profile) -> Customer:
    """``customer(("A1", "2026-01-05", 100_0000, "import", "茶"), …)``: amounts × 10⁴."""
    lines = tuple(Trade(t[0], dt.date.fromisoformat(t[1]), *t[2:]) for t in trades)
    kept = tuple(Service(dt.date.fromisoformat(s[0]), *s[1:]) for s in services)
    return Customer(profile, established_on, lines, kept)
