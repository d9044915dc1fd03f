"""Receipts in: each stored once, applied once, and in any order to the same end."""

from __future__ import annotations

import datetime as dt
import os
import threading
from itertools import count, permutations
from pathlib import Path
from random import Random

import pytest
from django.db import connection
from django.http import Http404
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanzhang.customs.domain.archive import packed
from guanzhang.customs.domain.receipts import CHINA
from guanzhang.customs.domain.states import Action
from guanzhang.customs.domain.xml import read_message
from guanzhang.customs.models import Declaration, Message, Receipt, Settings
from guanzhang.customs.services.applying import apply_receipts, match_receipt
from guanzhang.customs.services.declarations import create_declaration
from guanzhang.customs.services.receiving import receive, receive_archive, take_receipts
from guanzhang.customs.services.sending import send
from guanzhang.customs.services.steps import record_step
from guanzhang.kernel.problem import Refused
from guanzhang.trail.models import Event as Announced
from guanzhang.work.models import Notice

SAMPLE = Path(__file__).parents[2] / "data/customs/import_declaration.xml"
ENTRY = "530420261000000077"
SEQ = "I20260000000000077"
DAY = dt.datetime(2026, 11, 23, 11, 0, tzinfo=CHINA)


CLIENT = "YF20260302000007"


def technical(ok: bool = True, client: str = CLIENT, note: str = "", seq: str = SEQ) -> bytes:
    return (
        f"<DecImportResponse><ResponseCode>{0 if ok else 1}</ResponseCode><ErrorMessage>{note}"
        f"</ErrorMessage><ClientSeqNo>{client}</ClientSeqNo><SeqNo>{seq}</SeqNo></DecImportResponse>"
    ).encode()


