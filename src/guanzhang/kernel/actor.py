"""Who acts: the person, the book they are in, and what they may see, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from guanzhang.kernel.problem import Language


@dataclass(frozen=True, slots=True)
class Actor:
    """One user in one book (账套) during one request, job or command.

    ``department_ids`` is the own department and everything below it. ``request_id`` and ``ip``
    go into the audit trail; ``language`` chooses the wording of problems.
    """

    user_id: int
    username: str
    name: str
    book_id: int
    roles: frozenset[str]
    department_id: int | None
    department_ids: frozenset[int]
    request_id: str = ""
    ip: str = ""
    language: Language = "zh"

    def has_role(self, *roles: str) -> bool:
        """Whether the actor has at least one of ``roles``."""
        return not self.roles.isdisjoint(roles)

    @property
    def is_system(self) -> bool:
        return self.user_id == 0


def system_actor(book_id: int) -> Actor:
    """The program itself, for scheduled work in one book."""
    return Actor(
        user_id=0,
        username="system",
        name="系统",
        book_id=book_id,
        roles=frozenset({"system"}),
        department_id=None,
        department_ids=frozenset(),
    )
