"""The list page: rows and figures equal a plain query, under every role; nothing typed breaks it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db.models import Q, Sum

from guanzhang.parties.models import Party
from guanzhang.web.models import ListChoice, SavedView
from web.samples import SAMPLE, make_parties, tag_some


@pytest.fixture
def parties(cast):
    parties = make_parties(cast.book, 80)
    tag_some(cast.book, parties)
    make_parties(cast.other_book, 5, owner=cast.users["stranger"])
    return parties


def rows_of(response):
    return [row.pk for row in response.context["rows"]]


def pks(**conditions):
    return set(Party.objects.filter(book__code="YH", **conditions).values_list("pk", flat=True))


def get(client, query="", **headers):
    return client.get(f"/sample/?{query}&size=200", headers=headers)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("f.grade=A,B", Q(grade__in=["A", "B"])),
        ("f.grade=核心", Q(grade="A")),
        ("f.grade=空", Q(grade="")),
        ("f.grade=!=A", ~Q(grade__in=["A", ""])),
        ("f.region=北仑", Q(region="330206")),
        ("f.region=宁波", Q(region__startswith="3302")),
        ("f.amount_12m=>=1万", Q(amount_12m__gte=Decimal(10000))),
        ("f.amount_12m=<0", Q(amount_12m__lt=Decimal(0))),
        ("f.amount_12m=0", Q(amount_12m=Decimal(0))),
        ("f.amount_12m=空", Q(amount_12m=None)),
        ("f.amount_12m=0,空", Q(amount_12m=None) | Q(amount_12m=Decimal(0))),
        ("f.amount_12m=!=0", Q(amount_12m__isnull=False) & ~Q(amount_12m=Decimal(0))),
        (
            "f.amount_12m=100..20000.50",
            Q(amount_12m__range=(Decimal(100), Decimal("20000.50"))),
        ),
        ("f.orders_12m=>10.5", Q(orders_12m__gte=11)),
        ("f.orders_12m=<=10.5", Q(orders_12m__lte=10)),
        ("f.orders_12m=10.5", Q(pk__in=[])),
        (
            "f.last_traded_on=2026-01..2026-06",
            Q(last_traded_on__range=(dt.date(2026, 1, 1), dt.date(2026, 6, 30))),
        ),
        ("f.last_traded_on=>2026-06", Q(last_traded_on__gte=dt.date(2026, 7, 1))),
        ("f.last_traded_on=2025", Q(last_traded_on__year=2025)),
        ("f.updated_at=2026-11-23", Q()),
        ("f.updated_at=<2026-11-23", Q(pk__in=[])),
        ("f.name=恒通", Q(name__contains="恒通")),
        ("f.name=(宁波)", Q(name__contains="（宁波）")),
        ("f.name=恒通,瑞丰", Q(name__contains="恒通") | Q(name__contains="瑞丰")),
        ("f.name=!=象山蓝湾食品有限公司", ~Q(name="象山蓝湾食品有限公司")),
        ("f.code=C00010..C00012", Q(code__in=["C00010", "C00011", "C00012"])),
        ("f.owner=甲", Q(owner__name="甲")),
        ("f.tags=重点", Q(tags__name="重点跟进")),
        ("f.tags=空", Q(tags=None)),
        ("f.is_supplier=否", Q(is_supplier=False)),
        ("q=恒通&f.grade=A,B,C", Q(name__contains="恒通", grade__in=["A", "B", "C"])),
        ("add=grade&with=D", Q(grade="D")),
    ],
)
def test_filters_find_what_they_say(as_user, parties, query, wanted):
    response = get(as_user("admin"), query)
    assert not response.context["found"].problems
    assert set(rows_of(response)) == set(
        Party.objects.filter(wanted, book__code="YH").values_list("pk", flat=True)
    )
    assert response.context["exact"]
    assert response.context["count"] == len(rows_of(response)) == len(set(rows_of(response)))


def test_a_token_that_cannot_be_read_says_so_and_filters_nothing(as_user, parties):
    response = get(as_user("admin"), "f.amount_12m=abc&f.grade=A")
    assert set(rows_of(response)) == pks(grade="A")
    page = response.content.decode()
    assert "“abc”不是数字" in page
    assert 'id="f-amount_12m" name="f.amount_12m" value="abc"' in page
    assert 'aria-invalid="true" aria-describedby="wrong-amount_12m"' in page
    assert 'id="wrong-amount_12m"' in page


@pytest.mark.parametrize(
    "query",
    [
        "f.password=x",
        "sort=password",
        "sort=-owner__password",
        "f.owner__password=x",
        "cols=password,owner__password",
        "sort=initial",
        "f.initial=宁",
        "size=7",
        "size=abc",
        "after=x&before=y",
        "q=%00%27",
        "f.amount_12m=0.00001",
        "f.orders_12m=99999999999999",
        "f.updated_at=2199-12",
        "f.code=%27;drop",
        "add=nothing&with=1",
        "sort=,,-",
        "f.name=__class__",
        "sort=tags",
    ],
)
def test_what_the_list_does_not_know_is_ignored_or_refused_never_a_crash(
    as_user, parties, query
):
    response = as_user("admin").get(f"/sample/?{query}")
    assert response.status_code == 200
    assert "password" not in response.context["query"]


def test_a_masked_column_is_not_shown_sorted_filtered_or_exported(as_user, parties):
    Party.objects.filter(pk=parties[0].pk).update(
        usc_code="91330206MA281KQ70R", owner_id=parties[0].owner_id
    )
    client = as_user("auditor")
    response = get(client, "f.usc_code=9133&cols=name,usc_code&sort=usc_code")
    assert [c.key for c in response.context["found"].visible] == ["name"]
    assert len(rows_of(response)) == 80
    assert "91330206MA281KQ70R" not in response.content.decode()
    file = b"".join(
        client.post("/sample/?cols=name,usc_code", {"export": "csv"}).streaming_content
    ).decode()
    assert "91330206MA281KQ70R" not in file


@pytest.mark.parametrize(
    "who", ["sales", "colleague", "manager", "accountant", "admin", "stranger"]
)
def test_count_and_totals_equal_a_plain_query_under_every_role(as_user, cast, parties, who):
    response = get(as_user(who))
    actor = cast.actor(who)
    scope = {
        "sales": Q(owner_id=actor.user_id),
        "colleague": Q(owner_id=actor.user_id),
        "manager": Q(owner_id=actor.user_id) | Q(department_id__in=actor.department_ids),
    }.get(who, Q())
    plain = Party.objects.filter(scope, book_id=actor.book_id)
    assert response.context["count"] == plain.count() == len(rows_of(response))
    assert response.context["count"] > 0
    total = plain.aggregate(s=Sum("amount_12m"))["s"]
    assert f"{total.quantize(Decimal('0.01')):,}" in response.content.decode()


def test_totals_are_over_everything_filtered_not_the_page(as_user, parties):
    response = as_user("admin").get("/sample/?f.grade=A,B,C,D")
    assert len(response.context["rows"]) == 50
    sums = (
        Party.objects.filter(book__code="YH")
        .exclude(grade="")
        .aggregate(a=Sum("amount_12m"), o=Sum("orders_12m"))
    )
    footer = [cell["html"] for cell in response.context["footer"] if cell["html"]]
    assert footer == [f"{sums['a']:,.2f}", f"{sums['o']:,}"]


def test_above_the_limit_nothing_is_counted_until_asked(as_user, parties):
    object.__setattr__(SAMPLE, "unfiltered_limit", 30)
    try:
        client = as_user("admin")
        page = client.get("/sample/").content.decode()
        assert "30+" in page
        assert "数一下" in page
        assert "算合计" in page
        counted = client.get("/sample/?part=count").content.decode()
        assert "80" in counted
        total = Party.objects.filter(book__code="YH").aggregate(s=Sum("amount_12m"))["s"]
        assert f"{total:,.2f}" in counted
    finally:
        object.__setattr__(SAMPLE, "unfiltered_limit", 10_000)


def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(
    as_user, cast, parties, django_assert_num_queries
):
    client = as_user("admin")
    client.get("/sample/?size=200")
    counts = []
    for _ in range(2):
        with django_assert_num_queries(Any()) as asked:
            client.get("/sample/?size=200")
        counts.append(len(asked.captured_queries))
        Party.objects.filter(pk__in=[p.pk for p in parties[:40]]).delete()
    assert counts[0] == counts[1] < 25
    rows = [
        q["sql"]
        for q in asked.captured_queries
        if 'FROM "parties_party"' in q["sql"] and "ORDER BY" in q["sql"]
    ]
    assert len(rows) == 2  # those with an amount, those without
    assert '"note"' not in rows[0]  # only the columns that are shown


class Any:
    """Equal to every number, so that the fixture only collects."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


