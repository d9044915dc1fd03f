"""The pages of classification as a person uses them: from a new scheme to the reasons of one customer."""

import datetime as dt
import html
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

import guanzhang.classification
from guanzhang.classification import queries, services
from guanzhang.classification.models import Membership, Scheme, SchemeVersion
from guanzhang.classification.views.words import editor_words
from guanzhang.kernel.actor import system_actor
from guanzhang.org.domain.policy import POLICY, Role, Scope
from guanzhang.parties.models import Party, Transaction
from guanzhang.work.models import Job

STATIC = Path(guanzhang.classification.__file__).parent / "static" / "classification"
RULES = {
    "kind": "rules",
    "window": "12m",
    "classes": [
        {"code": "A", "name": "A 核心", "colour": 1, "meaning": ""},
        {"code": "B", "name": "B 重点", "colour": 2, "meaning": ""},
        {"code": "C", "name": "C 普通", "colour": 3, "meaning": ""},
    ],
    "body": {
        "rules": [
            {
                "when": {
                    "all": [
                        {"fact": "amount", "op": ">=", "value": "50000"},
                        {"some": [
                            {"fact": "region", "op": "within", "values": ["330200"]},
                            {"not": {"fact": "frequency", "op": "<", "value": "2"}},
                        ]},
                    ]
                },
                "class": "A",
            },
            {"when": {"fact": "amount", "op": ">=", "value": "10000"}, "class": "B"},
        ],
        "default": "C",
    },
}  # fmt: skip


def party(cast, code, owner, amounts=(), region="330206"):
    now = timezone.now()
    made = Party.objects.create(
        book=cast.book, code=code, name=f"客户{code}", sort_key=code, region=region,
        owner=cast.users[owner], department_id=cast.actor(owner).department_id,
        created_at=now, updated_at=now,
    )  # fmt: skip
    for number, amount in enumerate(amounts):
        Transaction.objects.create(
            book=cast.book, party=made, source="test", document_no=f"{code}-{number}",
            traded_on=timezone.localdate() - dt.timedelta(days=number + 1),
            amount=Decimal(amount), book_amount=Decimal(amount),
        )  # fmt: skip
    return made


@pytest.fixture
def customers(cast):
    """甲 has P1 (large, 宁波) and P2; 丙 has P3 (large, two orders, 杭州) and P4 without trade."""
    return [
        party(cast, "P1", "sales", [60000]),
        party(cast, "P2", "sales", [12000]),
        party(cast, "P3", "colleague", [40000, 20000], region="330100"),
        party(cast, "P4", "colleague"),
    ]


def post_json(client, url, **body):
    return client.post(url, json.dumps(body), content_type="application/json")


@pytest.fixture
def drafted(cast):
    """A scheme with a draft and nothing published."""
    return services.create_scheme(
        cast.actor("accountant"), code="LEVEL", name="等级", description="谁重要？",
        definition=RULES, now=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def published(cast, customers, drafted):
    """The scheme, tried and in force from today."""
    actor, draft = cast.actor("admin"), queries.draft_of(drafted)
    services.run_trial(actor, draft.pk, now=timezone.now())
    services.publish_version(
        actor, draft.pk, effective_on=timezone.localdate(), now=timezone.now()
    )
    services.make_primary(actor, drafted, now=timezone.now())
    services.run_schemes(actor, as_of=timezone.localdate(), now=timezone.now())
    return drafted


def text_of(response):
    """The words of a page without tags, in one line."""
    return html.unescape(
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))
    )


# From blank to reasons -----------------------------------------------------------------------------


