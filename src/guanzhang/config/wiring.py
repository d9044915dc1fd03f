"""Who does which job and who listens to which event: whole, explicit, in order."""

from __future__ import annotations

from guanzhang.classification import jobs as classification_jobs
from guanzhang.classification.handlers import classify_daily, reclassify
from guanzhang.config.health import classification_age, snapshot_age
from guanzhang.customs import jobs as customs_jobs
from guanzhang.customs import jobs_print
from guanzhang.customs.lists import LISTS as CUSTOMS_LISTS
from guanzhang.customs.lists_messages import LISTS as MESSAGE_LISTS
from guanzhang.customs.lookups import LOOKUPS as CUSTOMS_LOOKUPS
from guanzhang.customs.policy_news import apply_policy, edition_effective
from guanzhang.exchange import jobs as exchange_jobs
from guanzhang.ops.health import Check
from guanzhang.ops.jobs import verify_daily, verify_trail
from guanzhang.ops.lists import JOBS as JOB_LIST
from guanzhang.ops.lists import TRAIL, USERS
from guanzhang.parties.imports import IMPORTS as PARTY_IMPORTS
from guanzhang.parties.lists import (
    ARCHIVED,
    CUSTOMERS,
    SERVICE_RECORDS,
    SUPPLIERS,
    TRANSACTIONS,
)
from guanzhang.parties.lookups import LOOKUPS as PARTY_LOOKUPS
from guanzhang.reference import jobs as reference_jobs
from guanzhang.reference.lists import EDITIONS, RATES
from guanzhang.reference.lookups import LOOKUPS as REFERENCE_LOOKUPS
from guanzhang.reference.services import apply_due
from guanzhang.trail.delivery import Listener
from guanzhang.web.listing_export import export_list
from guanzhang.work.registry import Handler

JOBS: dict[str, Handler] = {
    "trail.verify": verify_trail,
    "web.export": export_list,
    "exchange.check": exchange_jobs.check,
    "exchange.commit": exchange_jobs.commit,
    "exchange.undo": exchange_jobs.undo,
    "reference.load": reference_jobs.load,
    "classification.run": classification_jobs.run,
    "classification.trial": classification_jobs.trial,
    "classification.publish": classification_jobs.publish,
    "customs.exchange": customs_jobs.exchange_now,
    "customs.import": customs_jobs.import_files,
    "customs.policy": apply_policy,
    "customs.print": jobs_print.print_batch,
}

LISTENERS: dict[str, tuple[tuple[str, Listener], ...]] = {
    "reference.EditionEffective": (("customs.policy", edition_effective),),
    "parties.PartyChanged": (("classification.reclassify", reclassify),),
    "exchange.BatchCommitted": (("classification.reclassify", reclassify),),
    "exchange.BatchUndone": (("classification.reclassify", reclassify),),
}

REGULAR = (
    apply_due,
    classify_daily,
    verify_daily,
    customs_jobs.exchange_folders,
)  # looked at every minute; each queues what the day lacks

HEALTH: tuple[Check, ...] = (snapshot_age, classification_age)

IMPORTS = PARTY_IMPORTS  # kinds of file that can be imported

LISTS = (  # lists that a job may export
    EDITIONS,
    RATES,
    USERS,
    TRAIL,
    JOB_LIST,
    CUSTOMERS,
    SUPPLIERS,
    ARCHIVED,
    TRANSACTIONS,
    SERVICE_RECORDS,
    *CUSTOMS_LISTS,
    *MESSAGE_LISTS,
)

LOOKUPS = (
    *PARTY_LOOKUPS,
    *CUSTOMS_LOOKUPS,
    *REFERENCE_LOOKUPS,
)  # what a combobox and the palette find
