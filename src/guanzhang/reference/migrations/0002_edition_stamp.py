
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reference', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='edition',
            name='applied_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='edition',
            name='stamp',
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddField(
            model_name='tariffrow',
            name='initials',
            field=models.TextField(blank=True),
        ),
        migrations.AddIndex(
            model_name='edition',
            index=models.Index(fields=['applied_at'], name='edition_applied'),
        ),
    ]
