"""A list row as the reader may see it: public names, exact amounts as text, unreadable fields empty."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from zhiji.application.customers.fields import FIELDS
from zhiji.data.store.models import CustomerListRow
from zhiji.kernel import MICROS
from zhiji.platform.models import Team, User


def amount(micros: int | None) -> str | None:
    """Units of the currency as exact decimal text, without trailing zeros: ``"12.5"``."""
    if micros is None:
        return None
    text = f"{Decimal(micros) / MICROS:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def people(ids: Iterable[int | None]) -> dict[int, dict[str, Any]]:
    """Names of users by id, one query."""
    wanted = {pk for pk in ids if pk is not None}
    if not wanted:
        return {}
    rows = User.objects.filter(pk__in=wanted).values_list("pk", "name", "email")
    return {pk: {"id": pk, "name": name or email} for pk, name, email in rows}


def teams(ids: Iterable[int | None]) -> dict[int, dict[str, Any]]:
    wanted = {pk for pk in ids if pk is not None}
    if not wanted:
        return {}
    return {pk: {"id": pk, "name": name} for pk, name in Team.objects.filter(pk__in=wanted).values_list("pk", "name")}


def shown(found: list[CustomerListRow], allowed: frozenset[str]) -> list[dict[str, Any]]:
    """Rows as JSON, with the names of owners and teams; two queries for any number of rows."""
    owners = people(row.owner_id for row in found)
    groups = teams(row.team_id for row in found)
    items = []
    for row in found:
        item: dict[str, Any] = {"id": row.customer_id}
        for field in FIELDS.values():
            value = getattr(row, field.column) if field.name in allowed else None
            if field.kind == "money":
                value = amount(value)
            elif field.kind == "person":
                value = owners.get(value) if value is not None else None
            elif field.kind == "team":
                value = groups.get(value) if value is not None else None
            item[field.name] = value
        items.append(item)
    return items
