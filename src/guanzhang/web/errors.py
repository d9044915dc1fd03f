"""Error pages: each says what happened and what to do, inside the shell when there is an actor."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from guanzhang.kernel.problem import Refused, Stale
from guanzhang.org.domain.policy import POLICY, Scope
from guanzhang.web.labels import role_names
from guanzhang.web.pages import language_of
from guanzhang.web.problems import shown_problems

STALE = "STALE"


def forbidden(request: HttpRequest, action: str) -> HttpResponse:
    """403, naming the roles that have the right, so that people know whom to ask."""
    roles = role_names(
        role.value for role, scope in POLICY[action].items() if scope is not Scope.NONE
    )
    response = _page(request, "web/error_403.html", 403, roles=roles)
    return _told(
        response,
        _("您的角色不能做这一步；有此权限的角色：{roles}。").format(roles=_("、").join(roles)),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's protocol
    """404, the same whether the record is absent or somebody else's."""
    response = _page(request, "web/error_404.html", 404)
    return _told(response, _("没有这条记录，或者它不在您的数据范围内。"))


def server_error(request: HttpRequest) -> HttpResponse:
    """500 with the reference of the log line. Reads nothing: the database may be what is broken."""
    context = {
        "reference": getattr(request, "request_id", ""),
        "frame": "web/plain.html",
        "theme": "system",
    }
    return HttpResponse(render_to_string("web/error_500.html", context), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's protocol
    """The form's token is not this session's: opened before a login or a long time ago."""
    return _told(
        _page(request, "web/error_csrf.html", 403),
        _("页面已过期，这一步没有执行。请重新载入后再试。"),
    )


def refused(request: HttpRequest, error: Refused | Stale) -> HttpResponse:
    """409 with all problems at once; the panel for htmx, a page otherwise."""
    problems: list[dict[str, Any]]
    if isinstance(error, Stale):
        text = _(
            "别人刚刚保存过这条记录，您的修改没有保存。请在新标签页打开最新内容核对，再重新提交；您的输入仍在本页。"
        )
        problems = [{"code": STALE, "path": "", "text": text, "severity": "error", "basis": ""}]
    else:
        problems = shown_problems(error.problems, language_of(request))  # type: ignore[arg-type]
    if request.htmx:  # type: ignore[attr-defined]
        response = render(request, "web/problems.html", {"problems": problems}, status=409)
        response["HX-Retarget"] = "#problems"
        response["HX-Reswap"] = "innerHTML show:window:top"
        return response
    back = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(
        back, {request.get_host()}, require_https=request.is_secure()
    )
    context = {"problems": problems, "back_url": back if safe else ""}
    return _page(request, "web/error_409.html", 409, **context)


def _page(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:  # noqa: ANN401 - template values
    inside = getattr(request, "actor", None) is not None
    frame = "web/base.html" if inside else "web/plain.html"
    return render(request, template, {"frame": frame, **context}, status=status)


def _told(response: HttpResponse, sentence: str) -> HttpResponse:
    """The sentence for a script that asked and will not show the page; a header is ASCII."""
    response["X-Message"] = json.dumps(sentence)
    return response