def test_columns_by_url_then_by_choice_then_by_default(as_user, cast, parties):
    client = as_user("admin")
    assert visible(get(client))[0] == "code"
    client.post(
        "/lists/sample/columns/",
        {"columns": ["amount_12m", "name", "nonsense"], "next": "/sample/"},
    )
    assert visible(get(client)) == ["amount_12m", "name"]
    assert visible(get(client, "cols=name,code")) == ["name", "code"]
    assert ListChoice.objects.get().user_id == cast.users["admin"].pk
    client.post(
        "/lists/sample/columns/", {"reset": "1", "columns": ["name"], "next": "/sample/"}
    )
    assert visible(get(client))[0] == "code"
    assert not ListChoice.objects.exists()


def visible(response):
    return [column.key for column in response.context["found"].visible]


def test_htmx_gets_the_part_and_the_address_of_the_view(as_user, parties):
    client = as_user("admin")
    headers = {"HX-Request": "true", "HX-Target": "list"}
    response = client.get(
        "/sample/?q=&f.name=&f.grade=A&sort=-code&f.nothing=1", headers=headers
    )
    page = response.content.decode()
    assert page.lstrip().startswith('<section class="gz-panel gz-listpanel" id="list"')
    assert "<html" not in page
    assert response["HX-Push-Url"] == "/sample/?f.grade=A&sort=-code"
    again = client.get("/sample/", headers={**headers, "HX-History-Restore-Request": "true"})
    assert "<html" in again.content.decode()