def test_a_scheme_goes_from_blank_to_reasons(as_user, cast, customers):
    client = as_user("controller")
    made = client.post(
        reverse("scheme-new"),
        {"name": "等级", "code": "LEVEL", "description": "谁重要？", "start": "rules"},
    )
    scheme = Scheme.objects.get(code="LEVEL")
    assert made.headers["Location"] == reverse("scheme-edit", args=[scheme.pk])
    page = client.get(made.headers["Location"])
    data = json.loads(
        re.search(r'id="scheme-data"[^>]*>(.*?)</script>', page.content.decode())[1]
    )
    draft = queries.draft_of(scheme)
    assert (data["revision"], data["version"]) == (1, draft.pk)

    found = post_json(client, data["urls"]["check"], definition=data["definition"]).json()
    assert [p["code"] for p in found["problems"] if p["severity"] == "error"] == ["CLS-060"]

    saved = post_json(
        client,
        data["urls"]["save"],
        definition=RULES,
        note="首版",
        revision=1,
        version=draft.pk,
    )
    assert saved.json()["revision"] == 2
    trial = client.post(reverse("scheme-trial", args=[scheme.pk]), follow=True)
    assert "升级" in text_of(trial)
    cells = queries.draft_of(scheme).trial["cells"]
    assert sorted(cells) == [["", "A", 2, 1200000000], ["", "B", 1, 120000000], ["", "C", 1, 0]]

    today = timezone.localdate().isoformat()
    client.post(
        reverse("scheme-publish", args=[scheme.pk]), {"effective_on": today, "note": "首版"}
    )
    version = scheme.versions.get()
    assert (version.state, version.note, version.publisher_name) == ("published", "首版", "辛")
    members = client.get(reverse("class-members", kwargs={"pk": scheme.pk, "code": "A"}))
    assert "客户P1" in text_of(members)
    assert "客户P3" in text_of(members)
    assert "客户P2" not in text_of(members)

    why = text_of(client.get(reverse("party-why", args=[customers[2].pk, scheme.pk])))
    assert "近12个月交易额 60,000 元 ≥ 50,000 元 符合" in why
    assert "地区 杭州市 位于 宁波市 不符合" in why
    assert "或 非 近12个月交易笔数 2 笔 < 2 笔 符合" in why
    assert "第 1 版" in why


def test_the_check_counts_every_condition_and_class(as_user, customers, drafted):
    client = as_user("accountant")
    url = reverse("scheme-check", args=[drafted.pk])
    counts = post_json(client, url, definition=RULES, count=True).json()["counts"]
    assert {each["code"]: each["members"] for each in counts["classes"]} == {
        "A": 2, "B": 1, "C": 1, "": 0,
    }  # fmt: skip
    assert counts["conditions"] == {
        "body.rules[0].when": 2,
        "body.rules[0].when.all[0]": 2,
        "body.rules[0].when.all[1]": 4,
        "body.rules[0].when.all[1].some[0]": 3,
        "body.rules[0].when.all[1].some[1]": 1,
        "body.rules[1].when": 3,
    }
    assert counts["taken"] == {"body.rules[0]": 2, "body.rules[1]": 1, "body.default": 1}
    assert {each["name"]: each["known"] for each in counts["known"]} == {
        "近12个月交易额": 3, "近12个月交易笔数": 4, "地区": 4,
    }  # fmt: skip
    assert counts["total"] == 4


def test_a_faulty_definition_is_counted_as_far_as_it_can_be_read(as_user, customers, drafted):
    broken = json.loads(json.dumps(RULES))
    broken["body"]["rules"][0]["when"] = {"fact": "amount", "op": ">=", "value": "很多"}
    found = post_json(
        as_user("accountant"), reverse("scheme-check", args=[drafted.pk]), definition=broken,
        count=True,
    ).json()  # fmt: skip
    [wrong] = [p for p in found["problems"] if p["severity"] == "error"]
    assert (wrong["code"], wrong["path"]) == ("CLS-014", "body.rules[0].when.value")
    assert found["counts"]["taken"]["body.rules[0]"] == 0


