"""What happens around every request: headers, who is acting, may he, and how refusals look."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Refused, Stale
from guanzhang.org import queries, services
from guanzhang.org.domain.policy import may
from guanzhang.web import errors
from guanzhang.web.pages import PUBLIC

Handler = Callable[[HttpRequest], HttpResponse]
POLICY_HEADER = (
    "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class SecurityHeaders:
    """A request id, a strict content policy, and nothing kept in shared caches."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = secrets.token_hex(8)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers.setdefault("X-Request-Id", request.request_id)  # type: ignore[attr-defined]
        response.headers.setdefault("Content-Security-Policy", POLICY_HEADER)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=()"
        )
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class CurrentActor:
    """Who acts in which book, read afresh for every request; also the person's language."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = self._actor(request)  # type: ignore[attr-defined]
        user = request.user
        language = (
            user.language if user.is_authenticated else request.COOKIES.get("gz_language", "")
        )
        language = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    def _actor(self, request: HttpRequest) -> Actor | None:
        user = request.user
        if not user.is_authenticated:
            return None
        if not user.is_active or not services.touch_session(
            request.session.session_key or "", now=timezone.now()
        ):
            logout(request)
            return None
        book_id = request.session.get("book_id") or next(
            (b.pk for b in queries.books_of(user.pk)), 0
        )
        return queries.actor_for(
            user.pk,
            book_id,
            request_id=request.request_id,  # type: ignore[attr-defined]
            ip=request.META.get("REMOTE_ADDR", ""),
            language="en" if user.language == "en" else "zh",
        )


class DenyByDefault:
    """No policy, no page. Not logged in, to the login. Not allowed, a page that says whom to ask."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Any,  # noqa: ANN401
        _args: Any,  # noqa: ANN401
        _kwargs: Any,  # noqa: ANN401 - Django's protocol
    ) -> HttpResponse | None:
        action = getattr(view, "policy", None)
        if action is None:
            raise AssertionError(f"{view} states no policy: decorate it with @page(...)")
        if action == PUBLIC:
            return None
        actor: Actor | None = request.actor  # type: ignore[attr-defined]
        if actor is None:
            return self._to_login(request)
        if not may(actor, action):
            return errors.forbidden(request, action)
        here = request.resolver_match.url_name if request.resolver_match else ""
        if request.user.must_change_password and here not in ("password", "logout"):  # type: ignore[union-attr]
            return HttpResponseRedirect(reverse("password"))
        return None

    def _to_login(self, request: HttpRequest) -> HttpResponse:
        here = request.get_full_path() if request.method == "GET" else ""
        target = resolve_url(settings.LOGIN_URL) + (
            f"?{urlencode({'next': here})}" if here else ""
        )
        if request.htmx:  # type: ignore[attr-defined]
            response = HttpResponse(status=204)
            response["HX-Redirect"] = target
            return response
        return HttpResponseRedirect(target)


class Refusals:
    """Refused and Stale become a 409 problems panel; the input stays where it is."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, (Refused, Stale)):
            return errors.refused(request, error)
        if isinstance(error, Http404):
            return errors.not_found(request, error)
        return None
