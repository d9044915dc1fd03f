"""Read jobs and notices within the reader's scope."""

from __future__ import annotations

import datetime as dt

from django.db.models import Min, QuerySet

from guanzhang.work.models import Job, Notice


def jobs_of_book(book_id: int, user_id: int | None = None) -> QuerySet[Job]:
    """Jobs of a book, newest first; only one person's when ``user_id`` is given."""
    jobs = Job.objects.filter(book_id=book_id).order_by("-pk")
    return jobs if user_id is None else jobs.filter(user_id=user_id)


def queue(book_id: int | None = None) -> QuerySet[Job]:
    """Jobs that wait or run, oldest first; of the whole installation without ``book_id``."""
    jobs = Job.objects.filter(state__in=(Job.State.QUEUED, Job.State.RUNNING)).order_by("pk")
    return jobs if book_id is None else jobs.filter(book_id=book_id)


def oldest_waiting() -> dt.datetime | None:
    """Since when the longest waiting job has been queued; None when nothing waits."""
    queued = Job.objects.filter(state=Job.State.QUEUED)
    since: dt.datetime | None = queued.aggregate(since=Min("created_at"))["since"]
    return since


def notices(user_id: int, book_id: int) -> QuerySet[Notice]:
    """Everything a person was told in a book, newest first."""
    return Notice.objects.filter(user_id=user_id, book_id=book_id).order_by("-pk")


def unread_notices(user_id: int, book_id: int) -> QuerySet[Notice]:
    return notices(user_id, book_id).filter(read_at=None)


def has_queued(book_id: int, kind: str) -> bool:
    """Whether a job of this kind still waits to start, so that a second one would do nothing new."""
    return Job.objects.filter(book_id=book_id, kind=kind, state=Job.State.QUEUED).exists()


def recent() -> QuerySet[Job]:
    """All jobs of the installation, newest first; for its operators."""
    return Job.objects.order_by("-pk")


def job(job_id: int) -> Job | None:
    return Job.objects.filter(pk=job_id).first()
