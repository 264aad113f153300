from django.conf import settings
from django.db import migrations, models


_SQLITE = (
    # Tokens come ready, separated by blanks. Prefixes of up to five letters have lists of their own: the most common
    # surnames, typed as letters, begin hundreds of thousands of names.
    """CREATE VIRTUAL TABLE store_customerwords USING fts5(
        tokens, content='store_customersearch', content_rowid='customer_id', tokenize='ascii', prefix='1 2 3 4 5')""",
    """CREATE TRIGGER store_customersearch_added AFTER INSERT ON store_customersearch BEGIN
        INSERT INTO store_customerwords(rowid, tokens) VALUES (new.customer_id, new.tokens); END""",
    """CREATE TRIGGER store_customersearch_removed AFTER DELETE ON store_customersearch BEGIN
        INSERT INTO store_customerwords(store_customerwords, rowid, tokens)
        VALUES ('delete', old.customer_id, old.tokens); END""",
    """CREATE TRIGGER store_customersearch_changed AFTER UPDATE ON store_customersearch BEGIN
        INSERT INTO store_customerwords(store_customerwords, rowid, tokens)
        VALUES ('delete', old.customer_id, old.tokens);
        INSERT INTO store_customerwords(rowid, tokens) VALUES (new.customer_id, new.tokens); END""",
    "INSERT INTO store_customerwords(store_customerwords) VALUES ('rebuild')",
)
_POSTGRES = (
    "ALTER TABLE store_customersearch ADD COLUMN vector tsvector",
    "CREATE INDEX store_customersearch_vector ON store_customersearch USING gin (vector)",
    # One order of names on both databases, and comparisons of bytes rather than of a language.
    'ALTER TABLE store_customerlistrow ALTER COLUMN name_sort TYPE varchar(200) COLLATE "C"',
)


def make_search(apps, schema_editor):
    for statement in _POSTGRES if schema_editor.connection.vendor == "postgresql" else _SQLITE:
        schema_editor.execute(statement)


def drop_search(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE store_customersearch DROP COLUMN vector")
        return
    for name in ("added", "removed", "changed"):
        schema_editor.execute(f"DROP TRIGGER store_customersearch_{name}")
    schema_editor.execute("DROP TABLE store_customerwords")


class Migration(migrations.Migration):

    dependencies = [
        ('platform', '0003_company_horizon_days'),
        ('store', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='customerlistrow',
            index=models.Index(fields=['overdue_days', 'customer'], name='row_by_overdue'),
        ),
        migrations.AddIndex(
            model_name='customerlistrow',
            index=models.Index(fields=['rfm_segment', 'last_order_on', 'customer'], name='row_segment_last'),
        ),
        migrations.AddIndex(
            model_name='customerlistrow',
            index=models.Index(fields=['rfm_segment', 'orders', 'customer'], name='row_segment_orders'),
        ),
        migrations.AddIndex(
            model_name='customerlistrow',
            index=models.Index(fields=['rfm_segment', 'value_score', 'customer'], name='row_segment_value'),
        ),
        migrations.AddIndex(
            model_name='customerlistrow',
            index=models.Index(fields=['rfm_segment', 'name_sort', 'customer'], name='row_segment_name'),
        ),
        migrations.AddIndex(
            model_name='customerlistrow',
            index=models.Index(fields=['band', 'spend_micros', 'customer'], name='row_band_spend'),
        ),
        migrations.AddIndex(
            model_name='customerlistrow',
            index=models.Index(fields=['band', 'last_order_on', 'customer'], name='row_band_last'),
        ),
        migrations.AddIndex(
            model_name='customerlistrow',
            index=models.Index(fields=['band', 'orders', 'customer'], name='row_band_orders'),
        ),
        migrations.AddIndex(
            model_name='customerlistrow',
            index=models.Index(fields=['band', 'value_score', 'customer'], name='row_band_value'),
        ),
        migrations.AddIndex(
            model_name='customerlistrow',
            index=models.Index(fields=['band', 'name_sort', 'customer'], name='row_band_name'),
        ),
        migrations.AddIndex(
            model_name='customerlistrow',
            index=models.Index(fields=['city', 'customer'], name='row_by_city'),
        ),
        migrations.AddIndex(
            model_name='customerlistrow',
            index=models.Index(fields=['contact_allowed', 'customer'], name='row_by_contact'),
        ),
        migrations.RunPython(make_search, drop_search),
    ]
