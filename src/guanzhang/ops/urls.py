from django.urls import path

from guanzhang.ops.views import departments, health, jobs, trail, users

urlpatterns = [
    path("users/", users.user_list, name="users"),
    path("users/new/", users.new_user, name="user-new"),
    path("users/<int:user_id>/", users.user, name="user"),
    path("users/<int:user_id>/password/", users.reset_password, name="user-password"),
    path(
        "users/<int:user_id>/sessions/<int:session_id>/end/",
        users.end_session,
        name="user-session-end",
    ),
    path("departments/", departments.department_list, name="departments"),
    path("departments/new/", departments.new_department, name="department-new"),
    path("departments/<int:department_id>/", departments.department, name="department"),
    path("trail/", trail.trail_list, name="trail"),
    path("trail/verify/", trail.verify, name="trail-verify"),
    path("trail/<int:record_id>/", trail.record, name="trail-record"),
    path("jobs/", jobs.job_list, name="jobs"),
    path("jobs/<int:job_id>/", jobs.job, name="job"),
    path("jobs/<int:job_id>/retry/", jobs.retry, name="job-retry"),
    path("health/", health.overview, name="health"),
    path("health/events/<int:delivery_id>/retry/", health.retry_event, name="event-retry"),
]
