from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("store", "0007_rows_of_deliveries")]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="said",
            field=models.JSONField(null=True),
        ),
    ]
