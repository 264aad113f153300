"""What people decide of identities: joined, parted, answered; remembered, and above whatever is found later.

Each is one act that can be taken back (``IdentityDecision``). Customers follow from it at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from zhiji.application.customers.queries import customer_get
from zhiji.application.customers.services import customer_choose
from zhiji.application.identities.errors import (
    DecisionUndone,
    IdentitiesNotOfCustomer,
    NothingToJoin,
    PairNotWaiting,
)
from zhiji.application.identities.queries import decision_get, pairs_get
from zhiji.data.store import bulk
from zhiji.data.store.models import DecidedPair, Identity, IdentityDecision, IdentityLink
from zhiji.kernel import clock
from zhiji.platform import audit, live
from zhiji.platform.company import company
from zhiji.platform.models import User
from zhiji.platform.scope import require
from zhiji.processing.identity.groups import Pair, pair
from zhiji.processing.pipelines.decided import decided_within, mark_links
from zhiji.processing.pipelines.regrouping import around, settle

Word = DecidedPair.Word
Words = dict[Pair, Word]


class Acted(NamedTuple):
    """An act, and the customers of whom the identities that it concerned are now."""

    decision: IdentityDecision
    customer_ids: list[int]


def customers_join(*, user: User, customer_ids: Sequence[int], choices: Mapping[str, int] | None = None) -> Acted:
    """Make one customer of several: the one whose identity is the oldest is left.

    choices: field → the identity whose word is to stand, where the company's rule would take another. Raises NotFound
    for a customer out of reach, NothingToJoin where these are one already, ChoiceUnfit for a choice that cannot be.
    """
    require(user, "customer", "write")
    with bulk.turn():
        customers = {one.pk: one for one in (customer_get(user, pk, "write") for pk in customer_ids)}
        own = _identities(customers)
        if len(own) < 2 or len(own) < len(customers):
            raise NothingToJoin()
        heads = sorted(ids[0] for ids in own.values())
        words = {pair(heads[0], other): Word.SAME for other in heads[1:]}
        words |= _taken_back(own, [tuple(own)])
        acted = _act(user, IdentityDecision.Kind.JOIN, words, customers, "customers_join")
        if choices:
            left = customer_get(user, acted.customer_ids[0], "write")
            customer_choose(user=user, customer_id=left.pk, revision=left.revision, choices=choices)
        return acted


def identities_part(*, user: User, customer_id: int, identity_ids: Sequence[int]) -> Acted:
    """Take identities out of a customer for good: each is of whom it was before.

    Raises IdentitiesNotOfCustomer where one is not this customer's or none would be left.
    """
    with bulk.turn():
        customer = customer_get(user, customer_id, "write")
        everybody = _identities([customer.pk]).get(customer.pk, [])
        parted = set(identity_ids)
        rest = [pk for pk in everybody if pk not in parted]
        if not parted or not rest or not parted <= set(everybody):
            raise IdentitiesNotOfCustomer(customer=customer.pk, identities=sorted(parted))
        words = {pair(left, right): Word.DIFFERENT for left in sorted(parted) for right in rest}
        return _act(user, IdentityDecision.Kind.PART, words, [customer.pk], "identities_part")


def pairs_decide(*, user: User, answers: Mapping[int, str]) -> Acted:
    """Answer pairs of the review queue, by their numbers, in one act.

    Raises NotFound for a pair of which the user may not write both customers, and PairNotWaiting where one was answered
    meanwhile; then none is.
    """
    require(user, "customer", "write")
    with bulk.turn():
        links = pairs_get(user, list(answers), "write")
        for link in links:
            settled = link.left.customer_id == link.right.customer_id
            if link.state != IdentityLink.State.REVIEW or link.word in (Word.SAME, Word.DIFFERENT) or settled:
                raise PairNotWaiting(pair=link.pk)
        sides = [(link.left.customer_id or 0, link.right.customer_id or 0) for link in links]
        customers = sorted({pk for two in sides for pk in two})
        joined = [two for two, link in zip(sides, links, strict=True) if answers[link.pk] == Word.SAME]
        words = _taken_back(_identities(customers), joined)
        words |= {(link.left_id, link.right_id): Word(answers[link.pk]) for link in links}
        return _act(user, IdentityDecision.Kind.REVIEW, words, customers, "pairs_decide")


def decision_undo(*, user: User, decision_id: int) -> Acted:
    """Take an act back: what was said of its pairs before counts again. Raises DecisionUndone the second time."""
    with bulk.turn():
        decision, identity_ids = decision_get(user, decision_id, "write")
        undone = IdentityDecision.objects.filter(pk=decision.pk, undone_at=None).update(
            undone_at=clock.now(), undone_by=user
        )
        if not undone:
            raise DecisionUndone(decision=decision.pk)
        decision.refresh_from_db()
        audit.record("decision_undo", "identity_decision", decision.pk, kind=decision.kind)
        return Acted(decision, _follow(identity_ids))


def _identities(customer_ids: Iterable[int]) -> dict[int, list[int]]:
    """Customer → its identities, the oldest first; a customer that no source knows is left out."""
    found: dict[int, list[int]] = {}
    rows = Identity.objects.filter(customer__in=list(customer_ids)).order_by("pk").values_list("customer_id", "pk")
    for customer_id, pk in rows:
        found.setdefault(customer_id or 0, []).append(pk)
    return found


def _taken_back(own: Mapping[int, Sequence[int]], joined: Iterable[tuple[int, ...]]) -> Words:
    """Of customers that are joined now: pairs between them that somebody parted before are one from now on."""
    customer_of = {pk: customer for customer, ids in own.items() for pk in ids}
    together = [set(group) for group in joined]
    words = {}
    for left, right in decided_within(customer_of).different:
        if any({customer_of[left], customer_of[right]} <= group for group in together):
            words[left, right] = Word.SAME
    return words


def _act(user: User, kind: str, words: Words, customer_ids: Iterable[int], action: str) -> Acted:
    customers = sorted(customer_ids)
    decision = IdentityDecision.objects.create(kind=kind, at=clock.now(), by=user, customer_ids=customers)
    concerned = sorted({pk for two in words for pk in two})
    keys = {
        pk: (source, external_id) for pk, source, external_id in
        Identity.objects.filter(pk__in=concerned).values_list("pk", "source_id", "external_id")
    }  # fmt: skip
    rows = []
    for (one, other), word in words.items():
        left, right = sorted((keys[one], keys[other]))
        rows.append(
            DecidedPair(decision=decision, left_source_id=left[0], left_external_id=left[1], right_source_id=right[0],
                        right_external_id=right[1], word=word)
        )  # fmt: skip
    DecidedPair.objects.bulk_create(rows, batch_size=500)
    counts = {word.value: sum(said == word for said in words.values()) for word in Word}
    audit.record(action, "identity_decision", decision.pk, customers=customers, words=counts)
    return Acted(decision, _follow(concerned))


def _follow(identity_ids: Sequence[int]) -> list[int]:
    """Bring links and customers to where people's words are; returns the customers of these identities."""
    mark_links(identity_ids)
    for _ in settle(around(identity_ids), count_repeats_once=company().count_identical_lines_once):
        pass
    found = Identity.objects.filter(pk__in=identity_ids).exclude(customer=None).values_list("customer_id", flat=True)
    customers = sorted({pk for pk in found if pk is not None})
    live.publish("customers", changed="resolved", count=len(customers))
    return customers
