"""Customers derived anew where the company's rules of survivorship have changed, block by block."""

from __future__ import annotations

from zhiji.data.store import bulk, listing, search
from zhiji.data.store.models import Customer
from zhiji.platform.company import zone
from zhiji.processing.pipelines.field_words import RULED, Rules, rules_now
from zhiji.processing.pipelines.survivorship import FIELDS, derive_customers, derived

BLOCK = 2_000
_COMPARED = [name for name in FIELDS if name in RULED]


def block_after(customer_id: int) -> list[int]:
    """The next customers by number that are nobody else's."""
    rows = Customer.objects.filter(pk__gt=customer_id, merged_into=None).order_by("pk").values_list("pk", flat=True)
    return list(rows[:BLOCK])


def changed(customer_ids: list[int], rules: Rules) -> dict[int, list[str]]:
    """Customer → the fields that these rules would make others, of customers where there are any."""
    wanted = derived(customer_ids, zone(), rules)
    now = {row[0]: row[1:] for row in Customer.objects.filter(pk__in=customer_ids).values_list("pk", *_COMPARED)}
    found = {}
    for pk, row in wanted.items():
        would = dict(zip(FIELDS, row, strict=False))
        fields = [name for name, value in zip(_COMPARED, now.get(pk, ()), strict=False) if would[name] != value]
        if fields:
            found[pk] = fields
    return found


def rederive(customer_ids: list[int]) -> int:
    """Make these customers what the rules of now say; returns how many are other than before."""
    with bulk.turn():
        found = sorted(changed(customer_ids, rules_now()))
        derive_customers(customer_ids)
        listing.write_rows(found)
        search.index(found)
    return len(found)