def test_pages_forward_and_back_by_the_links_on_the_page(as_user, parties):
    client = as_user("admin")
    first = client.get("/sample/?sort=code")
    second = client.get(first.context["next_url"])
    assert rows_of(first) + rows_of(second) == [
        p.pk for p in sorted(parties, key=lambda p: p.code)
    ]
    assert not second.context["next_url"]
    assert rows_of(client.get(second.context["previous_url"])) == rows_of(first)
    assert "51–80 / 80" in second.content.decode()


def test_sort_by_a_heading_and_add_another(as_user, parties):
    response = get(as_user("admin"), "sort=grade,-amount_12m")
    heads = {head.column.key: head for head in response.context["headings"]}
    assert (heads["grade"].direction, heads["grade"].order) == ("ascending", 1)
    assert (heads["amount_12m"].direction, heads["amount_12m"].order) == ("descending", 2)
    assert "sort=-grade" in heads["grade"].url
    assert "sort=grade%2Camount_12m" in heads["amount_12m"].also_url
    assert not heads["tags"].column.is_sortable
    grades = [Party.objects.get(pk=pk).grade for pk in rows_of(response)]
    assert [g for g in grades if g] == sorted(g for g in grades if g)
    assert grades[-1] == ""


def test_select_everything_filtered(as_user, parties):
    answer = as_user("admin").get("/sample/?f.grade=A&part=ids").json()
    assert set(answer["ids"]) == pks(grade="A")
    assert answer["more"] is False


def test_batch_answers_per_row_and_ignores_rows_of_others(as_user, cast, parties):
    stranger = Party.objects.filter(book=cast.other_book).first()
    response = as_user("admin").post(
        "/sample/batch/",
        {"ids": [parties[0].pk, parties[1].pk, stranger.pk, "x"]},
        headers={"HX-Request": "true"},
    )
    assert "2 行全部完成" in response.content.decode()


def test_the_empty_list_says_what_to_do(as_user):
    page = as_user("admin").get("/sample/").content.decode()
    assert "还没有客户。从 Excel 导入，或新建一个。" in page
    assert '<a class="gz-btn primary" href="/sample/new/">' in page
    assert 'href="/sample/new/"' not in as_user("declarant").get("/sample/").content.decode()
    assert "<table" not in page.split('id="list"')[1].split("</section>")[0]


def test_no_row_fits_the_filter(as_user, parties):
    page = get(as_user("admin"), "f.name=没有这家").content.decode()
    assert "没有符合条件的行" in page
    assert "清除全部条件" in page


