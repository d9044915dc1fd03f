"""What the shell needs on every page: menu, book, person, unread notices, and how it should look."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from guanzhang.org import queries
from guanzhang.org.services import IDLE
from guanzhang.web.labels import role_names
from guanzhang.web.menu import menu_for, start_page
from guanzhang.work.queries import unread_notices

THEMES = ("light", "dark", "system")
DENSITIES = ("normal", "loose", "tight")


def shell(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", None)
    if actor is None:
        theme = request.COOKIES.get("gz_theme", "")
        return {"actor": None, "theme": theme if theme in THEMES else "system"}
    here = request.resolver_match.view_name if request.resolver_match else ""
    book = queries.book(actor.book_id)
    return {
        "actor": actor,
        "book": book,
        "is_demo": book.company.is_demo,
        "menu": menu_for(actor, here),
        "home_url": start_page(actor),
        "notices_url": reverse("notices"),
        "role_names": _("、").join(role_names(actor.roles)),
        "unread": unread_notices(actor.user_id, actor.book_id).count(),
        "theme": getattr(request.user, "theme", "system"),
        "density": getattr(request.user, "density", "normal"),
        "help_key": request.COOKIES.get("gz_help_key", "on"),
        "idle_seconds": int(IDLE.total_seconds()),
    }
