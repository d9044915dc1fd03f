import guanzhang.storage.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customs", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="goodsline",
            name="value_cny",
            field=guanzhang.storage.fields.FixedField(
                null=True, places=4, verbose_name="计税价格"
            ),
        ),
        migrations.AddIndex(
            model_name="declaration",
            index=models.Index(
                fields=[
                    "book",
                    "declared_on",
                    "direction",
                    "amend_kind",
                    "party",
                    "owner",
                    "department",
                    "customs_office",
                    "trade_mode",
                    "country",
                    "line_count",
                    "value_cny",
                    "tax_cny",
                    "return_count",
                    "reject_count",
                    "id",
                ],
                name="declaration_figures",
            ),
        ),
        migrations.AddIndex(
            model_name="goodsline",
            index=models.Index(
                fields=["declaration", "hs_code", "value_cny", "duty_cny"],
                name="goods_line_figures",
            ),
        ),
    ]
