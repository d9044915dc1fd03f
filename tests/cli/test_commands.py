"""The commands in one process: what they print, what they return, what they write."""

import json
import socket
import subprocess
import sys

import pytest
from django.db import connection, transaction

from guanzhang.cli import init_command, serve_command
from guanzhang.cli.main import COMMANDS, language, main
from guanzhang.kernel.actor import system_actor
from guanzhang.ops import health
from guanzhang.org.models import Book, User
from guanzhang.trail import queries as trail
from guanzhang.trail.models import AuditRecord
from guanzhang.trail.services import record
from guanzhang.work.models import Job
from guanzhang.work.services import enqueue_job


@pytest.fixture(autouse=True)
def chinese(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")


@pytest.fixture
def run(capsys):
    """``run("trail", "verify")`` → (exit code, stdout, stderr)."""

    def call(*arguments):
        try:
            code = main(arguments)
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        return code, out, err

    return call


# --- the frame -----------------------------------------------------------------------------------


def test_help_lists_every_command(run):
    code, out, _err = run("--help")
    assert code == 0
    assert all(f"    {name} " in out for name in COMMANDS)


@pytest.mark.parametrize("arguments", [["explode"], [], ["serve", "--port", "x"], ["trail"]])
def test_wrong_usage_is_2_and_says_how_to_go_on(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "查看用法：guanzhang" in err


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "C.UTF-8"}, "zh-hans"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "", "LC_MESSAGES": "en_GB"}, "en"),
    ],
)
def test_the_language_follows_the_locale(monkeypatch, environment, expected):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language() == expected


# --- init ----------------------------------------------------------------------------------------

FIRST = ("--company", "远航报关", "--admin", "boss", "--name", "关")


def test_init_makes_company_book_and_administrator(db, run):
    code, out, _err = run("init", *FIRST, "--code", "YH", "--password", "海棠-Vessel-4410")
    assert code == 0
    assert "下一步：guanzhang serve" in out
    assert "海棠" not in out
    user = User.objects.get()
    assert (user.username, user.name, user.must_change_password) == ("boss", "关", False)
    assert user.check_password("海棠-Vessel-4410")
    book = Book.objects.get()
    assert (book.code, book.company.name, book.company.is_demo) == ("YH", "远航报关", False)
    assert trail.verify(book.pk) == (2, None)  # the administrator, the starter schemes
    assert "已装入 14 个分类方案" in out


def test_init_without_words_makes_a_company_that_can_be_used(db, run):
    code, out, _err = run("init")
    assert code == 0
    assert User.objects.get().username == "admin"
    assert "初始密码" in out


def test_init_makes_a_password_where_nobody_can_be_asked(db, run):
    _code, out, _err = run("init", *FIRST)
    password = out.split("首次登录须更换）：")[1].split()[0]
    user = User.objects.get()
    assert user.check_password(password)
    assert user.must_change_password


def test_init_twice_makes_nothing_twice(db, run):
    run("init", *FIRST)
    code, out, _err = run("init", "--company", "另一家", "--admin", "other")
    assert code == 0
    assert "已有公司：远航报关（01）。没有新建。" in out
    assert (Book.objects.count(), User.objects.count()) == (1, 1)


def test_init_beside_the_demo_company_still_makes_the_first_real_one(cast, run):
    for book in (cast.book, cast.other_book):
        book.company.is_demo = True
        book.company.save()
    assert run("init", *FIRST)[0] == 0
    assert Book.objects.get(company__is_demo=False).company.name == "远航报关"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((*FIRST, "--password", "12345678"), 1, "ORG-001 密码不合格"),
    ],
)
def test_init_refused_writes_nothing(db, run, arguments, code, message):
    found, _out, err = run("init", *arguments)
    assert found == code
    assert message in err
    assert not Book.objects.exists()
    assert not User.objects.exists()


def test_init_asks_where_there_is_a_terminal(db, run, monkeypatch):
    answers = iter(["远航报关", "boss"])
    secrets = iter(["海棠-Vessel-4410", "typo", "海棠-Vessel-4410", "海棠-Vessel-4410"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _question: next(answers))
    monkeypatch.setattr(init_command.getpass, "getpass", lambda _question: next(secrets))
    code, out, _err = run("init")
    assert code == 0
    assert "两次不一样" in out
    assert User.objects.get(username="boss").check_password("海棠-Vessel-4410")


def test_init_shows_where_the_data_is_without_the_password(db, run, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "geheim")
    assert str(connection.settings_dict["NAME"]) in init_command.place()
    assert "geheim" not in init_command.place()


# --- readiness -----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize(
    ("check", "found", "message"),
    [
        ("pending_migrations", ["org.0009_more"], "请先运行：guanzhang init"),
        ("unknown_migrations", ["org.0999_future"], "比程序新（如 org.0999_future）"),
    ],
)
def test_nothing_starts_on_a_database_of_another_version(
    cast, run, monkeypatch, command, check, found, message
):
    monkeypatch.setattr(health, check, lambda: found)
    code, out, err = run(command)
    assert (code, out) == (1, "")
    assert message in err


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_nothing_starts_without_a_company(db, run, command):
    code, out, err = run(command)
    assert (code, out) == (1, "")
    assert "新建公司：guanzhang init" in err


def test_a_future_database_is_recognised(db):
    assert health.unknown_migrations() == []
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('org', '0999_future', CURRENT_TIMESTAMP)"
        )
    assert health.unknown_migrations() == ["org.0999_future"]


