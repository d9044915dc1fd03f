"""Read jobs and notices within the reader's scope."""

from __future__ import annotations

from django.db.models import QuerySet

from guanzhang.work.models import Job, Notice


def jobs_of_book(book_id: int, user_id: int | None = None) -> QuerySet[Job]:
    """Jobs of a book, newest first; only one person's when ``user_id`` is given."""
    jobs = Job.objects.filter(book_id=book_id).order_by("-pk")
    return jobs if user_id is None else jobs.filter(user_id=user_id)


def unread_notices(user_id: int, book_id: int) -> QuerySet[Notice]:
    return Notice.objects.filter(user_id=user_id, book_id=book_id, read_at=None).order_by("-pk")
