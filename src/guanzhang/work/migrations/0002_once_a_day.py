

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('work', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='job',
            name='day',
            field=models.DateField(null=True),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.UniqueConstraint(fields=('book_id', 'kind', 'day'), name='job_once_a_day'),
        ),
    ]
