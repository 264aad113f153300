"""The identities of one customer: how each was linked, what a parting would give to whom, and what people decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Q, Sum

from zhiji.application.activities.queries import written_of
from zhiji.application.customers.queries import customer_get
from zhiji.application.identities import evidence
from zhiji.application.identities.errors import IdentitiesNotOfCustomer
from zhiji.application.identities.queries import identities_of
from zhiji.data.store import bulk
from zhiji.data.store.models import (
    Customer,
    DecidedPair,
    Identity,
    IdentityDecision,
    IdentityLink,
    Interaction,
    Order,
)
from zhiji.platform.models import User
from zhiji.platform.permissions import Reach, reach
from zhiji.platform.schemas import cut
from zhiji.platform.scope import scope
from zhiji.processing.identity.groups import Pair, pair
from zhiji.processing.pipelines.decided import joined_by
from zhiji.processing.pipelines.link_records import records_of
from zhiji.processing.pipelines.regrouping import groups

# Of one customer more are not shown one by one.
MOST = 200


def members(user: User, customer_id: int) -> dict[str, Any]:
    """The identities of a customer, the oldest first, each with what linked it to another of them."""
    customer = customer_get(user, customer_id)
    own = list(customer.identities.select_related("source").order_by("pk")[:MOST])
    ids = [row.pk for row in own]
    records, counts = records_of(ids), _counts(user, ids)
    ties = _ties(ids, records)
    return {
        "customer": customer.pk,
        "may_write": scope(user, Customer, "write").filter(pk=customer.pk).exists(),
        "total": customer.identities.count(),
        "items": [
            {
                "identity": row.pk,
                "source": row.source.code,
                "external_id": row.external_id,
                "home": row.home_id,
                "values": {name: str(records[row.pk][name]) for name in evidence.VALUES if records[row.pk].get(name)}
                if row.pk in records else {},
                "link": ties.get(row.pk),
                **counts[row.pk],
            }
            for row in own
        ],
    }  # fmt: skip


def _ties(ids: Sequence[int], records: Mapping[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Identity → the strongest of what links it to another of these: a person's word, a key, the heaviest pair."""
    acts = joined_by(ids)
    told = {one.pk: one for one in IdentityDecision.objects.filter(pk__in=acts.values()).select_related("by")}
    found: list[tuple[Pair, dict[str, Any]]] = []
    for two, act in acts.items():
        by = told[act].by
        said = {"by": "person", "decided_at": told[act].at, "decision": act,
                "decided_by": {"id": by.pk, "name": by.name or by.email} if by else None}  # fmt: skip
        found.append((two, {**_EMPTY, **said}))
    links = IdentityLink.objects.filter(state=IdentityLink.State.LINKED, left__in=ids, right__in=ids)
    for link in links.exclude(word=DecidedPair.Word.DIFFERENT).order_by("by", "-weight", "pk"):
        key = evidence.key_of(records.get(link.left_id, {}), records.get(link.right_id, {}))
        said = {"by": link.by, "key": key if link.by == IdentityLink.By.KEY else "",
                "probability": link.probability, "evidence": evidence.reasons(link)}  # fmt: skip
        found.append(((link.left_id, link.right_id), {**_EMPTY, **said}))
    ties: dict[int, dict[str, Any]] = {}
    for (left, right), said in found:
        for one, other in ((right, left), (left, right)):
            ties.setdefault(one, {**said, "to": other})
    # The oldest is the one that the others were joined to.
    ties.pop(min(ids, default=0), None)
    return ties


_EMPTY: dict[str, Any] = {
    "by": "", "key": "", "probability": None, "evidence": [], "decided_by": None, "decided_at": None, "decision": None,
}  # fmt: skip


