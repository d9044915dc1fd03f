"""What can be done with reference data."""

from guanzhang.reference.services.installing import install_shipped
from guanzhang.reference.services.loading import (
    Heading,
    Loaded,
    load_file,
    receive_file,
    stage_rows,
)
from guanzhang.reference.services.parameters import propose_parameter
from guanzhang.reference.services.rates import (
    approve_rate,
    enter_rate,
    proposed_base_date,
    withdraw_rate,
)
from guanzhang.reference.services.reviewing import apply_due, reject_edition, review_edition

__all__ = [
    "Heading",
    "Loaded",
    "apply_due",
    "approve_rate",
    "enter_rate",
    "install_shipped",
    "load_file",
    "propose_parameter",
    "proposed_base_date",
    "receive_file",
    "reject_edition",
    "review_edition",
    "stage_rows",
    "withdraw_rate",
]
