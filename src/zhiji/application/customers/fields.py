"""The fields of the list: what each is called outside, where it stands, and who may read it."""

from __future__ import annotations

from dataclasses import dataclass

from zhiji.application.customers.errors import FieldUnreadable
from zhiji.platform.models import User
from zhiji.platform.permissions import Reach, reach


@dataclass(frozen=True)
class ListField:
    """One column of the list.

    kind: ``text``, ``choice``, ``person``, ``team``, ``count``, ``money``, ``day``, ``number`` or ``flag``.
    object: the object of the permission table whose ``read`` opens it; what is derived takes its strictest source.
    sort: the column of ``data.store.paging.SORTS`` that orders by it, or empty.
    """

    name: str
    column: str
    kind: str
    object: str = "customer"
    sort: str = ""


FIELDS = {
    field.name: field
    for field in (
        ListField("external_id", "external_id", "text"),
        ListField("name", "name", "text", sort="name_sort"),
        ListField("country", "country", "choice"),
        ListField("city", "city", "choice"),
        ListField("owner", "owner_id", "person"),
        ListField("team", "team_id", "team"),
        ListField("contact_allowed", "contact_allowed", "flag"),
        ListField("orders", "orders", "count", "order", "orders"),
        ListField("spend", "spend_micros", "money", "order", "spend_micros"),
        ListField("mean_order", "mean_order_micros", "money", "order"),
        ListField("first_order_on", "first_order_on", "day", "order"),
        ListField("last_order_on", "last_order_on", "day", "order", "last_order_on"),
        ListField("segment", "rfm_segment", "choice", "segment"),
        ListField("band", "band", "choice", "segment"),
        ListField("usual_gap_days", "usual_gap_days", "number", "prediction"),
        ListField("overdue_days", "overdue_days", "number", "prediction", "overdue_days"),
        ListField("at_stake", "at_stake_micros", "money", "prediction", "at_stake_micros"),
        ListField("value_score", "value_score", "number", "prediction", "value_score"),
        ListField("value_rank", "value_rank", "count", "prediction"),
        ListField("expected_orders", "expected_orders", "number", "prediction"),
        ListField("expected_value", "expected_value_micros", "money", "prediction"),
        ListField("value_low", "value_low_micros", "money", "prediction"),
        ListField("value_high", "value_high_micros", "money", "prediction"),
        ListField("probability_active", "probability_active", "number", "prediction"),
        ListField("as_of", "as_of", "day", "prediction"),
    )
}


def readable(user: User) -> frozenset[str]:
    """Names of the fields that this user may see, filter and sort by."""
    objects = {name: reach(user, name, "read") > Reach.NONE for name in {f.object for f in FIELDS.values()}}
    return frozenset(field.name for field in FIELDS.values() if objects[field.object])


def check_readable(user: User, names: list[str]) -> None:
    allowed = readable(user)
    for name in names:
        if name not in allowed:
            raise FieldUnreadable(field=name, where={"field": name})