def business(channel: str, seconds: int = 0, *, entry: str = ENTRY, note: str = "", seq: str = SEQ) -> bytes:  # fmt: skip
    at = (DAY + dt.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    return (
        f"<DEC_RESULT><CUS_CIQ_NO>{seq}</CUS_CIQ_NO><ENTRY_ID>{entry}</ENTRY_ID>"
        f"<NOTICE_DATE>{at}</NOTICE_DATE><CHANNEL>{channel}</CHANNEL><NOTE>{note}</NOTE>"
        "<CUSTOM_MASTER>5304</CUSTOM_MASTER><D_DATE>2026-11-23</D_DATE></DEC_RESULT>"
    ).encode()


def send_one(cast, now, *, client: str = CLIENT, seq: str = SEQ) -> Declaration:
    """A sent declaration; ``seq`` is what the Single Window would have told of it before."""
    document = read_message(SAMPLE.read_bytes()).document
    document["DecSign"]["ClientSeqNo"] = client
    actor = cast.actor("declarant")
    row = create_declaration(actor, direction="I", party_id=None, document=document, now=now)
    Declaration.objects.filter(pk=row.pk).update(
        state="approved", approved_sha256=row.sha256, seq_no=seq
    )
    send(actor, row.pk, now=now)
    row.refresh_from_db()
    return row


@pytest.fixture
def sent(cast, now) -> Declaration:
    return send_one(cast, now)


def take(row: Declaration, *contents: bytes, at: dt.datetime) -> Declaration:
    for number, content in enumerate(contents):
        receive(row.book_id, f"r{number}.xml", content, now=at)
        apply_receipts(row.book_id, now=at)
    row.refresh_from_db()
    return row


def trail(row: Declaration) -> list[tuple[str, str, str]]:
    events = row.events.exclude(receipt=None).order_by("pk")
    return list(events.values_list("action", "before", "after"))


def announced(row: Declaration) -> list[str]:
    events = Announced.objects.filter(kind__startswith="customs.").order_by("pk")
    mine = [e.kind for e in events if e.payload["declaration_id"] == row.pk]
    return [kind for kind in mine if kind != "customs.DeclarationSent"]


def test_the_usual_way(cast, sent, now):
    row = take(
        sent, technical(), business("L", 1, note="入库成功！"), business("J", 8),
        business("P", 3600), business("R", 86400), at=now,
    )  # fmt: skip
    assert trail(row) == [
        ("stored", "sending", "stored"),
        ("L", "stored", "accepted"),
        ("J", "accepted", "examined"),
        ("P", "examined", "released"),
        ("R", "released", "closed"),
    ]
    assert (row.state, row.seq_no, row.entry_no) == ("closed", SEQ, ENTRY)
    assert (row.declared_on, row.released_on, row.closed_on) == (
        dt.date(2026, 11, 23),
        dt.date(2026, 11, 23),
        dt.date(2026, 11, 24),
    )
    assert set(row.receipts.values_list("state", flat=True)) == {"applied"}
    assert Message.objects.get().state == "taken"
    assert announced(sent) == [
        "customs.DeclarationAccepted",
        "customs.DeclarationReleased",
        "customs.DeclarationClosed",
    ]
    notices = Notice.objects.filter(user_id=row.owner_id).values_list("text", flat=True)
    assert list(notices) == [f"报关单 {row.number} 已放行"]
    accepted = row.revisions.get(step="accepted")
    assert accepted.document == row.revisions.get(step="sent").document


def outcome(row: Declaration) -> tuple:
    row.refresh_from_db()
    return (
        row.state, row.declared_on, row.released_on, row.closed_on, row.reject_count,
        sorted(row.events.exclude(receipt=None).values_list("action", "at")),
        sorted(announced(row)),
    )  # fmt: skip


TRAIL = [("stored", 0), ("L", 1), ("J", 8), ("P", 60), ("R", 60)]


def contents_of(trail: list[tuple[str, int]], number: int) -> list[bytes]:
    """The receipts of declaration ``number`` of a test; without its own numbers nothing matches."""
    seq, entry, client = f"I2026{number:013}", f"5304{number:014}", f"YF{number:016}"
    return [
        technical(client=client, seq=seq)
        if channel == "stored"
        else business(channel, seconds, seq=seq, entry=entry)
        for channel, seconds in trail
    ]


def test_every_order_of_arrival_ends_alike(cast, now):
    ends = []
    for number, order in enumerate(list(permutations(TRAIL))[::7]):
        row = send_one(cast, now, client=f"YF{number:016}", seq="")
        take(row, *contents_of(list(order), number), at=now)
        ends.append(outcome(row))
    assert len(ends) == 18
    assert ends[0][0] == "closed"
    assert all(end == ends[0] for end in ends)


NUMBERS = count(1000)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    picks=st.lists(
        st.tuples(st.sampled_from("LEHJTCKPRDM"), st.integers(0, 3)),
        min_size=2, max_size=6, unique=True,
    ),
    seed=st.integers(0, 1000),
)  # fmt: skip
def test_any_trail_in_any_order_ends_alike(cast, now, picks, seed):
    chance = Random(seed)
    trail = [("stored", 0), *picks]
    first, second = next(NUMBERS), next(NUMBERS)
    straight = send_one(cast, now, client=f"YF{first:016}", seq="")
    take(straight, *contents_of(trail, first), at=now)
    mixed = send_one(cast, now, client=f"YF{second:016}", seq="")
    contents = contents_of(trail, second)
    shuffled = [*contents, *chance.sample(contents, k=2)]
    chance.shuffle(shuffled)
    for number, content in enumerate(shuffled):  # one by one, or several in one round
        receive(mixed.book_id, f"x{number}.xml", content, now=now)
        if chance.random() < 0.5:
            apply_receipts(mixed.book_id, now=now)
    apply_receipts(mixed.book_id, now=now)
    assert outcome(mixed) == outcome(straight)


def test_a_receipt_in_the_old_encoding(sent, now):
    text = '<?xml version="1.0" encoding="GBK"?>' + business("L", 1, note="入库").decode()
    row = take(sent, text.encode("gbk"), at=now)
    assert (row.state, row.declared_on) == ("accepted", dt.date(2026, 11, 23))
    assert Receipt.objects.get().note == "入库"


def test_a_late_receipt_is_only_recorded(sent, now):
    row = take(sent, business("R", 90), business("P", 60), business("L", 1), at=now)
    assert row.state == "closed"
    assert [(r.channel, r.state) for r in row.receipts.order_by("pk")] == [
        ("R", "applied"),
        ("P", "late"),
        ("L", "late"),
    ]
    assert trail(row)[1:] == [("P", "closed", "closed"), ("L", "closed", "closed")]
    assert row.released_on == dt.date(2026, 11, 23)
    assert "customs.DeclarationReleased" in announced(sent)
    assert Notice.objects.filter(text__contains="放行").count() == 0


