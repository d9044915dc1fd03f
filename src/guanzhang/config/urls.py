"""All URLs of the program. A view without a policy is refused by the middleware and by a test."""

from django.urls import include, path

from guanzhang.ops.views.health import alive

urlpatterns = [
    path("healthz", alive, name="healthz"),
    path("", include("guanzhang.desk.urls")),
    path("", include("guanzhang.web.urls")),
    path("", include("guanzhang.parties.urls")),
    path("", include("guanzhang.customs.urls")),
    path("", include("guanzhang.customs.urls_print")),
    path("declarations/", include("guanzhang.customs.urls_pages")),
    path("declarations/", include("guanzhang.customs.urls_messages")),
    path("", include("guanzhang.customs.urls_tax")),
    path("customs/", include("guanzhang.customs.urls_policy")),
    path("reference/", include("guanzhang.reference.urls")),
    path("imports/", include("guanzhang.exchange.urls")),
    path("classification/", include("guanzhang.classification.urls")),
    path("settings/", include("guanzhang.ops.urls")),
]
handler403 = "guanzhang.web.errors.csrf_failure"
handler404 = "guanzhang.web.errors.not_found"
handler500 = "guanzhang.web.errors.server_error"
