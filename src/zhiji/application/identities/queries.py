"""Reads of identities: the review queue, one pair, one act. A pair is there for who may read both its customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from django.db.models import F, Q, QuerySet

from zhiji.application.identities import evidence
from zhiji.data.store import bulk, cursors
from zhiji.data.store.models import Customer, DecidedPair, Identity, IdentityDecision, IdentityLink
from zhiji.platform.errors import NotAllowed, NotFound
from zhiji.platform.models import User
from zhiji.platform.permissions import Reach, reach
from zhiji.platform.scope import require, scope

QueueState = Literal["waiting", "later"]
QueueKind = Literal["", "person", "organisation"]
COUNTED = 10_000


class Asked(NamedTuple):
    """What of the queue is wanted: pairs that wait or that were put off, of one kind of customers, of one source."""

    state: QueueState = "waiting"
    kind: QueueKind = ""
    source: str = ""


_WORD = {"waiting": DecidedPair.UNSAID, "later": DecidedPair.Word.LATER.value}


def waiting(word: str = DecidedPair.UNSAID) -> QuerySet[IdentityLink]:
    """All pairs that wait for a person, or of which one has said this word; those that became one customer by other
    pairs wait no more. Not scoped: for counts of everything, and for ``queue``."""
    return IdentityLink.objects.filter(state=IdentityLink.State.REVIEW, word=word).exclude(
        left__customer=F("right__customer")
    )


def pairs(user: User, action: str = "read") -> QuerySet[IdentityLink]:
    """Links of which the user may use both customers; deleted ones have none."""
    return _in_reach(user, IdentityLink.objects.all(), action)


def _in_reach(user: User, rows: QuerySet[IdentityLink], action: str = "read") -> QuerySet[IdentityLink]:
    mine = scope(user, Customer, action).filter(deleted_at=None).values("pk")
    return rows.filter(left__customer__in=mine, right__customer__in=mine)


def queue(user: User, asked: Asked) -> QuerySet[IdentityLink]:
    """Pairs that wait for a person; the most doubtful first."""
    require(user, "customer", "read")
    rows = _in_reach(user, waiting(_WORD[asked.state]))
    if asked.source:
        rows = rows.filter(Q(left__source__code=asked.source) | Q(right__source__code=asked.source))
    if asked.kind:
        organisation = Q(left__customer__kind="organisation") | Q(right__customer__kind="organisation")
        rows = rows.filter(organisation) if asked.kind == "organisation" else rows.exclude(organisation)
    return rows.order_by("-doubt", "pk")


def queue_page(user: User, asked: Asked, *, cursor: str, limit: int) -> dict[str, Any]:
    """One page with all the evidence, in a fixed number of queries."""
    rows = queue(user, asked)
    place = f"pairs:{user.pk}:{asked.state}:{asked.kind}:{asked.source}"
    if cursor:
        doubt, pk = cursors.opened(place, cursor)
        rows = rows.filter(Q(doubt__lt=doubt) | Q(doubt=doubt, pk__gt=pk))
    found = list(rows.select_related("left__source", "right__source")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    following = cursors.sealed(place, [last.doubt, last.pk]) if last else None
    return {"items": evidence.shown(user, found[:limit]), "next": following}


def queue_count(user: User, asked: Asked) -> dict[str, Any]:
    """How many there are, counted to 10,000."""
    count = len(queue(user, asked).order_by().values_list("pk")[: COUNTED + 1])
    return {"count": min(count, COUNTED), "exact": count <= COUNTED}


def pairs_get(user: User, link_ids: Sequence[int], action: str = "read") -> list[IdentityLink]:
    """These links. Raises NotFound where one is out of reach, NotAllowed where it may only be read."""
    rows = pairs(user, action).filter(pk__in=list(link_ids)).select_related("left__source", "right__source")
    found = {link.pk: link for link in rows}
    missing = [pk for pk in link_ids if pk not in found]
    if missing and action != "read" and pairs(user).filter(pk__in=missing).count() == len(set(missing)):
        raise NotAllowed(object="customer", action=action)
    if missing:
        raise NotFound(object="identity_pair", where={"id": str(missing[0])})
    return [found[pk] for pk in dict.fromkeys(link_ids)]


def pair_get(user: User, link_id: int) -> dict[str, Any]:
    """One pair with its evidence."""
    return evidence.shown(user, pairs_get(user, [link_id]))[0]


def decision_get(user: User, decision_id: int, action: str = "read") -> tuple[IdentityDecision, list[int]]:
    """An act and the identities that it concerned and that are still there. Only for who may so use the customers of
    all of them; where none is left, for who may so use all customers."""
    decision = IdentityDecision.objects.filter(pk=decision_id).first()
    identities = identities_of([decision_id]).get(decision_id, []) if decision else []
    customers = {row.customer_id for row in identities if row.customer_id is not None}
    if decision is None or not _all_in_reach(user, customers, action):
        if decision is not None and action != "read" and _all_in_reach(user, customers, "read"):
            raise NotAllowed(object="customer", action=action)
        raise NotFound(object="identity_decision", where={"id": str(decision_id)})
    return decision, [row.pk for row in identities]


def _all_in_reach(user: User, customer_ids: set[int], action: str) -> bool:
    if not customer_ids:
        return reach(user, "customer", action) == Reach.ALL
    return scope(user, Customer, action).filter(pk__in=customer_ids).count() == len(customer_ids)


def identities_of(decision_ids: Sequence[int]) -> dict[int, list[Identity]]:
    """Act → the identities of its pairs that are still there; two queries."""
    among = bulk.among("p.decision_id")
    rows = bulk.look_up(_CONCERNED + among, [bulk.many(decision_ids)])
    known = {row.pk: row for row in Identity.objects.filter(pk__in={row[1] for row in rows}).select_related("source")}
    found: dict[int, list[Identity]] = {}
    for decision_id, pk in sorted(rows):
        found.setdefault(decision_id, []).append(known[pk])
    return found


_CONCERNED = """
    SELECT DISTINCT p.decision_id, i.id FROM store_decidedpair p JOIN store_identity i ON
    (i.source_id = p.left_source_id AND i.external_id = p.left_external_id)
    OR (i.source_id = p.right_source_id AND i.external_id = p.right_external_id) WHERE """
