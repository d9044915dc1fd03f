"""Messages of other programs become drafts: many files, a result for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from guanzhang.customs.domain.archive import is_zip, members
from guanzhang.customs.domain.document import Document
from guanzhang.customs.domain.xml import Read, read_message
from guanzhang.customs.models import Declaration
from guanzhang.customs.services.entering import enter_declarations
from guanzhang.customs.services.storing import KNOWN_ALREADY
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Problem, Refused
from guanzhang.storage.bulk import chunks

AT_ONCE = 200  # files looked at together
Progress = Callable[[int], None]


@dataclass(slots=True)
class FileResult:
    """What became of one file: a draft with what was noticed, or why there is none."""

    name: str
    problems: tuple[Problem, ...] = ()
    declaration_id: int | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file to import: a message or why its bytes could not be had."""

    name: str
    data: bytes
    problem: Problem | None = None


def uploads_in(name: str, data: bytes) -> Iterator[Upload]:
    """The messages of an uploaded file: itself, or every XML file of a ZIP."""
    name = PurePath(name.replace("\\", "/")).name or "file"
    if not is_zip(data):
        yield Upload(name, data)
        return
    try:
        found = members(data)
    except Refused as refused:
        yield Upload(name, b"", refused.problems[0])
        return
    for member in found:
        yield Upload(member.name, member.data, member.problem)


def import_messages(
    actor: Actor,
    uploads: Iterable[Upload],
    *,
    now: dt.datetime,
    source: str = "",
    progress: Progress = lambda done: None,  # noqa: ARG005 - nobody is told
) -> list[FileResult]:
    """Drafts of all readable messages, in one transaction; a file that cannot be used says why.

    A client number that is known, or came before in the same upload, is not entered a second time.
    Checks and taxes follow with ``figures.refresh``.
    """
    reader = _Reader(actor.book_id, progress)
    rows = enter_declarations(actor, reader.documents(uploads), now=now, source=source)
    for result, row in zip(reader.entered, rows, strict=True):
        result.declaration_id, result.number = row.pk, row.number
    return reader.results


@dataclass(slots=True)
class _Reader:
    """Reads the files in their order and keeps what to say of each."""

    book_id: int
    progress: Progress
    results: list[FileResult] = field(default_factory=list)
    entered: list[FileResult] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)  # client number → file

    def documents(self, uploads: Iterable[Upload]) -> Iterator[Document]:
        for part in chunks(uploads, AT_ONCE):
            read = [self._read(each) for each in part]
            known = self._known(found.document for _, found in read if found)
            for result, found in read:
                if found is None:
                    continue
                client_no = _client_no(found.document)
                other = known.get(client_no) or self.seen.get(client_no)
                if client_no and other:
                    path = "DecSign.ClientSeqNo"
                    result.problems = (KNOWN_ALREADY.at(path, found=client_no, number=other),)
                    continue
                if client_no:
                    self.seen[client_no] = result.name
                self.entered.append(result)
                yield found.document
            self.progress(len(self.results))

    def _read(self, upload: Upload) -> tuple[FileResult, Read | None]:
        result, found = FileResult(upload.name), None
        self.results.append(result)
        if upload.problem:
            result.problems = (upload.problem,)
            return result, None
        try:
            found = read_message(upload.data)
            result.problems = found.problems
        except Refused as refused:
            result.problems = refused.problems
        return result, found

    def _known(self, documents: Iterable[Document]) -> dict[str, str]:
        numbers = {number for each in documents if (number := _client_no(each))}
        rows = Declaration.objects.filter(book_id=self.book_id, client_no__in=numbers)
        return dict(rows.values_list("client_no", "number"))


def _client_no(document: Document) -> str:
    return str(document.get("DecSign", {}).get("ClientSeqNo", ""))[:18]
