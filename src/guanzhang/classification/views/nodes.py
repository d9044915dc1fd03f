"""Nodes of the trees (地区, 行业) as a person looks for them: by name, by code, or from the top."""

from __future__ import annotations

from collections.abc import Iterator

from guanzhang.parties.domain import industries, regions

LIMIT = 40


def find_nodes(fact: str, text: str) -> list[dict[str, str]]:
    """At most 40 nodes with code, name and where they lie; those nearest the root first."""
    walk = {"region": _regions, "industry": _industries}.get(fact)
    if walk is None:
        return []
    wanted = text.upper()
    hits = [
        (depth, not name.startswith(text), code, name, hint)
        for depth, code, name, hint in walk()
        if (depth == 0 if not text else text in name or code.startswith(wanted))
    ]
    return [
        {"code": code, "name": name, "hint": f"{hint} {code}".strip()}
        for _depth, _start, code, name, hint in sorted(hits)[:LIMIT]
    ]


def node_name(fact: str, code: str) -> str:
    """The name of one node; the code itself when the table does not know it."""
    if fact == "region":
        place = regions.region(code)
        return place.name if place else code
    if fact == "industry":
        branch = industries.industry(code)
        return branch.name if branch else code
    return code


def _regions(
    parent: str = "", depth: int = 0, above: str = ""
) -> Iterator[tuple[int, str, str, str]]:
    for place in regions.children(parent):
        yield depth, place.code, place.name, above
        yield from _regions(place.code, depth + 1, f"{above} {place.name}".strip())


def _industries() -> Iterator[tuple[int, str, str, str]]:
    """Sections as letters, divisions as the facts write them: F51."""
    for section in industries.children(""):
        yield 0, section.code, section.name, ""
        for division in industries.children(section.code):
            yield 1, f"{section.code}{division.code}", division.name, section.name
