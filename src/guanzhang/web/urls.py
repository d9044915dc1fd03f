"""Addresses of the kit itself: signing in, preferences, notices, lookups, jobs, list choices."""

from django.urls import URLPattern, path

from guanzhang.web import access, listing_export, listing_saved, notices, palette, progress

urlpatterns: list[URLPattern] = [
    path("login/", access.sign_in, name="login"),
    path("logout/", access.sign_out, name="logout"),
    path("account/", access.my_account, name="password"),
    path("account/sessions/<int:session_id>/end/", access.end_my_session, name="end-session"),
    path("account/prefer/", access.prefer, name="prefer"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<int:notice_id>/", notices.open_notice, name="notice"),
    path("lookup/<slug:key>/", palette.lookup, name="lookup"),
    path("palette/", palette.palette, name="palette"),
    path("jobs/<int:job_id>/progress/", progress.job_progress, name="job-progress"),
    path("jobs/<int:job_id>/cancel/", progress.job_cancel, name="job-cancel"),
    path("lists/<slug:key>/columns/", listing_saved.choose_columns, name="list-columns"),
    path("lists/<slug:key>/views/", listing_saved.save_view, name="list-view-new"),
    path("lists/views/<int:view_id>/", listing_saved.change_view, name="list-view"),
    path("exports/<int:job_id>/", listing_export.export_file, name="export-file"),
]
