"""Every check of a declaration: pure rules over a document and its context."""

from guanzhang.customs.domain.checks.context import Context
from guanzhang.customs.domain.checks.fixes import Fix, fixes, with_fixes
from guanzhang.customs.domain.checks.running import check

__all__ = ["Context", "Fix", "check", "fixes", "with_fixes"]
