"""What people decide of identities: joined and parted by hand, remembered, and above whatever is found later."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from zhiji.application.customers.queries import customer_get
from zhiji.application.identities.errors import IdentitiesNotOfCustomer, NothingToJoin
from zhiji.data.store.models import Identity, IdentityLink
from zhiji.kernel import clock
from zhiji.platform import audit, live
from zhiji.platform.company import company
from zhiji.platform.models import User
from zhiji.processing.identity.groups import pair
from zhiji.processing.pipelines.regrouping import around, settle


@transaction.atomic
def customers_join(*, user: User, customer_ids: Sequence[int]) -> int:
    """Make one customer of several; returns the number that is left, the one whose identity is the oldest.

    Raises NotFound for a customer out of reach and NothingToJoin where these are one already.
    """
    customers = {customer.pk: customer for customer in (customer_get(user, pk, "write") for pk in customer_ids)}
    own = [list(customer.identities.order_by("pk")) for customer in customers.values()]
    if len(own) < 2 or not all(own):
        raise NothingToJoin()
    first = min((identity for identities in own for identity in identities), key=lambda identity: identity.pk)
    ids = [identity.pk for identities in own for identity in identities]
    # What was parted by hand before is a word that this one takes back.
    IdentityLink.objects.filter(
        by=IdentityLink.By.PERSON, state=IdentityLink.State.PARTED, left__in=ids, right__in=ids
    ).delete()
    for identities in own:
        if identities[0].pk != first.pk:
            _decide(user, first.pk, identities[0].pk, IdentityLink.State.LINKED)
    _follow(ids)
    audit.record("customers_join", "customer", first.home_id or 0, ids=sorted(customers))
    live.publish("customers", changed="resolved", count=len(customers))
    return Identity.objects.get(pk=first.pk).customer_id or 0


@transaction.atomic
def identities_part(*, user: User, customer_id: int, identity_ids: Sequence[int]) -> list[int]:
    """Take identities out of a customer for good: each is of whom it was before; returns the customers of all.

    Raises IdentitiesNotOfCustomer where one is not this customer's or none would be left.
    """
    customer = customer_get(user, customer_id, "write")
    everybody = list(customer.identities.order_by("pk").values_list("pk", flat=True))
    parted = sorted(set(identity_ids))
    rest = [pk for pk in everybody if pk not in set(parted)]
    if not parted or not rest or not set(parted) <= set(everybody):
        raise IdentitiesNotOfCustomer(customer=customer.pk, identities=parted)
    for left in parted:
        for right in rest:
            _decide(user, left, right, IdentityLink.State.PARTED)
    _follow(everybody)
    audit.record("identities_part", "customer", customer.pk, ids=parted)
    live.publish("customers", changed="resolved", count=len(parted))
    found = Identity.objects.filter(pk__in=everybody).exclude(customer=None).values_list("customer_id", flat=True)
    return sorted({pk for pk in found if pk is not None})


def _decide(user: User, one: int, other: int, state: str) -> None:
    left, right = pair(one, other)
    IdentityLink.objects.filter(Q(left_id=left, right_id=right)).delete()
    IdentityLink.objects.create(
        left_id=left, right_id=right, state=state, by=IdentityLink.By.PERSON, found_at=clock.now(), decided_by=user
    )


def _follow(identity_ids: Sequence[int]) -> None:
    for _ in settle(around(identity_ids), count_repeats_once=company().count_identical_lines_once):
        pass
