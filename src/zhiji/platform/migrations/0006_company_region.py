"""Companies that are there take the country of their zone; until now every number was read as a Chinese one.

Where the zone lies in no country the region stays empty: a number without a + is then not read rather than read wrong.
"""

from django.db import migrations, models

from zhiji.platform.regions import region_of_zone


def region_from_zone(apps, schema_editor):
    for company in apps.get_model("platform", "Company").objects.all():
        company.region = region_of_zone(company.zone)
        company.save(update_fields=["region"])


class Migration(migrations.Migration):

    dependencies = [
        ('platform', '0005_outgoing_mail'),
    ]

    operations = [
        migrations.AddField(
            model_name='company',
            name='region',
            field=models.CharField(blank=True, db_default='CN', default='CN', max_length=2),
        ),
        migrations.RunPython(region_from_zone, migrations.RunPython.noop),
    ]
