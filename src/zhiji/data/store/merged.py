"""Customers that were merged: what was written of each stays its own, and is shown under the one that is left."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from zhiji.data.store.models import Customer


def family(customer_id: int) -> QuerySet[Customer, Any]:
    """The numbers of the customer and of those that were merged into it, to be asked for within another query."""
    return Customer.objects.filter(Q(pk=customer_id) | Q(merged_into_id=customer_id)).values("pk")
