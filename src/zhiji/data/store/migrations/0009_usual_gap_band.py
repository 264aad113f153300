from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("store", "0008_words_of_deliveries")]

    operations = [
        migrations.AddField(
            model_name="customerlistrow",
            name="usual_gap_low_days",
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name="customerlistrow",
            name="usual_gap_high_days",
            field=models.FloatField(null=True),
        ),
    ]