@pytest.mark.parametrize(
    ("host", "hosts"),
    [
        ("127.0.0.1", None),
        ("192.168.3.7", "127.0.0.1,localhost,[::1],192.168.3.7"),
        ("0.0.0.0", None),
        ("broker.example", "127.0.0.1,localhost,[::1],broker.example"),
    ],
)
def test_serve_answers_for_the_address_it_listens_on(
    monkeypatch, settings, capsys, host, hosts
):
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
    monkeypatch.setenv("GUANZHANG_HOSTS", "")
    serve_command.allow_host(host)
    assert serve_command.os.environ["GUANZHANG_HOSTS"] == (hosts or "")
    assert ("GUANZHANG_HOSTS=" in capsys.readouterr().err) is (host == "0.0.0.0")


# --- trail ---------------------------------------------------------------------------------------


def tamper(book, sequence):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER trail_auditrecord_no_update")
        else:
            cursor.execute("ALTER TABLE trail_auditrecord DISABLE TRIGGER USER")
    AuditRecord.objects.filter(book_id=book.pk, sequence=sequence).update(actor_name="别人")


def test_intact_chains_verify(cast, run):
    code, out, _err = run("trail", "verify")
    count = AuditRecord.objects.filter(book_id=cast.book.pk).count()
    assert code == 0
    assert f"YH：{count} 条完整，链首 {count}:" in out
    assert "BJ：1 条完整" in out


def test_a_tampered_record_is_named(cast, run):
    tamper(cast.book, 3)
    code, out, _err = run("trail", "verify")
    assert code == 1
    assert "YH：第 3 条与链不符" in out
    assert "BJ：1 条完整" in out
    assert run("trail", "verify", "--book", "BJ")[0] == 0
    code, out, _err = run("trail", "verify", "--book", "YH", "--json")
    assert code == 1
    (result,) = json.loads(out)
    assert (result["book"], result["intact"], result["records"]) == ("YH", False, 2)
    assert result["fault"]["sequence"] == 3


def test_an_anchor_shows_a_cut_end(cast, run):
    sequence, digest = trail.head(cast.book.pk)
    noted = ("trail", "verify", "--book", "YH", "--anchor", f"{sequence}:{digest[:8]}")
    assert run(*noted)[0] == 0
    code, out, _err = run("trail", "verify", "--book", "YH", "--anchor", f"{sequence}:00000000")
    assert code == 1
    assert f"第 {sequence} 条与链不符" in out
    assert run("trail", "verify", "--anchor", f"{sequence}:{digest[:8]}")[0] == 2
    assert run("trail", "verify", "--book", "YH", "--anchor", "soon")[0] == 2


def test_an_unknown_book_is_refused_with_the_known_ones(cast, run):
    code, _out, err = run("trail", "verify", "--book", "XX")
    assert (code, err) == (1, "没有账套 XX；现有：BJ、YH\n")


def test_the_installations_own_chain_is_verified_too(cast, run):
    with transaction.atomic():
        record(system_actor(0), "login.refused", now=health.dt.datetime.now(health.dt.UTC))
    assert "（本安装）：1 条完整" in run("trail", "verify")[1]


# --- jobs ----------------------------------------------------------------------------------------


def test_jobs_are_listed_cancelled_and_retried(cast, run, now):
    assert run("jobs", "list")[1] == "没有作业\n"
    job = enqueue_job(cast.actor("sales"), "x", "数一数", now=now)
    assert run("jobs", "list")[1] == f"{job.pk:>6}  排队  2026-11-23 10:30  数一数\n"
    assert run("jobs", "cancel", str(job.pk))[0] == 0
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert run("jobs", "list")[1] == "没有作业\n"
    assert "已取消" in run("jobs", "list", "--all")[1]
    code, _out, err = run("jobs", "cancel", str(job.pk))
    assert (code, err) == (1, f"作业 {job.pk} 已经结束（已取消），不能取消\n")
    assert run("jobs", "retry", str(job.pk))[0] == 0
    code, _out, err = run("jobs", "retry", str(job.pk))
    assert code == 1
    assert err.startswith("OPS-001 作业“数一数”现在是“排队”")
    assert run("jobs", "cancel", "999")[0] == 1


# --- start-up ------------------------------------------------------------------------------------


def test_a_missing_database_is_explained(tmp_path):
    """A fresh process, a fresh home: no traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "guanzhang.cli.main", "jobs", "list"],
        check=False,
        env={"GUANZHANG_HOME": str(tmp_path), "PATH": "", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "请先运行 guanzhang init" in done.stderr
    assert "Traceback" not in done.stderr


# --- demo ----------------------------------------------------------------------------------------


def test_a_demo_that_is_not_there_cannot_be_wiped(db, run):
    code, out, err = run("demo", "--wipe")
    assert (code, out) == (1, "")
    assert err.startswith("ORG-091 没有演示公司可以清除")


def test_a_real_company_is_never_taken_for_the_demo(db, run):
    run("init", *FIRST, "--code", "DEMO")
    code, _out, err = run("demo", "--wipe")
    assert code == 1
    assert err.startswith("ORG-09")
    assert Book.objects.get().company.name == "远航报关"


def test_the_port_is_tried_before_the_demo_is_loaded(db, run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        code, out, err = run("demo", "--port", str(taken.getsockname()[1]))
    assert (code, out) == (1, "")
    assert "已被占用" in err
    assert not Book.objects.exists()
