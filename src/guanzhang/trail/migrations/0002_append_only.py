from django.db import migrations

from guanzhang.storage.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("trail", "0001_initial")]
    operations = [append_only("trail_auditrecord")]
