"""Read who is who."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Language
from guanzhang.org.models import Book, Department, Membership, User, UserSession


def books_of(user_id: int) -> list[Book]:
    """The books a user may enter, by code."""
    return list(
        Book.objects.filter(memberships__user_id=user_id, memberships__is_active=True)
        .select_related("company")
        .order_by("code")
    )


def actor_for(
    user_id: int, book_id: int, *, request_id: str = "", ip: str = "", language: Language = "zh"
) -> Actor | None:
    """The actor a user is in a book; None when the user may not enter it.

    Read from the database for every request: a change of rights acts on the next one.
    """
    membership = (
        Membership.objects.filter(
            user_id=user_id, book_id=book_id, is_active=True, user__is_active=True
        )
        .select_related("user", "department")
        .prefetch_related("grants")
        .first()
    )
    if membership is None:
        return None
    department = membership.department
    below = (
        Department.objects.filter(book_id=book_id, path__startswith=department.path)
        if department
        else Department.objects.none()
    )
    return Actor(
        user_id=user_id,
        username=membership.user.username,
        name=membership.user.name,
        book_id=book_id,
        roles=frozenset(
            f"{g.role}:{g.scope}" if g.scope else g.role for g in membership.grants.all()
        ),
        department_id=department.pk if department else None,
        department_ids=frozenset(below.values_list("pk", flat=True)),
        request_id=request_id,
        ip=ip,
        language=language,
    )


def the_book(code: str = "") -> Book | None:
    """The book called ``code``, or the first one."""
    books = Book.objects.select_related("company").order_by("pk")
    return books.filter(code=code).first() if code else books.first()


def book(book_id: int) -> Book:
    return Book.objects.select_related("company").get(pk=book_id)


def people(book_id: int) -> QuerySet[User]:
    """Active users of a book, for choices of an owner."""
    return User.objects.filter(
        memberships__book_id=book_id, memberships__is_active=True, is_active=True
    ).order_by("name")


def departments(book_id: int) -> QuerySet[Department]:
    return Department.objects.filter(book_id=book_id).order_by("path")


def memberships(book_id: int) -> QuerySet[Membership]:
    return (
        Membership.objects.filter(book_id=book_id)
        .select_related("user", "department")
        .prefetch_related("grants")
        .order_by("user__username")
    )


def membership(book_id: int, user_id: int) -> Membership | None:
    """One person's place in a book; None for people of other books."""
    return memberships(book_id).filter(user_id=user_id).first()


def members_per_department(book_id: int) -> dict[int, int]:
    """Active people directly in each department."""
    active = Membership.objects.filter(book_id=book_id, is_active=True, user__is_active=True)
    counts = active.values_list("department_id").annotate(Count("pk"))
    return {department: count for department, count in counts if department}


def books() -> list[Book]:
    return list(Book.objects.select_related("company").order_by("code"))


def sessions_of(user_id: int) -> QuerySet[UserSession]:
    return UserSession.objects.filter(user_id=user_id).order_by("-seen_at")


def demo_memberships() -> QuerySet[Membership]:
    """The logins of the demonstration company, if this installation has one, in order of creation."""
    return (
        Membership.objects.filter(
            book__company__is_demo=True, is_active=True, user__is_active=True
        )
        .select_related("user")
        .prefetch_related("grants")
        .order_by("pk")
    )