def test_the_same_receipt_twice_is_stored_and_applied_once(sent, now):
    take(sent, business("L", 1), at=now)
    again = receive(sent.book_id, "another name.xml", business("L", 1), now=now)
    assert not again.is_new
    assert again.rows[0].state == "applied"
    apply_receipts(sent.book_id, now=now)
    assert Receipt.objects.count() == 1
    assert len(trail(sent)) == 1
    assert announced(sent) == ["customs.DeclarationAccepted"]


def test_an_edited_receipt_is_kept_and_named_and_changes_nothing(sent, now):
    take(sent, business("L", 1), business("C", 5, note="查验"), at=now)
    before = outcome(sent)
    edited = receive(sent.book_id, "r9.xml", business("C", 5, note="免于查验"), now=now)
    apply_receipts(sent.book_id, now=now)
    receipt = Receipt.objects.get(pk=edited.rows[0].pk)
    assert receipt.state == "late"
    assert "内容不同" in receipt.problem
    assert "r1.xml" in receipt.problem
    assert outcome(sent) == before
    # the same words in another wrapping are a copy
    copy = b"<DEC_DATA>" + business("C", 5, note="查验") + b"</DEC_DATA>"
    row = receive(sent.book_id, "copy.xml", copy, now=now).rows[0]
    apply_receipts(sent.book_id, now=now)
    row.refresh_from_db()
    assert (row.state, row.problem) == ("late", "与“r1.xml”内容相同，不重复处理")
    assert outcome(sent) == before


def test_a_receipt_with_another_entry_number_is_not_believed(sent, now):
    take(sent, business("L", 1), at=now)
    take(sent, business("P", 9, entry="530420261000000099"), at=now)
    receipt = Receipt.objects.get(channel="P")
    assert (receipt.state, receipt.declaration_id) == ("unmatched", None)
    assert "530420261000000099" in receipt.problem
    assert ENTRY in receipt.problem
    sent.refresh_from_db()
    assert (sent.state, sent.entry_no) == ("accepted", ENTRY)


def test_rejected_corrected_and_sent_again(cast, sent, now, later):
    actor = cast.actor("declarant")
    row = take(sent, technical(), business("L", 1), business("E", 5, note="税号有误"), at=now)
    assert (row.state, row.reject_count) == ("rejected", 1)
    texts = Notice.objects.filter(user_id=row.owner_id).values_list("text", flat=True)
    assert list(texts) == [f"报关单 {row.number} 被海关退单：税号有误"]
    record_step(actor, row.pk, Action.REOPEN, now=later)
    # what still comes of the first round moves nothing
    row = take(row, business("H", 3), at=later)
    assert row.state == "draft"
    Declaration.objects.filter(pk=row.pk).update(state="approved", approved_sha256=row.sha256)
    send(actor, row.pk, now=later)
    row = take(row, business("C", 4), at=later)
    assert row.state == "sending"
    new = "530420261000000088"
    row = take(row, business("L", 7200, entry=new), business("P", 7300, entry=new), at=later)
    assert (row.state, row.entry_no, row.reject_count) == ("released", new, 1)
    assert announced(sent).count("customs.DeclarationAccepted") == 2


def test_a_message_that_was_not_taken(cast, sent, now):
    message = Message.objects.get()
    name = f"Failed_{message.name}_20261123110000.xml"
    receive(sent.book_id, name, technical(ok=False, client="", note="商品编号不存在"), now=now)
    apply_receipts(sent.book_id, now=now)
    message.refresh_from_db()
    sent.refresh_from_db()
    assert (message.state, message.error) == ("failed", "商品编号不存在")
    assert sent.state == "sending"
    assert Notice.objects.filter(text__contains="没有被接收：商品编号不存在").count() == 1
    # the client tried again by itself; success stands, whatever comes after it
    take(sent, technical(), at=now)
    receive(sent.book_id, name, technical(ok=False, client="", note="重复"), now=now)
    apply_receipts(sent.book_id, now=now)
    message.refresh_from_db()
    sent.refresh_from_db()
    assert (message.state, sent.state) == ("taken", "stored")


def test_tax_inspection_and_what_people_note(cast, sent, now):
    row = take(sent, business("L", 1), business("T", 5, note="税单 1 份"), at=now)
    assert row.state == "tax_due"
    record_step(
        cast.actor("declarant"), row.pk, Action.PAY_TAX, now=DAY + dt.timedelta(hours=1)
    )
    row = take(row, business("J", 3), at=now)  # late
    assert row.state == "tax_paid"
    row = take(row, business("P", 9000), at=now)
    assert row.state == "released"
    texts = Notice.objects.filter(user_id=row.owner_id).values_list("text", flat=True)
    assert list(texts) == [
        f"报关单 {row.number} 需要缴纳税费：税单 1 份",
        f"报关单 {row.number} 已放行",
    ]


