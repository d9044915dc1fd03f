"""What a person sets up about lists: saved views and column choices."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A named query string of one list (视图). Sharing a view never shares rows: scope still applies."""

    class Audience(models.TextChoices):
        ME = "me", _("仅自己")
        BOOK = "book", _("全账套")

    book_id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    list_key = models.CharField(max_length=40)
    name = models.CharField(_("名称"), max_length=40)
    query = models.CharField(max_length=2000)  # "f.grade=A,B&sort=-amount_12m&cols=code,name"
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.ME)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("视图")
        constraints = [
            models.UniqueConstraint(
                fields=["book_id", "user_id", "list_key", "name"], name="saved_view_once"
            )
        ]


class ListChoice(models.Model):
    """The columns a person wants to see in one list, in order."""

    user_id = models.BigIntegerField()
    list_key = models.CharField(max_length=40)
    columns = models.JSONField()

    class Meta:
        verbose_name = _("列设置")
        constraints = [
            models.UniqueConstraint(fields=["user_id", "list_key"], name="list_choice_once")
        ]
