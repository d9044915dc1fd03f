"""Clients are found by their customs code: when messages are imported, and by every check."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("parties", "0003_standing_day")]
    operations = [
        migrations.AddIndex(
            model_name="party",
            index=models.Index(fields=["book", "customs_code"], name="party_by_customs_code"),
        ),
    ]