def test_unmatched_receipts_wait_and_are_matched_later(cast, sent, now):
    Declaration.objects.filter(pk=sent.pk).update(seq_no="")
    receive(sent.book_id, "p.xml", business("P", 60), now=now)  # no number is known yet
    assert apply_receipts(sent.book_id, now=now).unmatched == 1
    assert Receipt.objects.get().state == "unmatched"
    take(sent, technical(), at=now)  # brings the sequence number
    apply_receipts(sent.book_id, now=now)
    sent.refresh_from_db()
    assert (sent.state, sent.entry_no) == ("released", ENTRY)
    assert not Receipt.objects.filter(state="unmatched").exists()


def test_a_person_matches_a_receipt(cast, sent, now):
    stray = business("L", 1, seq="I20260000000000001")
    receipt = receive(sent.book_id, "s.xml", stray, now=now).rows[0]
    apply_receipts(sent.book_id, now=now)
    for who in ("sales", "accountant", "stranger"):
        with pytest.raises(Http404):
            match_receipt(cast.actor(who), receipt.pk, sent.pk, now=now)
    found = match_receipt(cast.actor("declarant"), receipt.pk, sent.pk, now=now)
    sent.refresh_from_db()
    assert (found.state, sent.state) == ("applied", "accepted")
    with pytest.raises(Refused) as caught:
        match_receipt(cast.actor("declarant"), receipt.pk, sent.pk, now=now)
    assert caught.value.problems[0].kind.code == "CUS-930"
    wrong = receive(sent.book_id, "w.xml", business("P", 9, entry="9" * 18), now=now).rows[0]
    apply_receipts(sent.book_id, now=now)
    with pytest.raises(Refused) as caught:
        match_receipt(cast.actor("declarant"), wrong.pk, sent.pk, now=now)
    assert caught.value.problems[0].kind.code == "CUS-925"


def test_receipts_of_another_book_touch_nothing(cast, sent, now):
    receive(cast.other_book.pk, "l.xml", business("L", 1), now=now)
    receive(cast.other_book.pk, "t.xml", technical(), now=now)
    assert apply_receipts(cast.other_book.pk, now=now).unmatched == 2
    sent.refresh_from_db()
    assert sent.state == "sending"


def test_several_results_in_one_file(sent, now):
    both = b"<DEC_DATA>" + business("L", 1) + business("J", 8) + b"</DEC_DATA>"
    row = take(sent, both, at=now)
    assert row.state == "examined"
    assert Receipt.objects.count() == 2
    assert not receive(sent.book_id, "again.xml", both, now=now).is_new
    assert Receipt.objects.count() == 2


def test_an_unreadable_receipt_is_kept_for_people(cast, now):
    for bad in (b"<DEC_RESULT><CHANNEL>", b"\x00\xff\xfe", b""):
        assert receive(cast.book.pk, "bad.xml", bad, now=now).problem
    rows = Receipt.objects.all()
    assert {row.state for row in rows} == {"unreadable"}
    assert all(row.problem for row in rows)
    apply_receipts(cast.book.pk, now=now)
    assert rows.filter(state="unreadable").count() == 3


def test_what_is_about_something_else_is_only_kept(cast, now):
    text = "<ImportAgrResponse><ResponseInfo><ResponseCode>1</ResponseCode></ResponseInfo><ConsignNo>20260000000000077</ConsignNo></ImportAgrResponse>"
    receive(cast.book.pk, "a.xml", text.encode(), now=now)
    assert apply_receipts(cast.book.pk, now=now).unmatched == 0
    row = Receipt.objects.get()
    assert (row.kind, row.state) == ("agreement", "late")
    assert "20260000000000077" in row.problem


def test_an_archive_of_receipts(sent, now):
    data = packed({"1.xml": business("L", 1), "../2.xml": b"x", "3.xml": b"<a", "4.txt": b""})
    results = list(receive_archive(sent.book_id, data, now=now))
    codes = [each.problem.kind.code if each.problem else "" for each in results]
    assert codes == ["", "CUS-919", "CUS-901"]
    assert apply_receipts(sent.book_id, now=now).applied == 1


# -- the inbox -------------------------------------------------------------------------------


