"""How a book works in customs: reviews, own company, folders of the Single Window client."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, replace
from pathlib import PurePosixPath, PureWindowsPath

from django.db import transaction
from django.http import Http404

from guanzhang.customs.models import Settings
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.codes import check_customs_code, check_usc_code, normalise_code
from guanzhang.kernel.problem import Kind, Problem, Refused, Severity
from guanzhang.org.domain.policy import may
from guanzhang.trail.services import changes_between, record

BAD_PREFIX = Kind(
    "CUS-1006", Severity.ERROR,
    "编号前缀应为 1–4 位大写字母或数字，现为“{found}”。",
    "The prefix has 1 to 4 capital letters or digits; found “{found}”.",
)  # fmt: skip
BAD_FOLDER = Kind(
    "CUS-1007", Severity.ERROR,
    "目录应写完整路径，如 D:\\ImpPath\\Deccus001\\OutBox，现为“{found}”。",
    "Give the whole path of the folder; found “{found}”.",
)  # fmt: skip
SAME_FOLDER = Kind(
    "CUS-1008", Severity.ERROR,
    "发送目录与回执目录不能相同，否则发出的报文会被当作回执。",
    "Outbox and inbox must differ, or what is sent would be read as receipts.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SettingsData:
    """What people choose; the folders belong to the machine that the program runs on."""

    second_review: bool = False
    separate_sender: bool = False
    outbox: str = ""
    inbox: str = ""
    agent_usc: str = ""
    agent_code: str = ""
    agent_name: str = ""
    sequence_prefix: str = "GZ"

    def tidied(self) -> SettingsData:
        return replace(
            self,
            outbox=self.outbox.strip(),
            inbox=self.inbox.strip(),
            agent_usc=normalise_code(self.agent_usc),
            agent_code=normalise_code(self.agent_code),
            agent_name=self.agent_name.strip(),
            sequence_prefix=self.sequence_prefix.strip().upper(),
        )


def data_of(settings: Settings) -> SettingsData:
    names = SettingsData.__dataclass_fields__
    return SettingsData(**{name: getattr(settings, name) for name in names})


def save_settings(actor: Actor, data: SettingsData, *, now: dt.datetime) -> Settings:
    """Write the settings of the actor's book; refuses wrong codes and unusable folders."""
    if not may(actor, "declaration.setup"):
        raise Http404
    data = data.tidied()
    if problems := _problems(data):
        raise Refused(problems)
    with transaction.atomic():
        Settings.objects.get_or_create(book_id=actor.book_id)
        settings = Settings.objects.select_for_update().get(book_id=actor.book_id)
        changes = changes_between(asdict(data_of(settings)), asdict(data))
        if changes:
            for name, value in asdict(data).items():
                setattr(settings, name, value)
            settings.save()
            record(
                actor, "customs.settings_changed", now=now, object_type="customs_settings",
                object_id=actor.book_id, changes=changes,
            )  # fmt: skip
        return settings


def _problems(data: SettingsData) -> list[Problem]:
    found: list[Problem] = []
    if data.agent_usc:
        found += check_usc_code(data.agent_usc, "agent_usc")
    if data.agent_code:
        found += check_customs_code(data.agent_code, "agent_code")
    prefix = data.sequence_prefix
    if not (1 <= len(prefix) <= 4 and prefix.isascii() and prefix.isalnum()):
        found.append(BAD_PREFIX.at("sequence_prefix", found=prefix))
    for name in ("outbox", "inbox"):
        folder = getattr(data, name)
        if folder and not _is_absolute(folder):
            found.append(BAD_FOLDER.at(name, found=folder))
    if data.outbox and data.outbox == data.inbox:
        found.append(SAME_FOLDER.at("inbox"))
    return [problem for problem in found if problem.is_error]


def _is_absolute(folder: str) -> bool:
    return PurePosixPath(folder).is_absolute() or PureWindowsPath(folder).is_absolute()
