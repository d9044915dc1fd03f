"""The search index of declarations, as `storage.gram_search` wants it; counts that nobody made are unknown."""

import django.db.models.deletion
from django.db import migrations, models

from guanzhang.storage.gram_search import drop_index, make_index

TABLE, INDEX = "customs_searchtext", "customs_search"


def forward(_apps, editor):
    make_index(editor, TABLE, INDEX)


def backward(_apps, editor):
    drop_index(editor, TABLE, INDEX)


class Migration(migrations.Migration):
    dependencies = [("customs", "0003_sheet_mapping")]
    operations = [
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "declaration",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_text",
                        serialize=False,
                        to="customs.declaration",
                    ),
                ),
                ("text", models.TextField()),
            ],
            options={"verbose_name": "检索文本"},
        ),
        migrations.RunPython(forward, backward, elidable=False),
        migrations.AlterField(
            model_name="declaration",
            name="error_count",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="错误"),
        ),
        migrations.AlterField(
            model_name="declaration",
            name="warning_count",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="警告"),
        ),
    ]
