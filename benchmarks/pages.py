"""Pages at a million customers: list, filters, search, card, home; p50 and p95 of whole requests.

    python -m benchmarks pages [--rows 1000000] [--lines 2000000] [--keep]

The book of the search benchmark, with lines of trade for its customers and three schemes recorded.
Requests go through the whole stack (middleware, templates) with Django's test client, one client,
warm, as the controller who sees everybody and as a sales person who sees some hundreds.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.staticfiles.management.commands import collectstatic
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from benchmarks import search  # sets Django up
from guanzhang.classification.services import install_starter_schemes, run_schemes
from guanzhang.kernel.actor import system_actor
from guanzhang.org import queries as org
from guanzhang.org import services
from guanzhang.parties.models import Party, Transaction
from guanzhang.storage.bulk import chunks, insert_plain

SCHEMES = ("GRADE", "ABC", "LIFECYCLE")
REQUESTS = 60


def load_trade(book_id: int, rows: int, lines: int) -> None:
    """Lines of trade over two years, a few customers with most of them; then three schemes recorded."""
    draw = random.Random(11)
    first = Party.objects.filter(book_id=book_id).order_by("pk").values_list("pk", flat=True)[0]
    columns = (
        "book_id", "party_id", "source", "document_no", "line_no", "traded_on", "direction",
        "product_code", "amount", "book_amount", "exchange_rate",
    )  # fmt: skip

    def line(i: int) -> tuple[object, ...]:
        party = first + int(rows * draw.random() ** 3)
        day = (
            f"{draw.choice((2025, 2026))}-{draw.randrange(1, 12):02}-{draw.randrange(1, 29):02}"
        )
        amount = draw.randrange(10_000, 50_000_000)
        return (
            book_id, party, "bench", f"D{i // 2}", i % 2 + 1, day, draw.choice(("import", "export")),
            f"{draw.randrange(100):04}", amount, amount, 1_000_000,
        )  # fmt: skip

    started = time.perf_counter()
    with transaction.atomic():
        for part in chunks(map(line, range(lines)), 20_000):
            insert_plain(Transaction, columns, part)
    written = time.perf_counter()
    actor = system_actor(book_id)
    install_starter_schemes(actor, now=timezone.now())
    run_schemes(actor, as_of=timezone.localdate(), now=timezone.now(), codes=SCHEMES)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(
        f"{lines:,} lines written in {written - started:.0f} s; snapshot and {len(SCHEMES)} schemes "
        f"recorded in {time.perf_counter() - written:.0f} s"
    )


def signed_in(book_id: int, username: str, role: str) -> Client:
    book = org.book(book_id)
    user = org.people(book_id).filter(username=username).first() or services.create_user(
        system_actor(book_id), username=username, name=username, password="晴天-Trade-7251",
        roles={role: ""}, department=None, now=timezone.now(),
    )  # fmt: skip
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["book_id"] = book.pk
    session.save()
    services.open_session(
        user, session.session_key or "", ip="127.0.0.1", agent="bench", now=timezone.now()
    )
    return client


def measure(client: Client, address: Callable[[], str]) -> tuple[float, float]:
    """p50 and p95 in milliseconds of fresh requests."""
    times = []
    for i in range(REQUESTS + 3):
        url = address()
        started = time.perf_counter()
        response = client.get(url)
        body = b"".join(response) if response.streaming else response.content
        took = time.perf_counter() - started
        assert response.status_code == 200, (url, response.status_code, body[:300])
        if i >= 3:
            times.append(took * 1000)
    ordered = sorted(times)
    return statistics.median(ordered), ordered[int(len(ordered) * 0.95)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--lines", type=int, default=2_000_000)
    parser.add_argument("--keep", action="store_true")
    args = parser.parse_args()
    settings.ALLOWED_HOSTS = ["testserver"]
    collectstatic.Command().run_from_argv(
        ["", "collectstatic", "--noinput", "--verbosity", "0"]
    )
    book = org.the_book("M1") if args.keep else None
    book_id = book.pk if book else search.load(args.rows)
    if not Transaction.objects.filter(book_id=book_id).exists():
        load_trade(book_id, args.rows, args.lines)
    draw = random.Random(3)
    queries = search.samples()
    everybody = list(
        Party.objects.filter(book_id=book_id, pk__lte=50_000).values_list("pk", flat=True)
    )
    own = list(
        Party.objects.filter(book_id=book_id, owner__username="seller").values_list(
            "pk", flat=True
        )
    )
    pages: dict[str, Callable[[], str]] = {
        "home": lambda: "/",
        "list": lambda: "/customers/",
        "list by name": lambda: "/customers/?sort=name",
        "list, grade A, by amount": lambda: "/customers/?f.grade=A&sort=-amount_12m",
        "list, amount ≥ 500,000": lambda: "/customers/?f.amount_12m=>=500000",
        **{
            f"list, search: {kind}": (lambda texts=texts: f"/customers/?q={draw.choice(texts)}")
            for kind, texts in queries.items()
        },
        "transactions": lambda: "/transactions/",
        "schemes": lambda: "/classification/",
    }
    print("| page | everybody p50 / p95 ms | own customers p50 / p95 ms |\n|---|---|---|")
    controller = signed_in(book_id, "controller", "controller")
    seller = signed_in(book_id, "seller", "sales")
    for name, address in pages.items():
        a, b = measure(controller, address), measure(seller, address)
        print(f"| {name} | {a[0]:.0f} / {a[1]:.0f} | {b[0]:.0f} / {b[1]:.0f} |", flush=True)
    cards = {"card": "/customers/{}/", "card: classes and reasons": "/classification/party/{}/"}
    for name, pattern in cards.items():
        a = measure(controller, lambda pattern=pattern: pattern.format(draw.choice(everybody)))
        b = measure(seller, lambda pattern=pattern: pattern.format(draw.choice(own)))
        print(f"| {name} | {a[0]:.0f} / {a[1]:.0f} | {b[0]:.0f} / {b[1]:.0f} |", flush=True)


if __name__ == "__main__":
    main()