def test_something_that_is_no_definition_is_refused(as_user, drafted):
    client = as_user("accountant")
    url = reverse("scheme-check", args=[drafted.pk])
    assert client.post(url, "[1, 2", content_type="application/json").status_code == 409
    found = post_json(client, url, definition={"kind": "rules"}, count=True).json()
    assert found["countable"] is False
    assert "counts" not in found


# Saving -------------------------------------------------------------------------------------------


def test_a_late_save_is_told_and_changes_nothing(as_user, cast, drafted):
    draft = queries.draft_of(drafted)
    services.save_draft(
        cast.actor("admin"), draft.pk, definition=RULES, note="别人", revision=1,
        now=timezone.now(),
    )  # fmt: skip
    answer = post_json(
        as_user("accountant"), reverse("scheme-save", args=[drafted.pk]),
        definition=RULES, note="我", revision=1, version=draft.pk,
    )  # fmt: skip
    assert answer.status_code == 409
    assert answer.json() | {"saved_at": ""} == {
        "stale": True, "maker": "壬", "saved_at": "", "revision": 2,
    }  # fmt: skip
    draft.refresh_from_db()
    assert (draft.note, draft.revision) == ("别人", 2)


def test_a_published_draft_cannot_be_saved(as_user, published):
    answer = post_json(
        as_user("accountant"), reverse("scheme-save", args=[published.pk]),
        definition=RULES, note="", revision=1, version=published.versions.get().pk,
    )  # fmt: skip
    assert answer.status_code == 409
    assert [p["code"] for p in answer.json()["problems"]] == ["CLS-231"]


def test_editing_opens_a_draft_only_on_a_post(as_user, published):
    client, url = as_user("accountant"), reverse("scheme-edit", args=[published.pk])
    assert client.get(url).headers["Location"] == reverse("scheme", args=[published.pk])
    assert queries.draft_of(published) is None
    assert client.post(url).headers["Location"] == url
    assert queries.draft_of(published).number == 2
    assert client.get(url).status_code == 200


# Publishing ---------------------------------------------------------------------------------------


def test_publishing_is_refused_when_the_data_moved_since_the_trial(
    as_user, cast, customers, drafted
):
    client = as_user("controller")
    client.post(reverse("scheme-trial", args=[drafted.pk]))
    party(cast, "P5", "sales", [99000])
    answer = client.post(
        reverse("scheme-publish", args=[drafted.pk]),
        {"effective_on": timezone.localdate().isoformat(), "note": ""},
    )
    assert answer.status_code == 409
    assert "CLS-221" in text_of(answer)
    assert queries.draft_of(drafted).state == "draft"
    assert not Membership.objects.exists()


def test_publishing_without_a_trial_or_into_the_past_is_refused(as_user, customers, drafted):
    client, url = as_user("controller"), reverse("scheme-publish", args=[drafted.pk])
    today = timezone.localdate()
    answer = client.post(url, {"effective_on": today.isoformat()})
    assert (answer.status_code, "CLS-220" in text_of(answer)) == (409, True)
    client.post(reverse("scheme-trial", args=[drafted.pk]))
    yesterday = (today - dt.timedelta(days=1)).isoformat()
    answer = client.post(url, {"effective_on": yesterday})
    assert (answer.status_code, "CLS-223" in text_of(answer)) == (409, True)
    answer = client.post(url, {"effective_on": "昨天"})
    assert answer.status_code == 422
    assert queries.draft_of(drafted) is not None


def test_a_future_version_waits_and_the_old_one_stays_in_force(as_user, published):
    client = as_user("controller")
    client.post(reverse("scheme-edit", args=[published.pk]))
    client.post(reverse("scheme-trial", args=[published.pk]))
    soon = timezone.localdate() + dt.timedelta(days=7)
    client.post(
        reverse("scheme-publish", args=[published.pk]), {"effective_on": soon.isoformat()}
    )
    assert queries.version_on(published, timezone.localdate()).number == 1
    assert queries.version_on(published, soon).number == 2
    page = text_of(client.get(reverse("scheme", args=[published.pk])))
    assert "待生效 第 2 版" in page
    assert "生效中 第 1 版" in page


