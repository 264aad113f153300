"""Orders that were stored before their versions kept what they say of the head: what the order says now is put there.

Where such an order had changed, its earlier state is not known any more; all its versions say the present one.
"""

from django.db import migrations

FIELDS = ("number", "currency", "state", "country", "channel", "store")


def keep_heads(apps, schema_editor):
    make = "jsonb_build_object" if schema_editor.connection.vendor == "postgresql" else "json_object"
    pairs = ", ".join(f"'{name}', o.{name}" for name in FIELDS)
    schema_editor.execute(
        f"UPDATE store_sourcerecord SET payload = (SELECT {make}({pairs}, 'customer', i.external_id) "
        "FROM store_order o LEFT JOIN store_identity i ON i.id = o.identity_id "
        "WHERE o.source_id = store_sourcerecord.source_id AND o.external_id = store_sourcerecord.external_id) "
        "WHERE kind = 'order' AND payload IS NULL"
    )


class Migration(migrations.Migration):

    dependencies = [("store", "0003_short_pending_list")]

    operations = [migrations.RunPython(keep_heads, migrations.RunPython.noop)]
