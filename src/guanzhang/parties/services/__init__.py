"""Change parties and what belongs to them. One function = one use case = one transaction.

Every function records who changed what (secrets masked) and announces ``PartyChanged``. A party the
actor may not reach with the right the use case needs is a 404. Refusals carry all problems.
"""

from guanzhang.parties.services.base import data_of, field_specs
from guanzhang.parties.services.details import (
    add_account,
    add_address,
    add_contact,
    change_account,
    change_address,
    change_contact,
    remove_account,
    remove_address,
    remove_contact,
    reveal_party,
)
from guanzhang.parties.services.fields import (
    add_field,
    add_tag,
    change_field,
    remove_field,
    remove_tag,
    rename_tag,
    tags_named,
)
from guanzhang.parties.services.files import (
    LARGEST_FILE,
    add_attachment,
    remove_attachment,
    stored_path,
)
from guanzhang.parties.services.parties import (
    RowResult,
    archive_parties,
    archive_party,
    assign_parties,
    change_party,
    create_party,
    problems_of,
    restore_parties,
    restore_party,
    tag_parties,
    untag_parties,
)
from guanzhang.parties.services.service import close_service, record_service
from guanzhang.parties.services.standing import Standing, record_standing
from guanzhang.parties.services.trade import (
    add_transaction,
    change_transaction,
    remove_transaction,
)

__all__ = [
    "LARGEST_FILE",
    "RowResult",
    "Standing",
    "add_account",
    "add_address",
    "add_attachment",
    "add_contact",
    "add_field",
    "add_tag",
    "add_transaction",
    "archive_parties",
    "archive_party",
    "assign_parties",
    "change_account",
    "change_address",
    "change_contact",
    "change_field",
    "change_party",
    "change_transaction",
    "close_service",
    "create_party",
    "data_of",
    "field_specs",
    "problems_of",
    "record_service",
    "record_standing",
    "remove_account",
    "remove_address",
    "remove_attachment",
    "remove_contact",
    "remove_field",
    "remove_tag",
    "remove_transaction",
    "rename_tag",
    "restore_parties",
    "restore_party",
    "reveal_party",
    "stored_path",
    "tag_parties",
    "tags_named",
    "untag_parties",
]