def _counts(user: User, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Identity → orders and spend, empty for who may not read orders, and interactions."""
    found: dict[int, dict[str, Any]] = {pk: {"orders": None, "spend_micros": None, "interactions": 0} for pk in ids}
    if reach(user, "order", "read") > Reach.NONE:
        for counts in found.values():
            counts.update(orders=0, spend_micros=0)
        rows = Order.objects.filter(identity__in=ids).order_by().values_list("identity")
        spend = Sum("value_micros", filter=Q(is_void=False), default=0)
        for pk, orders, micros in rows.annotate(n=Count("pk", filter=Q(is_order=True)), micros=spend):
            found[pk or 0].update(orders=orders, spend_micros=micros)
    passed = Interaction.objects.filter(identity__in=ids).order_by().values_list("identity")
    for pk, n in passed.annotate(n=Count("pk")):
        found[pk or 0]["interactions"] = n
    return found


def part_preview(user: User, customer_id: int, identity_ids: Sequence[int]) -> dict[str, Any]:
    """Who each of a customer's identities would be of if these were parted from it, and what goes with them.

    Raises IdentitiesNotOfCustomer as the parting itself would.
    """
    customer = customer_get(user, customer_id)
    everybody = list(customer.identities.select_related("source").order_by("pk"))
    ids, parted = [row.pk for row in everybody], set(identity_ids)
    rest = [pk for pk in ids if pk not in parted]
    if not parted or not rest or not parted <= set(ids):
        raise IdentitiesNotOfCustomer(customer=customer.pk, identities=sorted(parted))
    group_of = groups(ids, apart=[pair(one, other) for one in parted for other in rest]).group_of
    homes = {row.pk: row.home_id or customer.pk for row in everybody}
    goes: dict[int, list[Identity]] = defaultdict(list)
    for row in everybody:
        goes[homes[group_of.get(row.pk, row.pk)]].append(row)
    counts = _counts(user, ids)
    written = written_of(user, {*homes.values(), *goes})
    return {"customer": customer.pk, "items": [_share(pk, rows, counts, written) for pk, rows in sorted(goes.items())]}


def _share(customer_id: int, rows: Sequence[Identity], counts: Mapping[int, dict[str, Any]],
           written: Mapping[int, dict[str, int]]) -> dict[str, Any]:  # fmt: skip
    mine = [counts[row.pk] for row in rows]
    orders = [one["orders"] for one in mine if one["orders"] is not None]
    own = {customer_id, *(row.home_id for row in rows if row.home_id is not None)}
    notes = [written[pk] for pk in own if pk in written]
    return {
        "customer": customer_id,
        "identities": [{"identity": row.pk, "source": row.source.code, "external_id": row.external_id} for row in rows],
        "orders": sum(orders) if orders else None,
        "spend_micros": sum(one["spend_micros"] for one in mine) if orders else None,
        "interactions": sum(one["interactions"] for one in mine),
        **{name: sum(one[name] for one in notes) for name in ("notes", "tasks", "calls")},
    }


def history(user: User, customer_id: int, *, after: int, limit: int) -> dict[str, Any]:
    """Acts on the identities of a customer, the newest first; of each only pairs whose sides the user may all read."""
    customer = customer_get(user, customer_id)
    rows = IdentityDecision.objects.filter(pk__in=_acts_on(customer)).select_related("by", "undone_by")
    if after:
        rows = rows.filter(pk__lt=after)
    found, following = cut(rows.order_by("-pk")[: limit + 1], limit)
    concerned = identities_of([act.pk for act in found])
    readable = _readable(user, (row for rows in concerned.values() for row in rows), "read")
    writable = _readable(user, (row for rows in concerned.values() for row in rows), "write")
    items = [
        _act(act, concerned.get(act.pk, []), writable) for act in found
        if all(row.customer_id in readable for row in concerned.get(act.pk, []))
    ]  # fmt: skip
    return {"items": items, "next": following}


def _acts_on(customer: Customer) -> list[int]:
    sides = " OR ".join(
        f"(p.{side}_source_id = i.source_id AND p.{side}_external_id = i.external_id)" for side in ("left", "right")
    )
    rows = bulk.look_up(
        f"SELECT DISTINCT p.decision_id FROM store_identity i JOIN store_decidedpair p ON {sides} "  # noqa: S608 - ours
        "WHERE i.customer_id = %s",
        [customer.pk],
    )
    return [row[0] for row in rows]


def _readable(user: User, identities: Iterable[Identity], action: str) -> set[int | None]:
    customers = {row.customer_id for row in identities if row.customer_id is not None}
    return {None, *scope(user, Customer, action).filter(pk__in=customers).values_list("pk", flat=True)}


def _act(act: IdentityDecision, identities: Sequence[Identity], writable: set[int | None]) -> dict[str, Any]:
    people = {
        name: {"id": one.pk, "name": one.name or one.email} if one else None
        for name, one in (("by", act.by), ("undone_by", act.undone_by))
    }
    return {
        "decision": act.pk,
        "kind": act.kind,
        "at": act.at,
        "undone_at": act.undone_at,
        **people,
        "may_undo": act.undone_at is None and all(row.customer_id in writable for row in identities),
        "identities": [
            {"identity": row.pk, "source": row.source.code, "external_id": row.external_id, "customer": row.customer_id}
            for row in identities
        ],
    }
