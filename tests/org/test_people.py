"""Users, roles and departments: what is written, what is refused, what is recorded."""

import threading

import pytest
from django.db import connection

from guanzhang.kernel.actor import system_actor
from guanzhang.kernel.problem import Refused
from guanzhang.org import queries, services
from guanzhang.org.models import Book, Department, RoleGrant, User
from guanzhang.org.passwords import make_password
from guanzhang.trail.models import AuditRecord

GOOD = "海棠-Vessel-4410"


def codes(refused):
    return [p.kind.code for p in refused.value.problems]


def last_record(book):
    return AuditRecord.objects.filter(book_id=book.pk).latest("sequence")


def change(cast, who, *, by="admin", now, **changes):
    user = cast.users[who]
    membership = queries.membership(cast.book.pk, user.pk)
    values = {
        "name": user.name,
        "is_active": True,
        "roles": {g.role: g.scope for g in membership.grants.all()},
        "department": membership.department,
    }
    services.change_user(cast.actor(by), user, now=now, **(values | changes))


def test_a_new_user_may_enter_the_book_and_is_recorded(cast, now):
    user = services.create_user(
        cast.actor("admin"),
        username="chen",
        name="陈",
        password=GOOD,
        roles={"sales": "dept", "declarant": ""},
        department=cast.book.departments.get(name="华东部"),
        now=now,
        must_change_password=True,
    )
    actor = queries.actor_for(user.pk, cast.book.pk)
    assert actor.roles == {"sales:dept", "declarant"}
    assert actor.department_ids == {cast.book.departments.get(name="华东部").pk}
    assert queries.actor_for(user.pk, cast.other_book.pk) is None
    assert user.must_change_password
    record = last_record(cast.book)
    assert (record.action, record.object_label) == ("user.created", "陈")
    assert record.changes == {
        "username": [None, "chen"],
        "name": [None, "陈"],
        "is_active": [None, True],
        "department": [None, "华东部"],
        "roles": [None, ["declarant", "sales:dept"]],
    }


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"username": "SALES"}, "ORG-002"),
        ({"roles": {}}, "ORG-004"),
        ({"password": "short1"}, "ORG-001"),
        ({"password": "12345678"}, "ORG-001"),
        ({"password": "GuanZhang-9951"}, "ORG-001"),
        ({"password": "xx-chen-yy-zz"}, "ORG-001"),
        ({"department": "elsewhere"}, "ORG-008"),
    ],
)
def test_a_bad_user_is_refused_and_nothing_is_written(cast, now, changed, code):
    values = {
        "username": "chen",
        "name": "陈",
        "password": GOOD,
        "roles": {"sales": ""},
        "department": None,
    } | changed
    if values["department"]:
        values["department"] = cast.other_book.departments.get()
    before = (User.objects.count(), AuditRecord.objects.count())
    with pytest.raises(Refused) as refused:
        services.create_user(cast.actor("admin"), now=now, **values)
    assert set(codes(refused)) == {code}
    assert (User.objects.count(), AuditRecord.objects.count()) == before


def test_a_changed_role_acts_on_the_next_request_and_ends_the_sessions(cast, as_user, now):
    client = as_user("sales")
    change(cast, "sales", now=now, roles={"declarant": ""})
    assert cast.actor("sales").roles == {"declarant"}
    assert not queries.sessions_of(cast.users["sales"].pk).exists()
    assert client.get("/settings/jobs/").status_code == 302
    assert last_record(cast.book).changes == {"roles": [["sales"], ["declarant"]]}


@pytest.mark.parametrize(
    ("changes", "ends"),
    [
        ({"name": "新名"}, False),
        ({}, False),
        ({"is_active": False}, True),
        ({"roles": {"sales": "dept"}}, True),
        ({"department": None}, True),
    ],
)
def test_only_changed_rights_end_sessions(cast, as_user, now, changes, ends):
    as_user("sales")
    records = AuditRecord.objects.count()
    change(cast, "sales", now=now, **changes)
    assert queries.sessions_of(cast.users["sales"].pk).exists() is not ends
    assert AuditRecord.objects.count() == records + bool(changes)


def test_a_disabled_user_may_not_enter(cast, now, client):
    change(cast, "sales", now=now, is_active=False)
    assert queries.actor_for(cast.users["sales"].pk, cast.book.pk) is None
    assert queries.books_of(cast.users["sales"].pk) == []