def test_a_draft_with_errors_is_not_tried(as_user, cast, drafted):
    draft = queries.draft_of(drafted)
    empty = json.loads(json.dumps(RULES))
    empty["body"]["rules"] = []
    services.save_draft(
        cast.actor("admin"), draft.pk, definition=empty, note="", revision=1, now=timezone.now()
    )
    answer = as_user("controller").post(reverse("scheme-trial", args=[drafted.pk]))
    assert (answer.status_code, "CLS-060" in text_of(answer)) == (409, True)
    assert queries.draft_of(drafted).trial is None


def test_the_trial_shows_who_moves_and_tries_one_customer(as_user, cast, customers, published):
    client = as_user("controller")
    client.post(reverse("scheme-edit", args=[published.pk]))
    draft = queries.draft_of(published)
    stricter = json.loads(json.dumps(RULES))
    stricter["body"]["rules"][0]["when"]["all"][0]["value"] = "60001"
    services.save_draft(
        cast.actor("admin"),
        draft.pk,
        definition=stricter,
        note="",
        revision=1,
        now=timezone.now(),
    )
    page = client.post(reverse("scheme-trial", args=[published.pk]), follow=True)
    assert "降级 2" in text_of(page)
    assert "变动客户的交易额 ¥120,000.00" in text_of(page)
    cell = client.get(reverse("trial-members", args=[published.pk]), {"old": "A", "new": "B"})
    assert "客户P1" in text_of(cell)
    assert "客户P3" in text_of(cell)
    assert "客户P2" not in text_of(cell)
    tried = text_of(
        client.get(reverse("scheme-try", args=[published.pk]), {"party": customers[0].pk})
    )
    assert "60,000 元 ≥ 60,001 元 不符合" in tried
    diffed = text_of(client.get(reverse("scheme", args=[published.pk]), {"old": 1, "new": 2}))
    assert "1 处改动" in diffed
    assert "60,001" in diffed


def test_a_big_book_is_tried_and_published_as_jobs(as_user, customers, drafted, monkeypatch):
    monkeypatch.setattr("guanzhang.classification.views.scope.BIG", 3)
    client = as_user("controller")
    client.post(reverse("scheme-trial", args=[drafted.pk]))
    assert queries.draft_of(drafted).trial is None
    client.post(
        reverse("scheme-publish", args=[drafted.pk]),
        {"effective_on": timezone.localdate().isoformat(), "note": "大"},
    )
    jobs = list(Job.objects.order_by("pk").values_list("kind", "parameters"))
    assert [kind for kind, _ in jobs] == ["classification.trial", "classification.publish"]
    assert jobs[1][1]["note"] == "大"


# Scope --------------------------------------------------------------------------------------------


def test_counts_and_members_hold_the_reader_to_his_scope(as_user, published):
    own = text_of(as_user("sales").get(reverse("scheme", args=[published.pk])))
    assert "您能看到的客户" in own
    assert "合计 2 100.0% 72,000.00" in own
    assert "分类运行" not in own
    members = text_of(
        as_user("sales").get(reverse("class-members", kwargs={"pk": published.pk, "code": "A"}))
    )
    assert "客户P1" in members
    assert "客户P3" not in members
    whole = text_of(as_user("auditor").get(reverse("scheme", args=[published.pk])))
    assert "合计 4 100.0% 132,000.00" in whole


def test_reasons_of_a_customer_out_of_scope_do_not_exist(as_user, customers, published):
    client = as_user("sales")
    mine, other = customers[0], customers[2]
    assert client.get(reverse("party-classes", args=[mine.pk])).status_code == 200
    assert client.get(reverse("party-classes", args=[other.pk])).status_code == 404
    assert client.get(reverse("party-why", args=[other.pk, published.pk])).status_code == 404
    client = as_user("stranger")
    assert client.get(reverse("party-classes", args=[mine.pk])).status_code == 404
    assert client.get(reverse("scheme", args=[published.pk])).status_code == 404
    assert (
        client.get(
            reverse("class-members", kwargs={"pk": published.pk, "code": "A"})
        ).status_code
        == 404
    )


