"""Settlements are corrected by further ones, a day has more than one word, and nothing of the ledger can be deleted.

SQLite makes a table anew where its constraints change, and loses its triggers: all are put there at the end.
"""

import django.db.models.deletion
from django.db import migrations, models

FROZEN = ("predictions_ledgersnapshot", "predictions_ledgerentry", "predictions_ledgersettlement", "predictions_ledgeroutcome")
LATER = ("predictions_ledgercorrection",)


def _refuse(schema_editor, name, verb, table):
    if schema_editor.connection.vendor == "postgresql":
        body = "FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()"
    else:
        body = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    schema_editor.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {body}")


def _allow(schema_editor, name, table):
    on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def open_tables(apps, schema_editor):
    for table in FROZEN:
        _allow(schema_editor, f"{table}_frozen", table)


def close_tables(apps, schema_editor):
    for table in (*FROZEN, *LATER):
        _refuse(schema_editor, f"{table}_frozen", "UPDATE", table)
        _refuse(schema_editor, f"{table}_kept", "DELETE", table)


def open_again(apps, schema_editor):
    for table in (*FROZEN, *LATER):
        _allow(schema_editor, f"{table}_frozen", table)
        _allow(schema_editor, f"{table}_kept", table)


def close_again(apps, schema_editor):
    for table in FROZEN:
        _refuse(schema_editor, f"{table}_frozen", "UPDATE", table)


class Migration(migrations.Migration):

    dependencies = [
        ('predictions', '0005_found_again'),
    ]

    operations = [
        migrations.RunPython(open_tables, close_again),
        migrations.CreateModel(
            name='LedgerCorrection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('actual_value_micros', models.BigIntegerField()),
                ('actual_orders', models.IntegerField()),
                ('customer_ref', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='LedgerLook',
            fields=[
                ('snapshot', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='look', serialize=False, to='predictions.ledgersnapshot')),
                ('mark', models.CharField(max_length=64)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='ledgersnapshot',
            name='frozen_once',
        ),
        migrations.AddField(
            model_name='ledgersettlement',
            name='number',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='ledgersnapshot',
            name='number',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name='ledgersettlement',
            name='snapshot',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to='predictions.ledgersnapshot'),
        ),
        migrations.AddConstraint(
            model_name='ledgersettlement',
            constraint=models.UniqueConstraint(fields=('snapshot', 'number'), name='settlement_once'),
        ),
        migrations.AddConstraint(
            model_name='ledgersnapshot',
            constraint=models.UniqueConstraint(condition=models.Q(('known_to__gt', models.F('as_of')), _negated=True), fields=('task', 'as_of', 'due_on', 'number'), name='one_word_a_number'),
        ),
        migrations.AddConstraint(
            model_name='ledgersnapshot',
            constraint=models.UniqueConstraint(condition=models.Q(('known_to__gt', models.F('as_of'))), fields=('task', 'as_of', 'due_on', 'number'), name='one_look_back_a_number'),
        ),
        migrations.AddField(
            model_name='ledgercorrection',
            name='entry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='predictions.ledgerentry'),
        ),
        migrations.AddField(
            model_name='ledgercorrection',
            name='settlement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='predictions.ledgersettlement'),
        ),
        migrations.AddConstraint(
            model_name='ledgercorrection',
            constraint=models.UniqueConstraint(fields=('settlement', 'entry'), name='corrected_once'),
        ),
        migrations.RunPython(close_tables, open_again),
    ]
