"""Each line has a state, and each order says what it counts for in the life of its customer.

What the lines of an order said each for itself was not kept: they take the state of their order. Where the sums of the
order tell that a line was in another one, it goes on counting, or not counting, as before. Rows of the customer list
follow the new definition of an order.
"""

from datetime import UTC
from zoneinfo import ZoneInfo

from django.db import migrations, models
from django.db.models import Count, Max, Min, Q, Sum

DEAD = "('open', 'closed', 'cancelled', 'refunded')"
BLOCK = 500


def keep_states(apps, schema_editor):
    run = schema_editor.execute
    run(
        "UPDATE store_orderline SET state = o.state FROM store_order o "
        "WHERE o.id = store_orderline.order_id AND o.state <> 'completed'"
    )
    run(f"UPDATE store_orderline SET state = 'completed' WHERE counted AND is_current AND state IN {DEAD}")
    run(
        "UPDATE store_orderline SET state = 'cancelled' "
        f"WHERE NOT counted AND is_current AND NOT is_repeat AND state NOT IN {DEAD}"
    )
    run(
        f"UPDATE store_order SET state = 'completed' WHERE state IN {DEAD} AND EXISTS ("
        "SELECT 1 FROM store_orderline l WHERE l.order_id = store_order.id AND l.counted)"
    )
    said = "payload ->> 'state'" if schema_editor.connection.vendor == "postgresql" else "json_extract(payload, '$.state')"
    run(
        f"UPDATE store_orderline SET said_state = state WHERE record_id IN ("
        f"SELECT id FROM store_sourcerecord WHERE kind = 'order' AND {said} <> '')"
    )


def weigh_orders(apps, schema_editor):
    void = "(value_micros < 0 OR (value_micros = 0 AND own.has_returns))"
    schema_editor.execute(
        f"""UPDATE store_order SET is_order = own.has_goods AND NOT {void}, is_void = own.has_goods AND {void} FROM (
            SELECT o.id,
                EXISTS (SELECT 1 FROM store_orderline l WHERE l.order_id = o.id AND l.counted
                    AND l.line_kind = 'goods') AS has_goods,
                EXISTS (SELECT 1 FROM store_orderline l WHERE l.value_order_id = o.id AND l.counted
                    AND l.line_kind IN ('return', 'cancellation')) AS has_returns
            FROM store_order o) own WHERE own.id = store_order.id"""
    )


def count_again(apps, schema_editor):
    orders, rows = apps.get_model("store", "Order").objects, apps.get_model("store", "CustomerListRow").objects
    company = apps.get_model("platform", "Company").objects.first()
    zone = ZoneInfo(company.zone) if company else UTC
    differs = Q(is_order=True, value_micros__lte=0) | Q(is_order=False, value_micros__gt=0) | Q(is_void=True)
    ids = sorted(set(orders.filter(differs).exclude(customer=None).values_list("customer_id", flat=True)))
    for start in range(0, len(ids), BLOCK):
        found = (
            orders.filter(customer_id__in=ids[start : start + BLOCK])
            .values("customer_id")
            .annotate(
                count=Count("pk", filter=Q(is_order=True)),
                spend=Sum("value_micros", filter=Q(is_void=False)),
                first_at=Min("ordered_at", filter=Q(is_order=True)),
                last_at=Max("ordered_at", filter=Q(is_order=True)),
            )
        )
        for one in found.order_by():
            count, spend = one["count"], one["spend"] or 0
            mean = (2 * abs(spend) + count) // (2 * count) if count else 0
            rows.filter(customer_id=one["customer_id"]).update(
                orders=count,
                spend_micros=spend,
                mean_order_micros=mean if spend >= 0 else -mean,
                first_order_on=one["first_at"] and one["first_at"].astimezone(zone).date(),
                last_order_on=one["last_at"] and one["last_at"].astimezone(zone).date(),
            )


class Migration(migrations.Migration):

    dependencies = [("store", "0005_made_lines"), ("platform", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="order", name="is_order", field=models.BooleanField(db_default=True, default=True)
        ),
        migrations.AddField(
            model_name="order", name="is_void", field=models.BooleanField(db_default=False, default=False)
        ),
        migrations.AddField(
            model_name="orderline",
            name="said_state",
            field=models.CharField(blank=True, db_default="", default="", max_length=16),
        ),
        migrations.AddField(
            model_name="orderline",
            name="state",
            field=models.CharField(db_default="completed", default="completed", max_length=16),
        ),
        migrations.RunPython(keep_states, migrations.RunPython.noop),
        migrations.RunPython(weigh_orders, migrations.RunPython.noop),
        migrations.RunPython(count_again, migrations.RunPython.noop),
    ]
