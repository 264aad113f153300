"""Entries are found again by pseudonyms, and a snapshot says how far the data reached.

The new columns of frozen tables are nullable, without a default: SQLite then adds them in place. A table made anew
would lose the triggers of migration 0002.
"""

from django.db import migrations, models

TABLE = "predictions_ledgerpseudonym"


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_frozen BEFORE UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION "
            "ledger_is_append_only()"
        )
        return
    schema_editor.execute(
        f"CREATE TRIGGER {TABLE}_frozen BEFORE UPDATE ON {TABLE} "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    )


def backwards(apps, schema_editor):
    suffix = f" ON {TABLE}" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"DROP TRIGGER {TABLE}_frozen{suffix}")


class Migration(migrations.Migration):

    dependencies = [
        ('predictions', '0004_score_feedback'),
    ]

    operations = [
        migrations.AddField(
            model_name='ledgersnapshot',
            name='known_to',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='pseudonyms',
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name='ledgeroutcome',
            name='customer_ref',
            field=models.BigIntegerField(null=True),
        ),
        migrations.CreateModel(
            name='LedgerPseudonym',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('identity_hash', models.CharField(max_length=32, unique=True)),
                ('salt', models.CharField(max_length=32)),
            ],
        ),
        migrations.RunPython(forwards, backwards),
    ]
