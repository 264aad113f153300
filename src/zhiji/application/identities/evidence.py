"""A pair as a person judges it: both sides as their sources say, and what each field speaks for or against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zhiji.application.customers.queries import list_rows
from zhiji.data.store.models import IdentityLink
from zhiji.platform.models import User
from zhiji.processing.identity.places import email
from zhiji.processing.pipelines.link_records import records_of

# What was compared → the field of the record that a reader knows it by.
_SEEN_AS = {
    "given": "name", "family": "name", "core": "name", "branch": "name", "employer": "company", "street": "address",
}  # fmt: skip
VALUES = ("name", "kind", "company", "phone", "email", "birth_date", "address", "city", "province", "postcode")
# Of a customer's list row, what helps to tell two apart.
_FIGURES = ("orders", "spend", "last_order_on", "owner", "team")


def shown(user: User, links: Sequence[IdentityLink]) -> list[dict[str, Any]]:
    """Pairs as JSON; two queries for any number. Figures that the user may not read are empty."""
    records = records_of(sorted({pk for link in links for pk in (link.left_id, link.right_id)}))
    customers = {pk for link in links for pk in (link.left.customer_id, link.right.customer_id) if pk is not None}
    rows = list_rows(user, customers)
    return [_pair(link, records, rows) for link in links]


def _pair(
    link: IdentityLink, records: Mapping[int, dict[str, Any]], rows: Mapping[int, dict[str, Any]]
) -> dict[str, Any]:
    left, right = (records.get(pk, {}) for pk in (link.left_id, link.right_id))
    return {
        "id": link.pk,
        "state": link.state,
        "by": link.by,
        "key": key_of(left, right) if link.by == IdentityLink.By.KEY else "",
        "word": link.word,
        "probability": link.probability,
        "weight_bits": link.weight,
        "found_at": link.found_at,
        "start_bits": start_bits(link),
        "evidence": reasons(link),
        "sides": [
            side(link.left, left, rows.get(link.left.customer_id or 0)),
            side(link.right, right, rows.get(link.right.customer_id or 0)),
        ],
    }


def reasons(link: IdentityLink) -> list[dict[str, Any]]:
    """What was compared, the level that was met, its weight; what weighs most first. ``field``: see ``VALUES``, empty
    for a custom one."""
    found = [
        {"compared": name if not name.startswith("x_") else "custom",
         "field": _SEEN_AS.get(name, name if name in VALUES else ""), "level": level, "bits": bits}
        for name, (level, bits) in link.evidence.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-abs(one["bits"]), one["compared"]))


def start_bits(link: IdentityLink) -> float | None:
    """What was known before anything was compared: how seldom two records at random are one customer."""
    if link.weight is None:
        return None
    told: float = sum(bits for _, bits in link.evidence.values())
    return round(link.weight - told, 2)


def key_of(left: Mapping[str, Any], right: Mapping[str, Any]) -> str:
    """By which certain key two records were linked; see ``processing.identity.certain``."""
    here, there = (email(str(one.get("email") or "")).address for one in (left, right))
    return "email" if here and here == there else "phone"


def side(identity: Any, record: Mapping[str, Any], row: Mapping[str, Any] | None) -> dict[str, Any]:
    """One identity with what its source says, and the customer of whom it is."""
    return {
        "identity": identity.pk,
        "source": identity.source.code,
        "external_id": identity.external_id,
        "customer": identity.customer_id,
        "customer_name": row["name"] if row else "",
        "values": {name: str(record[name]) for name in VALUES if record.get(name)},
        "custom": dict(record.get("extra") or []),
        "figures": {name: row[name] if row else None for name in _FIGURES},
    }
