"""Password rules of our own: no word that anybody would guess here."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

WORDS = ("guanzhang", "guan zhang", "关账", "baoguan", "报关", "888888", "666666", "password")


class ContextWordValidator:
    """Refuse passwords made around the product's, the trade's or the person's own name."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ANN401 - Django's protocol
        words = [*WORDS, getattr(user, "username", ""), getattr(user, "name", "")]
        for word in words:
            if len(word) >= 2 and word.lower() in password.lower():
                raise ValidationError(
                    _("密码不能包含“%(word)s”，请换一个别人猜不到的。"), params={"word": word}
                )

    def get_help_text(self) -> str:
        return _("不要用公司、行业或本人的名字。")


LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is misread from paper


def make_password() -> str:
    """A first password to hand over, "k7mf-w3xq-9tdh": 59 bits, to be changed at the first login."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