@pytest.fixture
def inbox(cast, tmp_path) -> Path:
    folder = tmp_path / "InBox"
    folder.mkdir()
    Settings.objects.create(book=cast.book, inbox=str(folder))
    return folder


def drop(folder: Path, name: str, data: bytes, age: float = 60) -> Path:
    path = folder / name
    path.write_bytes(data)
    stamp = timezone.now().timestamp() - age
    os.utime(path, (stamp, stamp))
    return path


def below(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_the_inbox_is_read_archived_and_cleaned(sent, inbox):
    drop(inbox, "1.xml", business("L", 1))
    drop(inbox, "2.xml", b"<broken")
    drop(inbox, "3.zip", packed({"a.xml": business("J", 8), "b.xml": business("P", 60)}))
    drop(inbox, "4.xml", business("L", 1))  # the same as 1
    drop(inbox, "5.zip", packed({"a.xml": business("R", 90)})[:-30])
    drop(inbox, "6.xml.tmp", business("R", 90))
    drop(inbox, "7.xml.temp", business("R", 90))
    drop(inbox, "8.xml", business("R", 90), age=0)  # still growing
    now = timezone.now()
    result = take_receipts(now)
    assert (result.taken, result.known, result.unreadable, result.missing) == (2, 1, 2, ())
    day = timezone.localtime(now).strftime("%Y-%m-%d")
    assert below(inbox) == [
        "6.xml.tmp",
        "7.xml.temp",
        "8.xml",
        f"archive/{day}/1.xml",
        f"archive/{day}/3.zip",
        f"archive/{day}/4.xml",
        f"quarantine/{day}/2.xml",
        f"quarantine/{day}/5.zip",
    ]
    apply_receipts(sent.book_id, now=now)
    sent.refresh_from_db()
    assert sent.state == "released"
    unreadable = Receipt.objects.filter(state="unreadable").order_by("name")
    assert [(r.name, r.problem[:2]) for r in unreadable] == [("2.xml", "XM"), ("5.zip", "ZI")]
    drop(inbox, "1.xml", business("L", 1))
    take_receipts(now)
    assert f"archive/{day}/1-2.xml" in below(inbox)


def test_a_crash_between_storing_and_moving_reads_a_file_again_without_harm(sent, inbox):
    path = drop(inbox, "1.xml", business("L", 1))
    receive(
        sent.book_id, path.name, path.read_bytes(), now=timezone.now()
    )  # … and then it died
    result = take_receipts(timezone.now())
    assert (result.taken, result.known) == (0, 1)
    assert Receipt.objects.count() == 1
    assert not path.exists()


def test_a_file_that_cannot_be_moved_is_taken_once(sent, inbox):
    path = drop(inbox, "1.xml", business("L", 1))
    (inbox / "archive").write_text("a file where the folder should be")
    assert take_receipts(timezone.now()).taken == 1
    assert take_receipts(timezone.now()).known == 1
    assert path.exists()


def test_a_missing_inbox_is_told(sent, inbox):
    inbox.rmdir()
    assert take_receipts(timezone.now()).missing == (str(inbox),)


def test_links_and_folders_in_the_inbox_are_left_alone(sent, inbox, tmp_path):
    secret = tmp_path / "secret.xml"
    secret.write_bytes(business("L", 1))
    (inbox / "link.xml").symlink_to(secret)
    (inbox / "folder.xml").mkdir()
    assert take_receipts(timezone.now()).taken == 0
    assert secret.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_inbox(sent, inbox):
    contents = [business(c, s) for c, s in (("L", 1), ("J", 8), ("T", 20), ("C", 30), ("P", 60), ("R", 90))]  # fmt: skip
    for number, content in enumerate(contents):
        drop(inbox, f"{number}.xml", content)
    failures: list[BaseException] = []
    start = threading.Barrier(2)

    def work() -> None:
        try:
            start.wait()
            take_receipts(timezone.now())
            apply_receipts(sent.book_id, now=timezone.now())
        except BaseException as error:  # noqa: BLE001 - shown by the assert below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    apply_receipts(sent.book_id, now=timezone.now())
    sent.refresh_from_db()
    assert sent.state == "closed"
    assert Receipt.objects.count() == len(contents)
    assert sent.events.exclude(receipt=None).count() == len(contents)
    assert len(set(sent.events.exclude(receipt=None).values_list("receipt_id"))) == len(
        contents
    )
    assert announced(sent).count("customs.DeclarationReleased") == 1
    assert len([p for p in below(inbox) if p.startswith("archive")]) == len(contents)
