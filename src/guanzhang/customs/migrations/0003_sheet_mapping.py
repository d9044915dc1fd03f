import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customs", "0002_figures"),
        ("org", "0001_initial"),
        ("parties", "0003_standing_day"),
    ]

    operations = [
        migrations.CreateModel(
            name="SheetMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("invoice", "发票"), ("packing", "箱单")], max_length=10
                    ),
                ),
                ("columns", models.JSONField()),
                ("updated_at", models.DateTimeField()),
                (
                    "book",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="org.book",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="parties.party",
                    ),
                ),
            ],
            options={
                "verbose_name": "对应方案",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("book", "party", "role"), name="sheet_mapping_once"
                    )
                ],
            },
        ),
    ]
