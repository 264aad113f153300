"""Which identities are one customer, and the customer that was made for each of them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def at_home(apps, schema_editor):
    schema_editor.execute("UPDATE store_identity SET home_id = customer_id")


class Migration(migrations.Migration):

    dependencies = [
        ('platform', '0006_company_region'),
        ('store', '0009_usual_gap_band'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='IdentityLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('linked', 'Linked'), ('review', 'Review'), ('parted', 'Parted')], max_length=8)),
                ('by', models.CharField(choices=[('key', 'Key'), ('model', 'Model'), ('person', 'Person')], max_length=8)),
                ('weight', models.FloatField(null=True)),
                ('probability', models.FloatField(null=True)),
                ('evidence', models.JSONField(default=dict)),
                ('found_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='customer',
            name='merged_into',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='merged', to='store.customer'),
        ),
        migrations.AddField(
            model_name='identity',
            name='home',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='store.customer'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='customer_by_merged_into'),
        ),
        migrations.AddField(
            model_name='identitylink',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='identitylink',
            name='left',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='store.identity'),
        ),
        migrations.AddField(
            model_name='identitylink',
            name='right',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='store.identity'),
        ),
        migrations.AddIndex(
            model_name='identitylink',
            index=models.Index(fields=['state', 'probability'], name='link_by_doubt'),
        ),
        migrations.AddConstraint(
            model_name='identitylink',
            constraint=models.UniqueConstraint(fields=('left', 'right'), name='identity_link_once'),
        ),
        migrations.AddConstraint(
            model_name='identitylink',
            constraint=models.CheckConstraint(condition=models.Q(('left__lt', models.F('right'))), name='identity_link_in_order'),
        ),
        migrations.RunPython(at_home, migrations.RunPython.noop),
    ]