def test_neighbours_walk_the_list_last_seen(as_user, parties):
    client = as_user("admin")
    shown = rows_of(client.get("/sample/?f.grade=A,B&sort=-code&size=200"))
    here = client.get(f"/sample/{shown[3]}/").context["near"]
    assert here.previous_url == f"/sample/{shown[2]}/"
    assert here.next_url == f"/sample/{shown[4]}/"
    assert here.position_text == f"第 4 / {len(shown)} 家"
    assert here.list_url == "/sample/?f.grade=A%2CB&sort=-code&size=200"
    assert client.get(f"/sample/{shown[0]}/").context["near"].previous_url == ""
    assert client.get(f"/sample/{shown[-1]}/").context["near"].next_url == ""


def test_a_record_outside_the_list_has_no_neighbours(as_user, parties):
    client = as_user("admin")
    client.get("/sample/?f.grade=A")
    outside = next(p for p in parties if p.grade == "B")
    assert client.get(f"/sample/{outside.pk}/").context["near"] is None
    other = Party.objects.filter(book__code="BJ").first()
    assert client.get(f"/sample/{other.pk}/").status_code == 404


# --- saved views ------------------------------------------------------------------------------------


def tabs(response):
    return [(tab.name, tab.current, tab.count) for tab in response.context["tabs"]]


def test_save_share_rename_and_delete_a_view(as_user, cast, parties, client):
    query = "f.grade=A%2CB&sort=-code"
    enter = as_user("admin")
    enter.post(
        "/lists/sample/views/",
        {"name": "我的 A/B", "query": query, "next": f"/sample/?{query}"},
    )
    response = enter.get(f"/sample/?{query}")
    a_or_b = len(pks(grade__in=["A", "B"]))
    assert ("我的 A/B", True, str(a_or_b)) in tabs(response)
    view = SavedView.objects.get()
    assert (view.book_id, view.user_id, view.audience) == (
        cast.book.pk,
        cast.users["admin"].pk,
        "me",
    )
    assert "我的 A/B" not in [name for name, *_ in tabs(as_user("auditor").get("/sample/"))]

    as_user("admin").post(
        f"/lists/views/{view.pk}/", {"name": "重点户", "audience": "book", "next": "/sample/"}
    )
    seen = tabs(as_user("sales").get("/sample/"))
    assert "重点户" in [name for name, *_ in seen]
    own = Party.objects.filter(owner=cast.users["sales"], grade__in=["A", "B"]).count()
    assert ("重点户", False, str(own)) in seen  # sharing a view shares no rows
    assert "重点户" not in [name for name, *_ in tabs(as_user("stranger").get("/sample/"))]

    assert as_user("sales").post(f"/lists/views/{view.pk}/", {"delete": "1"}).status_code == 404
    assert (
        as_user("stranger").post(f"/lists/views/{view.pk}/", {"delete": "1"}).status_code == 404
    )
    assert SavedView.objects.count() == 1
    as_user("admin").post(f"/lists/views/{view.pk}/", {"delete": "1", "next": "/sample/"})
    assert not SavedView.objects.exists()


def test_a_view_saved_again_under_its_name_is_replaced(as_user, parties):
    client = as_user("admin")
    for query in ("f.grade=A", "f.grade=B"):
        client.post("/lists/sample/views/", {"name": "甲", "query": query, "next": "/sample/"})
    assert SavedView.objects.get().query == "f.grade=B"


@pytest.mark.parametrize(
    "fields", [{"name": "", "query": "q=1"}, {"name": "x", "query": "q" * 2001}]
)
def test_a_view_without_a_name_or_too_long_is_refused_with_words(as_user, parties, fields):
    response = as_user("admin").post(
        "/lists/sample/views/", {**fields, "next": "/sample/"}, follow=True
    )
    assert "视图没有保存" in response.content.decode()
    assert not SavedView.objects.exists()


def test_a_taken_name_is_refused_with_words(as_user, parties):
    client = as_user("admin")
    for name in ("甲", "乙"):
        client.post("/lists/sample/views/", {"name": name, "query": "q=1", "next": "/sample/"})
    first = SavedView.objects.get(name="甲")
    response = client.post(
        f"/lists/views/{first.pk}/", {"name": "乙", "next": "/sample/"}, follow=True
    )
    assert "您已有名为“乙”的视图" in response.content.decode()
    assert set(SavedView.objects.values_list("name", flat=True)) == {"甲", "乙"}


def test_after_saving_one_goes_only_to_our_own_pages(as_user, parties):
    response = as_user("admin").post(
        "/lists/sample/views/", {"name": "x", "query": "", "next": "https://evil.example/"}
    )
    assert response["Location"].startswith("/")
