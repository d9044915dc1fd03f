
import django.db.models.deletion
import guanzhang.storage.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Workday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True, verbose_name='日期')),
                ('is_workday', models.BooleanField(verbose_name='上班')),
                ('name', models.CharField(blank=True, max_length=60, verbose_name='名称')),
                ('source', models.CharField(max_length=300, verbose_name='来源')),
            ],
            options={
                'verbose_name': '工作日历',
            },
        ),
        migrations.CreateModel(
            name='AssessmentRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='月份')),
                ('currency', models.CharField(max_length=3, verbose_name='币制')),
                ('rate', guanzhang.storage.fields.FixedField(places=8, verbose_name='汇率')),
                ('base_date', models.DateField(verbose_name='基准日')),
                ('source', models.CharField(max_length=300, verbose_name='来源')),
                ('entered_by_id', models.BigIntegerField(default=0)),
                ('entered_by', models.CharField(max_length=60, verbose_name='录入人')),
                ('entered_at', models.DateTimeField()),
                ('approved_by_id', models.BigIntegerField(null=True)),
                ('approved_by', models.CharField(blank=True, max_length=60, verbose_name='复核人')),
                ('approved_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': '计征汇率',
                'constraints': [models.UniqueConstraint(fields=('month', 'currency'), name='assessment_rate_once')],
            },
        ),
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('codes', '代码表'), ('tariff', '税则'), ('measures', '贸易救济与加征'), ('rates', '计征汇率'), ('calendar', '工作日历'), ('parameters', '参数')], max_length=10, verbose_name='种类')),
                ('table', models.CharField(blank=True, max_length=30, verbose_name='代码表')),
                ('title', models.CharField(max_length=120, verbose_name='名称')),
                ('effective_on', models.DateField(verbose_name='生效日期')),
                ('state', models.CharField(choices=[('loaded', '待复核'), ('reviewed', '已复核，待生效'), ('effective', '已生效'), ('rejected', '已退回')], default='loaded', max_length=10, verbose_name='状态')),
                ('is_demo', models.BooleanField(default=False, verbose_name='演示数据')),
                ('source', models.CharField(max_length=300, verbose_name='来源')),
                ('source_date', models.CharField(blank=True, max_length=20, verbose_name='来源日期')),
                ('file_name', models.CharField(blank=True, max_length=255, verbose_name='文件')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('is_whole', models.BooleanField(default=True, verbose_name='整版')),
                ('added', models.IntegerField(default=0, verbose_name='新增')),
                ('changed', models.IntegerField(default=0, verbose_name='变更')),
                ('removed', models.IntegerField(default=0, verbose_name='删除')),
                ('unchanged', models.IntegerField(default=0, verbose_name='不变')),
                ('staged', models.JSONField(null=True)),
                ('loaded_by_id', models.BigIntegerField(default=0)),
                ('loaded_by', models.CharField(blank=True, max_length=60, verbose_name='载入人')),
                ('loaded_at', models.DateTimeField(verbose_name='载入时间')),
                ('reviewed_by_id', models.BigIntegerField(null=True)),
                ('reviewed_by', models.CharField(blank=True, max_length=60, verbose_name='复核人')),
                ('reviewed_at', models.DateTimeField(null=True, verbose_name='复核时间')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='说明')),
            ],
            options={
                'verbose_name': '版本',
                'indexes': [models.Index(fields=['kind', 'table', 'effective_on'], name='edition_order')],
            },
        ),
        migrations.CreateModel(
            name='Parameter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=60, verbose_name='参数')),
                ('value', guanzhang.storage.fields.FixedField(places=8, verbose_name='值')),
                ('valid_from', models.DateField(verbose_name='起')),
                ('valid_to', models.DateField(null=True, verbose_name='止')),
                ('source', models.CharField(max_length=300, verbose_name='来源')),
                ('is_confirmed', models.BooleanField(default=False, verbose_name='已核实')),
            ],
            options={
                'verbose_name': '参数',
                'constraints': [models.UniqueConstraint(fields=('key', 'valid_from'), name='parameter_once')],
            },
        ),
        migrations.CreateModel(
            name='Code',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(max_length=30)),
                ('code', models.CharField(max_length=20, verbose_name='代码')),
                ('name', models.CharField(max_length=200, verbose_name='名称')),
                ('status', models.CharField(default='active', max_length=10, verbose_name='状态')),
                ('extra', models.JSONField(default=dict)),
                ('initials', models.CharField(blank=True, max_length=200)),
                ('valid_from', models.DateField(verbose_name='起')),
                ('valid_to', models.DateField(null=True, verbose_name='止')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.edition')),
            ],
            options={
                'verbose_name': '代码',
                'constraints': [models.UniqueConstraint(fields=('table', 'code', 'valid_from'), name='code_once')],
            },
        ),
        migrations.CreateModel(
            name='MeasureRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20, verbose_name='种类')),
                ('hs_prefix', models.CharField(max_length=10, verbose_name='商品编号')),
                ('origin', models.CharField(max_length=3, verbose_name='原产地')),
                ('exporter', models.CharField(blank=True, max_length=200, verbose_name='出口商')),
                ('rate', models.CharField(max_length=40, verbose_name='税率')),
                ('source', models.CharField(max_length=300, verbose_name='来源')),
                ('valid_from', models.DateField(verbose_name='起')),
                ('valid_to', models.DateField(null=True, verbose_name='止')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.edition')),
            ],
            options={
                'verbose_name': '贸易措施',
                'indexes': [models.Index(fields=['hs_prefix', 'origin'], name='measure_by_code')],
            },
        ),
        migrations.CreateModel(
            name='TariffRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hs_code', models.CharField(max_length=10, verbose_name='商品编号')),
                ('name', models.CharField(max_length=500, verbose_name='商品名称')),
                ('data', models.JSONField()),
                ('is_demo', models.BooleanField(default=False)),
                ('valid_from', models.DateField(verbose_name='起')),
                ('valid_to', models.DateField(null=True, verbose_name='止')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.edition')),
            ],
            options={
                'verbose_name': '税则',
                'indexes': [models.Index(fields=['valid_to', 'hs_code'], name='tariff_now')],
                'constraints': [models.UniqueConstraint(fields=('hs_code', 'valid_from'), name='tariff_once')],
            },
        ),
    ]
