"""Error pages: each says what happened and what to do, inside the shell when there is an actor."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from guanzhang.kernel.problem import Refused, Stale
from guanzhang.org.domain.policy import POLICY, Scope


def forbidden(request: HttpRequest, action: str) -> HttpResponse:
    """403, naming the roles that have the right, so that people know whom to ask."""
    roles = [role.zh for role, scope in POLICY[action].items() if scope is not Scope.NONE]
    return render(request, "web/error_403.html", {"roles": roles}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's protocol
    """404, the same whether the record is absent or somebody else's."""
    return render(request, "web/error_404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(
        request, "web/error_500.html", {"reference": getattr(request, "request_id", "")}, status=500
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's protocol
    return render(request, "web/error_csrf.html", status=403)


def refused(request: HttpRequest, error: Refused | Stale) -> HttpResponse:
    """409 with all problems at once; a partial for htmx, a page otherwise."""
    language = "en" if request.LANGUAGE_CODE == "en" else "zh"
    if isinstance(error, Stale):
        problems = [{"code": "", "text": _("别人刚刚保存过。请重新载入，您的输入已保留在本页。"), "severity": "error"}]
    else:
        problems = [
            {
                "code": p.kind.code,
                "path": p.path,
                "text": p.message(language),
                "basis": p.kind.basis,
                "severity": p.kind.severity.value,
            }
            for p in error.problems
        ]
    partial = bool(request.htmx)  # type: ignore[attr-defined]
    template = "web/problems.html" if partial else "web/error_409.html"
    return render(request, template, {"problems": problems}, status=409)