def test_who_edits_schemes_sees_all_customers():
    """The trial and the live counts are of the whole book; the policy must keep this true."""
    for role in Role:
        if POLICY["scheme.edit"][role] is not Scope.NONE:
            assert POLICY["class.view"][role] is Scope.ALL, role


@pytest.mark.parametrize(
    ("who", "view", "method", "status"),
    [
        ("sales", "schemes", "get", 200),
        ("sales", "facts", "get", 200),
        ("sales", "class-moves", "get", 302),
        ("sales", "scheme-new", "get", 403),
        ("sales", "class-run", "post", 403),
        ("auditor", "scheme-new", "get", 403),
        ("accountant", "scheme-new", "get", 200),
        ("accountant", "class-run", "post", 302),
    ],
)
def test_rights_of_the_pages_without_a_scheme(as_user, published, who, view, method, status):
    assert getattr(as_user(who), method)(reverse(view)).status_code == status


@pytest.mark.parametrize(
    ("who", "view", "status"),
    [
        ("sales", "scheme-edit", 403),
        ("sales", "scheme-trial", 403),
        ("sales", "scheme-save", 403),
        ("sales", "scheme-check", 403),
        ("accountant", "scheme-publish", 403),
        ("accountant", "scheme-primary", 403),
        ("accountant", "scheme-retire", 403),
        ("auditor", "scheme-discard", 403),
        ("auditor", "scheme-describe", 403),
        ("controller", "scheme-retire", 409),
    ],
)
def test_rights_of_the_actions_on_a_scheme(as_user, published, who, view, status):
    assert as_user(who).post(reverse(view, args=[published.pk])).status_code == status
    published.refresh_from_db()
    assert published.is_active


# The other pages ------------------------------------------------------------------------------------


def test_the_list_of_schemes_shows_distribution_and_age(as_user, published):
    page = text_of(as_user("controller").get(reverse("schemes")))
    assert "等级 主方案 谁重要？ 按规则" in page
    assert "A 核心 2，B 重点 1，C 普通 1" in page
    assert "今天" in page


def test_running_twice_queues_one_job(as_user, published):
    client = as_user("accountant")
    client.post(reverse("class-run"))
    client.post(reverse("class-run"), {"scheme": published.pk})
    [job] = Job.objects.filter(kind="classification.run")
    assert job.parameters == {}


def test_the_card_tells_the_class_and_its_reasons(as_user, customers, published):
    page = text_of(as_user("sales").get(reverse("party-classes", args=[customers[0].pk])))
    assert "为什么是 A 核心" in page
    assert "近12个月交易额 60,000 元 ≥ 50,000 元 符合" in page
    assert "或" in page


def test_starter_schemes_show_every_kind_and_explain_themselves(as_user, cast, customers):
    actor, now = system_actor(cast.book.pk), timezone.now()
    services.install_starter_schemes(actor, now=now)
    services.run_schemes(actor, as_of=timezone.localdate(), now=now)
    client = as_user("controller")
    for scheme in Scheme.objects.all():
        assert client.get(reverse("scheme", args=[scheme.pk])).status_code == 200, scheme.code
        why = client.get(reverse("party-why", args=[customers[0].pk, scheme.pk]))
        assert why.status_code == 200, scheme.code
        assert client.post(reverse("scheme-edit", args=[scheme.pk])).status_code == 302
        assert client.get(reverse("scheme-edit", args=[scheme.pk])).status_code == 200
        definition = scheme.versions.first().definition
        found = post_json(
            client, reverse("scheme-check", args=[scheme.pk]), definition=definition, count=True
        ).json()
        assert [p for p in found["problems"] if p["severity"] == "error"] == [], scheme.code
        assert sum(c["members"] for c in found["counts"]["classes"]) == 4, scheme.code
    page = client.get(reverse("schemes"))
    assert "浙江省 4" in text_of(page)
    card = text_of(client.get(reverse("party-classes", args=[customers[0].pk])))
    assert "地区" in card
    assert "浙江省" in card


