"""``guanzhang init``: make or upgrade the database, then the first company and its administrator."""

from __future__ import annotations

import argparse
import getpass
import sys

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.classification.services import install_starter_schemes
from guanzhang.kernel.actor import system_actor
from guanzhang.org import queries as org
from guanzhang.org import services
from guanzhang.org.passwords import make_password
from guanzhang.reference.services import install_shipped


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--company", help=_("公司名称"))
    parser.add_argument("--code", default="01", help=_("账套编码，默认 01"))
    parser.add_argument("--admin", help=_("管理员的用户名"))
    parser.add_argument("--name", help=_("管理员的姓名，默认同用户名"))
    parser.add_argument("--password", help=_("管理员的密码；不给则询问，或生成一个"))


def run(options: argparse.Namespace) -> int:
    """Idempotent: upgrades what is there, makes what is missing."""
    call_command("migrate", interactive=False, verbosity=0)
    print(_("数据库已就绪：%(place)s") % {"place": place()})
    if rows := install_shipped(timezone.now()):
        print(_("已装入 %(n)s 行参数：代码表、演示税则、工作日历。") % {"n": rows})
    existing = [book for book in org.books() if not book.company.is_demo]
    if existing:
        names = "、".join(f"{book.company.name}（{book.code}）" for book in existing)
        print(_("已有公司：%(names)s。没有新建。") % {"names": names})
        print(_("下一步：guanzhang serve"))
        return 0
    company = options.company or ask(_("公司名称")) or _("我的公司")
    username = options.admin or ask(_("管理员的用户名")) or "admin"
    password = options.password or ask_password()
    made = make_password() if not password else ""
    with transaction.atomic():
        book = services.create_book(company=company, code=options.code, name=company)
        services.create_user(
            system_actor(book.pk),
            username=username,
            name=options.name or username,
            password=password or made,
            roles={"admin": ""},
            department=book.departments.get(),
            now=timezone.now(),
            must_change_password=bool(made),
        )
        schemes = install_starter_schemes(system_actor(book.pk), now=timezone.now())
    print(
        _("已建立公司 %(company)s，账套 %(code)s。") % {"company": company, "code": book.code}
    )
    print(_("已装入 %(n)s 个分类方案，导入客户后即可使用。") % {"n": len(schemes)})
    if made:
        text = _("管理员 %(username)s 的初始密码（只显示这一次，首次登录须更换）：%(password)s")
        print(text % {"username": username, "password": made})
    print(_("下一步：guanzhang serve，登录后在“设置 - 用户”里添加同事，再导入客户。"))
    return 0


def place() -> str:
    """Where the data is, without a password."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(known["NAME"])
    return f"postgresql://{known['HOST']}:{known['PORT']}/{known['NAME']}（{settings.HOME}）"


def ask(question: str) -> str:
    return input(f"{question}：").strip() if sys.stdin.isatty() else ""


def ask_password() -> str:
    """Twice the same, or "" where nobody can be asked."""
    while sys.stdin.isatty():
        first = getpass.getpass(_("密码（至少 8 个字）："))
        if first == getpass.getpass(_("再输一次：")):
            return first
        print(_("两次不一样，请重输。"))
    return ""
