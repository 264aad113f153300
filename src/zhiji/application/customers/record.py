"""The record page: properties with their origin, identities, scores, facts, history. Reads only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import orjson
from django.db.models import Max

from zhiji.application.customers import rows
from zhiji.application.customers.fields import readable
from zhiji.application.customers.models import Assignment, HandEdit
from zhiji.application.customers.queries import customer_get
from zhiji.data.store import bulk, coverage
from zhiji.data.store.models import Customer, CustomerListRow, SourceRecord
from zhiji.kernel import clock
from zhiji.platform.company import company, zone
from zhiji.platform.models import User
from zhiji.platform.permissions import Reach, reach
from zhiji.platform.scope import scope
from zhiji.processing.pipelines.field_words import CHOICE, CHOSEN, HAND

PROPERTIES = (
    "name", "kind", "company", "phone", "email", "country", "city", "address", "contact_allowed", "registered_at",
)  # fmt: skip
EDITABLE = tuple(name for name in PROPERTIES if name != "registered_at")
MOST_RECORDS = 1_000


def detail(user: User, customer_id: int, *, deleted: bool = False) -> dict[str, Any]:
    """Everything of the first and third column of the record page, in a fixed number of queries."""
    customer = customer_get(user, customer_id, deleted=deleted)
    allowed = readable(user)
    row = CustomerListRow.objects.filter(customer=customer).first()
    listed = rows.shown([row], allowed)[0] if row else None
    origins = _origins(customer)
    identities = list(customer.identities.order_by("pk").values_list("source__code", "external_id"))
    owner, team = rows.people([customer.owner_id]), rows.teams([customer.team_id])
    return {
        "id": customer.pk,
        "revision": customer.revision,
        "deleted_at": customer.deleted_at,
        "name": customer.name or customer.company,
        "external_id": identities[0][1] if identities else "",
        "properties": [
            {
                "field": name,
                "value": getattr(customer, name),
                "is_editable": name in EDITABLE,
                "origin": origins.get(customer.field_sources.get(name, 0)),
            }
            for name in PROPERTIES
        ],
        "phone_is_masked": customer.phone_is_masked,
        "extra": customer.extra,
        "identities": [{"source": source, "external_id": external_id} for source, external_id in identities],
        "owner": owner.get(customer.owner_id or 0),
        "team": team.get(customer.team_id or 0),
        "row": listed,
        "facts": _facts(customer, row, allowed),
        "currency": company().currency,
        "may_write": scope(user, Customer, "write").filter(pk=customer.pk).exists(),
    }


def _origins(customer: Customer) -> dict[int, dict[str, Any]]:
    """Where each field's value comes from: source record id → what a person calls it."""
    found = {}
    ids = {pk for pk in customer.field_sources.values() if pk}
    for record in SourceRecord.objects.filter(pk__in=ids).select_related("source", "batch__file"):
        file = record.batch.file
        found[record.pk] = {
            "kind": record.kind,
            "source": record.source.code,
            "external_id": record.external_id,
            "known_at": record.known_at,
            "file": file.name if file else None,
            "row": record.landing_row or None,
            "record_id": record.pk,
        }
    return found


def _facts(customer: Customer, row: CustomerListRow | None, allowed: frozenset[str]) -> dict[str, Any]:
    """Figures of the opening sentence: orders every so many days, now day so many, the last change.

    The usual gap and the band around it are those of the scores, between order days (``worklists.usual_gap``);
    before the first refresh there are none: the list row counts orders, and two on one day are no rhythm. Days are
    counted from the last order on or before the day of the scores to that day; where there are no scores, to the
    last day of the data. ``data_to``: that last day, where it is later than the day of the scores: they look back.
    """
    place = zone()
    usual = row if row and "usual_gap_days" in allowed else None
    reference = (row.as_of if row else None) or coverage.covered_to(place) or clock.day_of(clock.now(), place)
    last = row.last_order_on if row and "orders" in allowed else None
    if last is not None and last > reference:
        last = _last_order_on(customer, reference)
    return {
        "usual_gap_days": usual.usual_gap_days if usual else None,
        "usual_gap_low_days": usual.usual_gap_low_days if usual else None,
        "usual_gap_high_days": usual.usual_gap_high_days if usual else None,
        "days_since_last_order": (reference - last).days if last else None,
        "reference_on": reference,
        "data_to": coverage.covered_beyond(reference, place),
        "last_change": next(iter(named(changes(customer)[:1])), None),
    }


