"""What the shell needs on every page: menu, book, person, unread notices."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from guanzhang.org import queries
from guanzhang.web.menu import menu_for
from guanzhang.work.queries import unread_notices


def shell(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", None)
    if actor is None:
        return {"actor": None}
    here = request.resolver_match.view_name if request.resolver_match else ""
    book = queries.book(actor.book_id)
    return {
        "actor": actor,
        "book": book,
        "is_demo": book.company.is_demo,
        "menu": menu_for(actor, here),
        "unread": unread_notices(actor.user_id, actor.book_id).count(),
    }
