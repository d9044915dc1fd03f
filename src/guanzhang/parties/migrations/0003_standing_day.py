
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('org', '0001_initial'),
        ('parties', '0002_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='StandingDay',
            fields=[
                ('book', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='org.book')),
                ('on', models.DateField()),
            ],
            options={
                'verbose_name': '分类日期',
            },
        ),
        migrations.RemoveField(
            model_name='party',
            name='standing_on',
        ),
    ]
