"""Customers that were merged: what was written of each stays its own, and is shown under the one that is left."""

from __future__ import annotations

from django.db.models import Q

from zhiji.data.store.models import Customer


def family(customer_id: int) -> list[int]:
    """The customer and those that were merged into it; by number."""
    found = Customer.objects.filter(Q(pk=customer_id) | Q(merged_into_id=customer_id))
    return sorted(found.values_list("pk", flat=True))


def present_number(customer_id: int) -> int:
    """The customer into which this one was merged, else itself."""
    into = Customer.objects.filter(pk=customer_id).values_list("merged_into_id", flat=True).first()
    return into or customer_id
