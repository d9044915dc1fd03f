"""Use cases of classification: schemes and drafts, trial and publish, runs, reasons."""

from guanzhang.classification.services.explaining import (
    explain_definition,
    explain_draft,
    explain_party,
    short_reasons,
)
from guanzhang.classification.services.preview import count_definition, preview
from guanzhang.classification.services.publishing import (
    publish_version,
    run_trial,
    trial_members,
)
from guanzhang.classification.services.running import compute_scheme, run_schemes
from guanzhang.classification.services.schemes import (
    create_scheme,
    describe_scheme,
    discard_draft,
    install_starter_schemes,
    make_primary,
    open_draft,
    retire_scheme,
    save_draft,
)

__all__ = [
    "compute_scheme",
    "count_definition",
    "create_scheme",
    "describe_scheme",
    "discard_draft",
    "explain_definition",
    "explain_draft",
    "explain_party",
    "install_starter_schemes",
    "make_primary",
    "open_draft",
    "preview",
    "publish_version",
    "retire_scheme",
    "run_schemes",
    "run_trial",
    "save_draft",
    "short_reasons",
    "trial_members",
]