def test_moves_are_listed_from_one_class_to_another(as_user, cast, customers, published):
    today = timezone.localdate()
    Membership.objects.update(valid_from=today - dt.timedelta(days=30))
    Transaction.objects.filter(party=customers[0]).update(book_amount=Decimal(20000))
    services.run_schemes(cast.actor("admin"), as_of=today, now=timezone.now())
    client = as_user("sales")
    page = text_of(client.get(reverse("class-moves"), follow=True))
    assert "客户P1" in page
    assert "共 1 次" in page
    hidden = text_of(as_user("colleague").get(reverse("class-moves"), follow=True))
    assert "客户P1" not in hidden
    wrong = as_user("sales").get(
        reverse("class-moves"),
        {"scheme": published.pk, "since": "2026-05-02", "until": "2026-05-01"},
    )
    assert wrong.status_code == 422


def test_a_new_scheme_may_copy_another(as_user, published):
    as_user("accountant").post(
        reverse("scheme-new"),
        {"name": "副本", "code": "COPY", "start": "copy", "source": published.pk},
    )
    copy = Scheme.objects.get(code="COPY")
    assert copy.versions.get().fingerprint == published.versions.get().fingerprint
    taken = as_user("accountant").post(
        reverse("scheme-new"), {"name": "又一个", "code": "COPY", "start": "rules"}
    )
    assert (taken.status_code, "CLS-201" in text_of(taken)) == (422, True)


def test_an_unpublished_scheme_does_not_stop_the_run_of_the_others(cast, published):
    services.create_scheme(
        cast.actor("admin"), code="NEW", name="新", description="", definition=RULES,
        now=timezone.now(),
    )  # fmt: skip
    runs = services.run_schemes(
        cast.actor("admin"), as_of=timezone.localdate(), now=timezone.now()
    )
    assert [run.version.scheme.code for run in runs] == ["LEVEL"]


def test_discarding_the_only_draft_retires_the_scheme(as_user, drafted):
    as_user("accountant").post(reverse("scheme-discard", args=[drafted.pk]))
    drafted.refresh_from_db()
    assert not drafted.is_active
    assert SchemeVersion.objects.filter(scheme=drafted).exists()


def test_facts_are_listed_with_the_schemes_that_read_them(as_user, published):
    page = text_of(as_user("sales").get(reverse("facts")))
    assert "期间内全部交易行的本位币金额合计" in page
    assert "分期间" in page


def test_trees_are_found_by_name_and_code(as_user, db):
    client = as_user("sales")

    def codes(fact, text):
        found = client.get(reverse("tree-nodes"), {"fact": fact, "q": text}).json()["nodes"]
        return [node["code"] for node in found]

    assert codes("region", "宁波")[0] == "330200"
    assert codes("region", "3302")[0] == "330200"
    assert "110000" in codes("region", "")
    assert codes("industry", "批发业") == ["F51"]
    assert codes("owner", "") == []


def test_every_word_the_scripts_say_is_in_the_list():
    words = editor_words()
    said = set()
    for file in STATIC.glob("*.js"):
        text = file.read_text(encoding="utf-8")
        said |= set(re.findall(r'\bsay\("(\w+)"', text))
        said |= {
            word
            for pair in re.findall(r'\bsay\([^()"]*\? "(\w+)" : "(\w+)"', text)
            for word in pair
        }
        said |= set(re.findall(r'\bshow\("(\w+)"', text))
    assert len(said) > 90
    assert said - words.keys() == set()
