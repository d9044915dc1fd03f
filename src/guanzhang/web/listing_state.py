"""What a person asked of a list, read from the URL and written back to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest, QueryDict
from django.utils.http import urlencode

from guanzhang.web.keyset import SortKey
from guanzhang.web.listing_spec import Column, ListSpec

SIZES = (50, 100, 200)
MOST_SORTS = 3
LONGEST = 300  # characters of one filter
SELECT_ALL = 5_000  # rows that may be selected


@dataclass(frozen=True, slots=True)
class ListState:
    """``sort`` holds column keys with their sign; ``columns`` is None when the URL does not choose."""

    search: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    sort: tuple[str, ...] = ()
    columns: tuple[str, ...] | None = None
    size: int = SIZES[0]
    after: str = ""
    before: str = ""

    @classmethod
    def read(cls, query: QueryDict, columns: Sequence[Column]) -> ListState:
        """Whatever the URL holds that the list knows; the rest is ignored, never an error."""
        known = {column.key: column for column in columns}
        filters = {
            key: text
            for key, column in known.items()
            if column.is_filterable and (text := _typed(query, f"f.{key}", LONGEST))
        }
        added, token = query.get("add", ""), _typed(query, "with", LONGEST)
        if added in known and known[added].is_filterable and token:
            filters[added] = token
        sort = tuple(
            part
            for part in query.get("sort", "").split(",")[:MOST_SORTS]
            if (column := known.get(part.lstrip("-"))) is not None and column.is_sortable
        )
        chosen = tuple(key for key in query.get("cols", "").split(",") if key in known)
        size = query.get("size", "")
        return cls(
            search=_typed(query, "q", 100),
            filters=filters,
            sort=tuple(dict.fromkeys(sort)),
            columns=tuple(dict.fromkeys(chosen)) or None,
            size=int(size) if size in map(str, SIZES) else SIZES[0],
            after=query.get("after", ""),
            before=query.get("before", ""),
        )

    def query(self, *, paged: bool = False) -> str:
        """The canonical query string; without the place in the list unless ``paged``."""
        pairs: list[tuple[str, str]] = [("q", self.search)] if self.search else []
        pairs += [(f"f.{key}", text) for key, text in self.filters.items()]
        if self.sort:
            pairs.append(("sort", ",".join(self.sort)))
        if self.columns:
            pairs.append(("cols", ",".join(self.columns)))
        if self.size != SIZES[0]:
            pairs.append(("size", str(self.size)))
        if paged and (self.after or self.before):
            pairs.append(("after", self.after) if self.after else ("before", self.before))
        return urlencode(pairs)

    def at_start(self, **changes: object) -> ListState:
        """The same wishes with ``changes``, from the first page."""
        return dataclasses.replace(self, **{"after": "", "before": "", **changes})  # type: ignore[arg-type]

    def without_filter(self, key: str) -> ListState:
        return self.at_start(filters={k: v for k, v in self.filters.items() if k != key})

    def sorted_by(self, key: str, *, descending: bool, also: bool) -> ListState:
        """Sorted by one column, or by it after the present ones (``also``)."""
        step = f"-{key}" if descending else key
        if not also:
            return self.at_start(sort=(step,))
        others = tuple(s for s in self.sort if s.lstrip("-") != key)
        position = next(
            (i for i, s in enumerate(self.sort) if s.lstrip("-") == key), len(others)
        )
        steps = (*others[:position], step, *others[position:])[:MOST_SORTS]
        return self.at_start(sort=steps)

    def direction(self, key: str) -> str:
        """ "ascending", "descending" or "" for a column."""
        return (
            "ascending" if key in self.sort else "descending" if f"-{key}" in self.sort else ""
        )


def _typed(query: QueryDict, name: str, longest: int) -> str:
    """What was typed, without the NUL that PostgreSQL refuses."""
    return query.get(name, "").replace("\0", "").strip()[:longest]


def sort_keys(state: ListState, spec: ListSpec, columns: Iterable[Column]) -> list[SortKey]:
    """ORM paths of the wanted order, or of the list's own, which may name a path without a column."""
    known = {column.key: column for column in columns}
    wanted = state.sort or tuple(spec.sort.split(","))
    keys = []
    for part in wanted:
        name = part.lstrip("-")
        path = known[name].sorts() if name in known else name
        keys.append(SortKey(path, descending=part.startswith("-")))
    return keys


def chosen_ids(request: HttpRequest) -> list[int]:
    """The selected rows of a POST, each once; what is not a number is left out."""
    return list(
        dict.fromkeys(int(text) for text in request.POST.getlist("ids") if text.isdecimal())
    )[:SELECT_ALL]
