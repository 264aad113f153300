"""What was decided of changed orders has a column of its own; of options only those are kept that were ever heeded."""

import codecs

from django.db import migrations, models

FORMATS = ("csv", "tsv", "whitespace", "excel", "json", "jsonl", "parquet")
BLOCK = 500


def known_encoding(name):
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return None


def stands_between_cells(sign):
    return not sign.isalnum() and sign not in "\"'\\" and (sign >= " " or sign == "\t")


def heeded(options):
    """Nothing was refused: a text where a flag belongs was taken for true, and is so still."""
    kept = {name: bool(options[name]) for name in ("header", "day_first") if options.get(name) is not None}
    if isinstance(options.get("sheet"), str):
        kept["sheet"] = options["sheet"][:255]
    if isinstance(options.get("encoding"), str) and (encoding := known_encoding(options["encoding"])):
        kept["encoding"] = encoding
    if type(options.get("preamble")) is int and 0 <= options["preamble"] <= 10_000:
        kept["preamble"] = options["preamble"]
    if options.get("quote") in ('"', "'"):
        kept["quote"] = options["quote"]
    if options.get("format") in FORMATS:
        kept["format"] = options["format"]
    delimiter = options.get("delimiter")
    if delimiter in ("", " ", "whitespace"):
        kept["format"] = "whitespace"
    elif isinstance(delimiter, str) and len(delimiter) == 1 and stands_between_cells(delimiter):
        kept["delimiter"] = delimiter
    return {name: value for name, value in kept.items() if value != ""}


def take_out(apps, schema_editor):
    rows = apps.get_model("imports", "Import").objects.exclude(options={}).only("options").order_by("pk")
    changed = []
    for row in rows.iterator(chunk_size=BLOCK):
        decision = row.options.get("changed")
        row.changed = decision if decision in ("replace", "add") else None
        row.options = heeded(row.options)
        changed.append(row)
    rows.model.objects.bulk_update(changed, ["changed", "options"], batch_size=BLOCK)


def put_back(apps, schema_editor):
    for row in apps.get_model("imports", "Import").objects.exclude(changed=None):
        row.options = {**row.options, "changed": row.changed}
        row.save(update_fields=["options"])


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0002_same_columns'),
    ]

    operations = [
        migrations.AddField(
            model_name='import',
            name='changed',
            field=models.CharField(choices=[('replace', 'Replace'), ('add', 'Add')], max_length=7, null=True),
        ),
        migrations.RunPython(take_out, put_back),
    ]
