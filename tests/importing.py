"""Imports for tests: a text goes through the public services as the wizard would send it; what is stored, told apart
from how it is numbered."""

from __future__ import annotations

from typing import Any

from django.db import connection

from zhiji.application.imports import services
from zhiji.application.imports.models import Import
from zhiji.application.imports.options import ImportOptions
from zhiji.data.landing.files import land
from zhiji.data.store.models import Customer, Order, OrderLine, Product
from zhiji.platform import jobs
from zhiji.platform.models import Job

HEADER = "order,date,customer,product,quantity,price\n"


def check(text: str | bytes, *, kind: str = "orders", name: str = "orders.csv", **options: Any) -> Import:
    """Upload and try; returns the import as it stands then (checked or failed)."""
    content = text.encode() if isinstance(text, str) else text
    said = ImportOptions(**options.pop("options", {}))
    row = services.import_create(file=land(name, [content]), name=name, kind=kind, options=said, **options)
    jobs.run_inline(services.import_check(row))
    row.refresh_from_db()
    return row


def store(row: Import, changed: str | None = None) -> Import:
    job = jobs.run_inline(services.import_confirm(row, changed=changed))
    assert job.state == Job.State.DONE, job.reason
    row.refresh_from_db()
    return row


def bring(text: str | bytes, *, changed: str | None = None, **options: Any) -> Import:
    """The whole way in."""
    return store(check(text, **options), changed)


def undo(row: Import) -> None:
    job = jobs.run_inline(services.import_undo(row))
    assert job.state == Job.State.DONE, job.reason


def orders(*lines: str) -> str:
    """A file of orders with the usual header."""
    return HEADER + "".join(line + "\n" for line in lines)


def told() -> dict[str, Any]:
    """What the record says, without any key or time of storing: equal records tell the same."""
    lines: dict[str, list[Any]] = {}
    for order, *rest in OrderLine.objects.filter(is_current=True).values_list(
        "order__external_id", "digest", "occurrence", "product_code", "line_kind", "quantity_milli", "amount_micros",
        "event_at", "is_repeat", "counted", "value_order__external_id",
    ):  # fmt: skip
        lines.setdefault(order, []).append(tuple(rest))
    return {
        "orders": {
            row[0]: (*row[1:], sorted(lines.get(row[0], []), key=str))
            for row in Order.objects.values_list(
                "external_id", "number", "state", "identity__external_id", "customer__identities__external_id",
                "currency", "country", "channel", "store", "goods_micros", "returned_micros", "value_micros",
                "other_micros", "lines", "ordered_at", "known_at",
            )
        },
        "customers": {
            row[0]: row[1:]
            for row in Customer.objects.values_list(
                "identities__external_id", "name", "phone", "email", "country", "city", "contact_allowed",
                "row__orders", "row__spend_micros", "row__last_order_on",
            )
        },
        "products": sorted(Product.objects.values_list("source__code", "code_key", "code", "name", "category")),
    }  # fmt: skip


# Tables that remember what was done rather than what is: they grow with every import and every undo.
_HISTORY = ("platform_", "landing_", "imports_", "django_", "auth_", "axes_", "sqlite_", "predictions_", "segments_")


# What the full-text index keeps for itself: segments that it merges when it likes.
_INNER = tuple(f"store_customerwords_{part}" for part in ("data", "idx", "docsize", "config", "content"))


def table_counts() -> dict[str, int]:
    """Rows of every table of the record."""
    with connection.cursor() as cursor:
        names = [n for n in connection.introspection.table_names(cursor) if not n.startswith(_HISTORY + _INNER)]
        counts = {}
        for name in names:
            cursor.execute(f'SELECT COUNT(*) FROM "{name}"')
            counts[name] = cursor.fetchone()[0]
    return counts
