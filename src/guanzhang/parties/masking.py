"""Personal and bank data as most people see it: ``138****5678``. Pure, and always on the server."""

from __future__ import annotations

from collections.abc import Mapping

from guanzhang.kernel.codes import check_mobile


def mask_mobile(text: str) -> str:
    """``13812345678`` → ``138****5678``."""
    return f"{text[:3]}****{text[-4:]}" if len(text) >= 11 else _short(text)


def mask_phone(text: str) -> str:
    """``0574-86212345`` → ``0574-8621****``."""
    return f"{text[:-4]}****" if len(text) > 6 else _short(text)


def mask_id_card(text: str) -> str:
    """``330206199001011234`` → ``330206********1234``."""
    return f"{text[:6]}********{text[-4:]}" if len(text) >= 15 else _short(text)


def mask_account(text: str) -> str:
    """``6222021001112345`` → ``6222****2345``."""
    return f"{text[:4]}****{text[-4:]}" if len(text) >= 12 else _short(text)


def mask_wechat(text: str) -> str:
    """Many names in 微信 are mobile numbers."""
    return text if check_mobile(text) else mask_mobile(text)


MASKS = {
    "mobile": mask_mobile,
    "phone": mask_phone,
    "id_card": mask_id_card,
    "account_no": mask_account,
    "wechat": mask_wechat,
}


def masked(field: str, value: object) -> object:
    """The value as the trail and people without the right to reveal see it."""
    mask = MASKS.get(field)
    return mask(value) if mask and isinstance(value, str) and value else value


def masked_values(values: Mapping[str, object]) -> dict[str, object]:
    return {field: masked(field, value) for field, value in values.items()}


def unmasked(field: str, typed: str, stored: str) -> str:
    """What was typed; the stored value when the masked one came back unchanged from a form."""
    return stored if stored and typed.strip() == masked(field, stored) else typed


def _short(text: str) -> str:
    return "****" + text[-1:] if text else ""
