"""The scores of merged customers, kept for the day they are parted."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0013_survivorship_rules'),
    ]

    operations = [
        migrations.CreateModel(
            name='MergedScores',
            fields=[
                ('customer', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='+', serialize=False, to='store.customer')),
                ('scores', models.JSONField(default=dict)),
            ],
        ),
    ]
