"""Every view states the right it needs; without one it is not served (deny by default)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import POLICY

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
PUBLIC = "public"  # login, health: no login needed
SIGNED_IN = "self.edit"  # anybody who is logged in, about himself


def page(action: str, *methods: str) -> Callable[[View], View]:
    """Declare the policy action of a view and, optionally, the only methods it answers."""
    assert action == PUBLIC or action in POLICY, f"{action} is not in org.domain.policy"

    def mark(view: View) -> View:
        @functools.wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
            if methods and request.method not in methods:
                response = HttpResponse(status=405)
                response["Allow"] = ", ".join(methods)
                return response
            return view(request, *args, **kwargs)

        checked.policy = action  # type: ignore[attr-defined]
        return checked  # type: ignore[return-value]

    return mark


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in actor; the middleware has made sure that there is one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def language_of(request: HttpRequest) -> str:
    return "en" if getattr(request, "LANGUAGE_CODE", "").startswith("en") else "zh"
