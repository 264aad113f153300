"""No row of the ledger is replaced, and no table of it emptied; beside it, who a number of it is today.

SQLite: INSERT OR REPLACE takes the old row away without a trigger of deletion. PostgreSQL: TRUNCATE fires none either.
"""

import django.db.models.deletion
from django.db import migrations, models

# Table → the columns by which a row is found to be there already.
ONCE = {
    "predictions_ledgersnapshot": ("id",),
    "predictions_ledgerentry": ("id", "snapshot_id, customer_ref"),
    "predictions_ledgersettlement": ("id", "snapshot_id, number"),
    "predictions_ledgeroutcome": ("entry_id",),
    "predictions_ledgercorrection": ("id", "settlement_id, entry_id"),
}
WORD = "task, as_of, due_on, number, COALESCE(known_to > as_of, 0)"
NEW_WORD = "NEW.task, NEW.as_of, NEW.due_on, NEW.number, COALESCE(NEW.known_to > NEW.as_of, 0)"


def _is_there(table):
    """Whether a row with one of the new row's keys is there; a key that the database will give is none yet."""
    found = [(names, ", ".join(f"NEW.{name}" for name in names.split(", "))) for names in ONCE[table]]
    if table == "predictions_ledgersnapshot":
        found.append((WORD, NEW_WORD))
    return " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE ({names}) = ({new}))" for names, new in found)


def close(apps, schema_editor):
    for table in ONCE:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION "
                "ledger_is_append_only()"
            )
        else:
            schema_editor.execute(
                f"CREATE TRIGGER {table}_once BEFORE INSERT ON {table} WHEN {_is_there(table)} "
                "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            )


def open_again(apps, schema_editor):
    for table in ONCE:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_whole ON {table}")
        else:
            schema_editor.execute(f"DROP TRIGGER {table}_once")


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0001_initial'),
        ('predictions', '0006_corrections_and_later_words'),
    ]

    operations = [
        migrations.AddField(
            model_name='ledgerlook',
            name='unknown',
            field=models.JSONField(null=True),
        ),
        migrations.CreateModel(
            name='LedgerNumber',
            fields=[
                ('customer_ref', models.BigIntegerField(primary_key=True, serialize=False)),
                ('pseudonyms', models.TextField(blank=True)),
                ('customer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='store.customer')),
            ],
        ),
        migrations.RunPython(close, open_again),
    ]
