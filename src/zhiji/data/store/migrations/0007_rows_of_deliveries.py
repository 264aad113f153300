from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("store", "0006_line_states")]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="landing_row",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="line_rows",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="known_at",
            field=models.DateTimeField(null=True),
        ),
    ]
