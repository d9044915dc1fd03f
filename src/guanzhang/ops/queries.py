"""What the pages of users, trail and jobs read, within the reader's rights."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from guanzhang.kernel.actor import Actor
from guanzhang.org import queries as org
from guanzhang.org.domain.policy import Scope, scope_of
from guanzhang.trail import queries as trail
from guanzhang.work import queries as work


def jobs_for(actor: Actor, action: str = "job.view") -> QuerySet[Any]:
    """Jobs of the book: everybody's or one's own. A job has no department: ``dept`` means own."""
    match scope_of(actor, action):
        case Scope.ALL:
            return work.jobs_of_book(actor.book_id)
        case Scope.NONE:
            return work.jobs_of_book(actor.book_id).none()
        case _:
            return work.jobs_of_book(actor.book_id, actor.user_id)


def visible_chains(actor: Actor) -> tuple[int, ...]:
    """The book's own chain; the installation's as well when there is only one real company.

    Chain 0 holds login attempts with unknown names. With several companies in one installation
    nobody inside a book may read it; ``guanzhang trail`` on the server can.
    """
    books = org.books()
    real = {book.company_id for book in books if not book.company.is_demo}
    mine = {book.company_id for book in books if book.pk == actor.book_id}
    return (actor.book_id, 0) if real == mine else (actor.book_id,)


def audit_for(actor: Actor) -> QuerySet[Any]:
    """Audit records the actor may read, newest first."""
    return trail.audit_records(visible_chains(actor))