def _last_order_on(customer: Customer, day: date) -> date | None:
    """The last one on or before a day of what list rows count as orders."""
    until = clock.end_of_day(day, zone())
    orders = customer.orders.filter(is_order=True, ordered_at__lt=until)
    last = orders.aggregate(last=Max("ordered_at"))["last"]
    return clock.day_of(last, zone()) if last else None


def _records(customer: Customer) -> list[dict[str, Any]]:
    """The customer's source records, each with what it changed against the one before of its kind and identity."""
    found = bulk.look_up(
        "SELECT r.id FROM store_identity i JOIN store_sourcerecord r ON r.source_id = i.source_id "
        "AND r.external_id = i.external_id WHERE r.kind IN ('customer', 'buyer', 'hand', 'choice') "
        "AND i.customer_id = %s ORDER BY r.id LIMIT %s",
        [customer.pk, MOST_RECORDS],
    )
    records = SourceRecord.objects.filter(pk__in=[row[0] for row in found]).select_related("source", "batch__file")
    editors = dict(HandEdit.objects.filter(record__in=records).values_list("record_id", "by_id"))
    said: dict[tuple[str, int, str], dict[str, Any]] = {}
    listed = []
    for record in records.order_by("pk"):
        key = (record.kind, record.source_id, record.external_id)
        before = said.setdefault(key, {})
        payload = record.payload if isinstance(record.payload, dict) else orjson.loads(record.payload or "{}")
        if record.kind == CHOICE:
            payload = {field: of and of["value"] for field, of in payload[CHOSEN].items()}
        fields = {
            name: (before.get(name), value)
            for name, value in payload.items()
            if name in PROPERTIES and before.get(name) != value
        }
        before.update(payload)
        file = record.batch.file
        by_hand = record.kind in (HAND, CHOICE)
        listed.append(
            {
                "at": record.known_at if by_hand else record.batch.stored_at or record.batch.received_at,
                "kind": record.kind,
                "source": record.source.code,
                "file": file.name if file else None,
                "by_id": editors.get(record.pk),
                "id": record.pk,
                "fields": fields,
            }
        )
    return listed


def changes(customer: Customer) -> list[dict[str, Any]]:
    """The history of every field, newest first: imports, hand edits, and changes of owner and team."""
    found: list[dict[str, Any]] = []
    for record in _records(customer):
        found += [
            {"at": record["at"], "kind": record["kind"], "field": field, "before": before, "after": after,
             "source": record["source"], "file": record["file"], "by_id": record["by_id"], "id": record["id"]}
            for field, (before, after) in sorted(record["fields"].items())
        ]  # fmt: skip
    for change in Assignment.objects.filter(customer_ref=customer.pk).order_by("pk")[:MOST_RECORDS]:
        for field in ("owner", "team"):
            before, after = getattr(change, f"{field}_before"), getattr(change, f"{field}_after")
            if before != after:
                found.append({"at": change.at, "kind": "assignment", "field": field, "before": before, "after": after,
                              "source": None, "file": None, "by_id": change.by_id, "id": change.pk})  # fmt: skip
    found.sort(key=lambda each: (each["at"], each["kind"], each["id"], each["field"]), reverse=True)
    return found


def history(user: User, customer_id: int, *, field: str, after: int, limit: int) -> dict[str, Any]:
    """Changes of one customer, of one field or of all, with the names of people and teams."""
    customer = customer_get(user, customer_id)
    found = [change for change in changes(customer) if field in ("", change["field"])]
    part = found[after : after + limit]
    return {"items": named(part), "total": len(found), "next": after + limit if after + limit < len(found) else None}


def named(part: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put names in place of the ids of people and teams; two queries."""
    owners = [change[side] for change in part if change["field"] == "owner" for side in ("before", "after")]
    people = rows.people([*owners, *(change["by_id"] for change in part)])
    groups = rows.teams(change[side] for change in part if change["field"] == "team" for side in ("before", "after"))
    items = []
    for change in part:
        names = people if change["field"] == "owner" else groups if change["field"] == "team" else None
        item = {key: value for key, value in change.items() if key not in ("by_id", "id")}
        for side in ("before", "after"):
            value = item[side]
            if names is not None:
                value = names.get(value, {"name": f"#{value}"})["name"] if value is not None else None
            item[side] = value.isoformat() if isinstance(value, date | datetime) else value
        item["by"] = people.get(change["by_id"] or 0)
        items.append(item)
    return items


def may_read_orders(user: User) -> bool:
    return reach(user, "order", "read") > Reach.NONE