@pytest.mark.parametrize("changes", [{"roles": {"sales": ""}}, {"is_active": False}])
def test_the_last_administrator_stays(cast, now, changes):
    with pytest.raises(Refused) as refused:
        change(cast, "admin", now=now, **changes)
    assert codes(refused) == ["ORG-003"]
    assert cast.actor("admin").roles == {"admin"}
    change(cast, "auditor", now=now, roles={"admin": ""})
    change(cast, "admin", now=now, **changes)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_demote_each_other_at_the_same_moment(cast, now):
    change(cast, "auditor", now=now, roles={"admin": ""})
    start, refused = threading.Barrier(2), []

    def demote(who, by):
        start.wait()
        try:
            change(cast, who, by=by, now=now, roles={"sales": ""})
        except Refused as refusal:
            refused.append(refusal)
        connection.close()

    threads = [
        threading.Thread(target=demote, args=pair)
        for pair in (("admin", "auditor"), ("auditor", "admin"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    grants = RoleGrant.objects.filter(role="admin", membership__book=cast.book)
    assert (grants.count(), len(refused)) == (1, 1)


def test_a_set_password_ends_all_sessions_and_is_recorded_without_the_password(
    cast, as_user, now
):
    as_user("sales")
    user = cast.users["sales"]
    services.set_password(cast.actor("admin"), user, GOOD, now=now, must_change=True)
    user.refresh_from_db()
    assert user.check_password(GOOD)
    assert user.must_change_password
    assert not queries.sessions_of(user.pk).exists()
    record = last_record(cast.book)
    assert (record.action, record.changes) == ("user.password_set", {})


def test_made_passwords_pass_our_own_rules_and_differ(cast, now):
    made = {make_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        services._set_password(User(username="chen", name="陈"), password)


def test_nul_in_a_user_name_is_nobody(cast):
    with pytest.raises(User.DoesNotExist):
        User.objects.get_by_natural_key("sales\0")


def tree(book):
    """The tree as a person writes it."""
    return [
        ("  " * (d.path.count("/") - 2)) + d.name
        for d in Department.objects.filter(book=book).order_by("path")
    ]


def open_below(cast, now, code, name, parent):
    return services.open_department(
        cast.actor("admin"), code=code, name=name, parent=parent, now=now
    )


def test_a_department_moves_with_everything_below_and_the_scope_follows(cast, now):
    _root, east, north = cast.book.departments.order_by("pk")
    ningbo = open_below(cast, now, "010101", "宁波组", east)
    port = open_below(cast, now, "01010101", "北仑", ningbo)
    assert tree(cast.book) == ["远航报关", "  华东部", "    宁波组", "      北仑", "  华北部"]
    assert port.pk in cast.actor("manager").department_ids
    services.change_department(
        cast.actor("admin"), ningbo, code="010201", name="宁波组", parent=north, now=now
    )
    assert tree(cast.book) == ["远航报关", "  华东部", "  华北部", "    宁波组", "      北仑"]
    assert cast.actor("manager").department_ids == {east.pk}
    assert last_record(cast.book).changes == {
        "code": ["010101", "010201"],
        "parent": ["华东部", "华北部"],
    }


def test_a_department_cannot_move_below_itself(cast, now):
    east = cast.book.departments.get(name="华东部")
    below = open_below(cast, now, "010101", "宁波组", east)
    for parent in (east, below):
        with pytest.raises(Refused) as refused:
            services.change_department(
                cast.actor("admin"), east, code="0101", name="华东部", parent=parent, now=now
            )
        assert codes(refused) == ["ORG-006"]
    east.refresh_from_db()
    assert east.parent == cast.book.departments.order_by("pk").first()


def test_the_root_can_be_renamed_but_not_moved(cast, now):
    root = cast.book.departments.order_by("pk").first()
    east = cast.book.departments.get(name="华东部")
    services.change_department(
        cast.actor("admin"), root, code="00", name="总部", parent=east, now=now
    )
    root.refresh_from_db()
    assert (root.code, root.name, root.parent, root.path) == (
        "00",
        "总部",
        None,
        f"/{root.pk}/",
    )


def test_department_codes_are_unique_within_a_book(cast, now):
    root = cast.book.departments.order_by("pk").first()
    with pytest.raises(Refused) as refused:
        open_below(cast, now, "0101", "又一个", root)
    assert codes(refused) == ["ORG-005"]
    north = cast.book.departments.get(name="华北部")
    with pytest.raises(Refused) as refused:
        services.change_department(
            cast.actor("admin"), north, code="0101", name="华北部", parent=root, now=now
        )
    assert codes(refused) == ["ORG-005"]


def test_another_books_departments_are_out_of_reach(cast, now):
    strange = cast.other_book.departments.get()
    with pytest.raises(Refused) as refused:
        open_below(cast, now, "09", "插入", strange)
    assert codes(refused) == ["ORG-008"]
    with pytest.raises(Refused) as refused:
        services.change_department(
            cast.actor("admin"), strange, code="09", name="改名", parent=None, now=now
        )
    assert codes(refused) == ["ORG-008"]


def test_book_codes_are_unique(cast):
    with pytest.raises(Refused) as refused:
        services.create_book(company="又一家", code="YH", name="又一家")
    assert codes(refused) == ["ORG-007"]
    assert Book.objects.count() == 2


def test_logins_are_recorded_in_the_book_the_name_belongs_to(cast, now):
    services.record_login(cast.actor("sales"), accepted=True, now=now)
    accepted = last_record(cast.book)
    assert (accepted.action, accepted.object_label) == ("login.accepted", "甲")
    unknown = system_actor(0)
    services.record_login(unknown, accepted=False, now=now, username="Sales")
    refused = last_record(cast.book)
    assert (refused.action, refused.actor_name) == ("login.refused", "甲")
    services.record_login(unknown, accepted=False, now=now, username="my-secret-password\0")
    stranger = AuditRecord.objects.get(book_id=0)
    assert (stranger.action, stranger.object_label) == ("login.refused", "my…")
    assert "secret" not in str(stranger.__dict__)
