"""Import transactions. Key: source, document number and line number; a second import is an update."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from guanzhang.exchange.domain import problems as kinds
from guanzhang.exchange.domain.cells import LARGEST, Value, divided_half_up, unscaled
from guanzhang.exchange.spec import UNCHANGED, Add, Outcome, Refusal, Row, Run, Update
from guanzhang.kernel.codes import check_usc_code
from guanzhang.kernel.problem import Problem
from guanzhang.org.queries import book
from guanzhang.parties.checks import RATE_NOT_POSITIVE, RATE_OF_BOOK_CURRENCY
from guanzhang.parties.imports_shared import AT_ONCE, Customers, default_owner, derive
from guanzhang.parties.models import Party, Transaction
from guanzhang.storage import bulk
from guanzhang.storage.bulk import chunks

ONE = 1_000_000  # an exchange rate of 1, in six places
KEY = ("source", "document_no", "line_no")
GIVEN = (
    "traded_on", "direction", "product_code", "product_name", "quantity", "unit", "unit_price",
    "currency", "amount", "exchange_rate", "country",
)  # fmt: skip
COLUMNS = ("party_id", *GIVEN, "book_amount")
_BLANK = dict.fromkeys(("direction", "product_code", "product_name", "unit", "country"), "")
Key = tuple[Value, Value, Value]


class TransactionImporter:
    """One run over a file of transactions, built for millions of rows."""

    model = Transaction
    columns = ("book_id", "batch_id", *KEY, *COLUMNS)

    def __init__(self, run: Run) -> None:
        self.run = run
        self.at = run.positions
        self.customers = Customers(run.actor)
        self.currency = book(run.book_id).currency
        self.creates = run.options.get("create_customers", False)
        self.counted = "line_no" not in run.mapped
        self.customer_at = self.at["customer"]
        self.key_at = tuple(self.at[name] for name in KEY)
        self.given_at = tuple(self.at[name] for name in GIVEN)
        self.kept = [i for i, name in enumerate(GIVEN) if name not in run.mapped]
        self.seen: dict[Key, int] = {}
        self.sources: dict[Value, bool] = {}  # whether the book has transactions of this source
        self.created: set[str] = set()

    def resolve(self, rows: Sequence[Row]) -> list[Outcome]:
        at = self.at["customer"]
        self.customers.learn({str(values[at]) for _number, values in rows})
        existing = self._existing(rows)
        return [self._one(row, existing) for row in rows]

    def prepare(self, rows: Sequence[Row]) -> None:
        """Create the customers these rows name and the book lacks."""
        if not self.creates:
            return
        at, name_at = self.at["customer"], self.at["customer_name"]
        wanted = {str(v[at]): str(v[name_at] or "") for _number, v in reversed(rows)}
        self.customers.learn(wanted)
        missing = [key for key in wanted if self.customers.find(key) is None]
        owner_id, department_id = default_owner(self.run.actor)
        stamps = (self.run.book_id, self.run.batch_id, self.run.now, self.run.now, "import")
        bulk.insert_plain(
            Party,
            _PARTY,
            [
                (
                    *stamps,
                    key,
                    wanted[key] or f"客户 {key}",
                    _usc_code(key),
                    owner_id,
                    department_id,
                )
                for key in missing
            ],
        )
        self.customers.forget(missing)
        self.customers.learn(missing)
        self.created.update(missing)

    def finish(self, _updated: Sequence[int]) -> None:
        created = Party.objects.filter(book_id=self.run.book_id, batch_id=self.run.batch_id)
        derive(created.values_list("pk", flat=True))

    def facts(self) -> dict[str, Any]:
        return {"customers": len(self.created)} if self.creates else {}

    def _existing(self, rows: Sequence[Row]) -> dict[Key, tuple[Any, ...]]:
        """The book's transactions of the documents in these rows, by key."""
        documents: dict[Value, set[str]] = {}
        source_at, document_at, _line = self.key_at
        for _number, values in rows:
            if self._has(values[source_at]):
                documents.setdefault(values[source_at], set()).add(str(values[document_at]))
        found: dict[Key, tuple[Any, ...]] = {}
        mine = Transaction.objects.filter(book_id=self.run.book_id).exclude(
            batch_id=self.run.batch_id
        )
        for source, numbers in documents.items():
            for part in chunks(sorted(numbers), AT_ONCE):
                rows_found = mine.filter(source=source, document_no__in=part)
                for record in bulk.plain_rows(rows_found, ("id", *KEY, *COLUMNS)):
                    found[record[1:4]] = record
        self.customers.hide({record[4] for record in found.values()})
        return found

    def _has(self, source: Value) -> bool:
        known = self.sources.get(source)
        if known is None:
            mine = Transaction.objects.filter(book_id=self.run.book_id, source=source)
            known = self.sources[source] = mine.exclude(batch_id=self.run.batch_id).exists()
        return known

    def _one(self, row: Row, existing: dict[Key, tuple[Any, ...]]) -> Outcome:
        number, values = row
        a, b, c = self.key_at
        key = (values[a], values[b], values[c])
        old = existing.get(key)
        customer = str(values[self.customer_at])
        party = self.customers.find(customer)
        problem = self._whose(number, key, customer, party, old)
        if problem is not None:
            return Refusal((problem,))
        given = [values[i] for i in self.given_at]
        if old is not None:
            given = self._kept(given, old)
        computed = self._computed(given)
        if isinstance(computed, Problem):
            return Refusal((computed,))
        if party is None:
            self.created.add(customer)
        if old is None:
            return Add((self.run.book_id, self.run.batch_id, *key, party, *given, computed))
        new = (party, *given, computed)
        if new == old[4:]:
            return UNCHANGED
        changed = [i for i, value in enumerate(new) if value != old[4 + i]]
        before = {COLUMNS[i]: old[4 + i] for i in changed}
        return Update(old[0], before, {COLUMNS[i]: new[i] for i in changed})

    def _whose(
        self,
        number: int,
        key: Key,
        customer: str,
        party: int | None,
        old: tuple[Any, ...] | None,
    ) -> Problem | None:
        """Whether the customer exists and is the actor's, and the line stands in the file only once."""
        if party is None and not self.creates:
            return kinds.CUSTOMER_NOT_FOUND.at("customer", found=customer)
        if party in self.customers.hidden:
            return kinds.OUT_OF_SCOPE.at("customer", found=customer)
        if not self.counted and self.seen.setdefault(key, number) != number:
            found = f"{key[1]} 第 {key[2]} 行"
            return kinds.DUPLICATE_ROW.at("document_no", row=self.seen[key], found=found)
        if old is not None and old[4] in self.customers.hidden:
            return kinds.OUT_OF_SCOPE.at("document_no", found=key[1])
        return None

    def _kept(self, given: list[Value], old: tuple[Any, ...]) -> list[Value]:
        """An update leaves alone what the file does not say: columns it lacks, cells it leaves empty."""
        for i in self.kept:
            given[i] = old[5 + i]
        if not self.run.options.get("blank_clears", False):
            for i, value in enumerate(given):
                if value is None:
                    given[i] = old[5 + i]
        return given

    def _computed(self, given: list[Value]) -> int | Problem:
        """Complete ``given`` in place; returns the amount in the book's currency."""
        for i in _TEXT_AT:
            if given[i] is None:
                given[i] = ""
        currency, amount, rate = given[_CURRENCY], given[_AMOUNT], given[_RATE]
        if rate is None:
            if currency != self.currency:
                return kinds.RATE_MISSING.at(
                    "exchange_rate", found=currency, expected=self.currency
                )
            rate = given[_RATE] = ONE
        assert isinstance(amount, int)
        assert isinstance(rate, int)
        if rate == ONE:
            return amount
        if rate <= 0:
            return RATE_NOT_POSITIVE.at("exchange_rate", found=unscaled(rate, 6))
        if currency == self.currency:
            facts = {"currency": currency, "found": unscaled(rate, 6)}
            return RATE_OF_BOOK_CURRENCY.at("exchange_rate", **facts)
        result = divided_half_up(amount * rate, ONE)
        if abs(result) > LARGEST:
            return kinds.OUT_OF_RANGE.at(
                "amount", field="本位币金额", found=unscaled(result, 4)
            )
        return result


_TEXT_AT = tuple(i for i, name in enumerate(GIVEN) if name in _BLANK)
_CURRENCY, _AMOUNT, _RATE = (GIVEN.index(n) for n in ("currency", "amount", "exchange_rate"))
_PARTY = (
    "book_id", "batch_id", "created_at", "updated_at", "source", "code", "name", "usc_code",
    "owner_id", "department_id",
)  # fmt: skip


def _usc_code(key: str) -> str:
    """A customer known only by his credit code is on file with it."""
    return key if len(key) == 18 and not check_usc_code(key) else ""
