from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("store", "0004_order_heads")]

    operations = [
        migrations.AddField(
            model_name="orderline",
            name="made_from",
            field=models.CharField(blank=True, db_default="", default="", max_length=16),
        ),
    ]
