"""The truth beside the files: what an import of them must find, to the row and the micro.

``totals`` and ``months`` (by company month, ``YYYY-MM``) hold micros: ``goods`` (goods of orders not cancelled),
``discounts`` and ``returns`` (negative), ``net_goods`` (their sum: the value), ``guest_net_goods`` (guests' part),
``postage``; ``cancelled`` (goods of cancelled and closed orders, which count for nothing) is in none of the others.
A return stands in the month in which it came.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from zhiji.kernel import LineKind
from zhiji.operations.sample.dirt import Dirt
from zhiji.operations.sample.goods import products
from zhiji.operations.sample.ordering import Heads
from zhiji.operations.sample.registry import Registry

_MICROS_PER_CENT = 10_000
_KINDS = {
    LineKind.GOODS: "goods",
    LineKind.DISCOUNT: "discounts",
    LineKind.RETURN: "returns",
    LineKind.POSTAGE: "postage",
}


def money(heads: Heads, lines: pd.DataFrame) -> dict[str, Any]:
    """``totals`` and ``months``."""
    order = lines["order"].to_numpy()
    what = lines["kind"].map(_KINDS).to_numpy(dtype=object)
    void = heads.state[order] != "completed"
    what[void] = np.array(["cancelled" if name == "goods" else None for name in what[void]], dtype=object)
    sums = _sums(lines, what)
    guest = (heads.person[order] < 0) & ~void & (what != "postage")
    guests = _sums(lines[guest], np.full(int(guest.sum()), "guest_net_goods", dtype=object))
    months = {}
    for month in sorted({month for month, _ in sums}):
        row = {name: sums.get((month, name), 0) for name in ("goods", "discounts", "returns")}
        row["net_goods"] = sum(row.values())
        row["guest_net_goods"] = guests.get((month, "guest_net_goods"), 0)
        row |= {name: sums.get((month, name), 0) for name in ("postage", "cancelled")}
        months[month] = row
    totals = {name: sum(row[name] for row in months.values()) for name in next(iter(months.values()))}
    return {"totals": totals, "months": months}


def _sums(lines: pd.DataFrame, what: np.ndarray) -> dict[tuple[str, str], int]:
    month = np.datetime_as_string(lines["placed_at"].to_numpy().astype("datetime64[M]"))
    micros = lines["amount_cents"].to_numpy() * _MICROS_PER_CENT
    table = pd.DataFrame({"month": month, "what": what, "micros": micros})
    sums = table.groupby(["month", "what"])["micros"].sum()
    flat = sums.reset_index()
    keys = zip(flat["month"].astype(str), flat["what"].astype(str), strict=True)
    return dict(zip(keys, flat["micros"].astype(int).tolist(), strict=True))


def returns(rows: pd.DataFrame) -> dict[str, Any]:
    """``returns``: which order each return takes from. quantity and amount are negative."""
    codes = [product.code for product in products()]
    return {
        "returns": [
            {
                "return_number": row.return_number,
                "order_number": row.number,
                "product_code": codes[row.product],
                "quantity": int(row.quantity),
                "amount_micros": int(row.amount_cents) * _MICROS_PER_CENT,
            }
            for row in rows.to_records(index=False)
        ]
    }


def people(registry: Registry) -> dict[str, Any]:
    """Who is one person and who is not, who never ordered, who must not be contacted (external ids)."""
    refused = [record.external_id for record in registry.records if not record.person.contact_allowed]
    return {
        "duplicates": registry.duplicates,
        "not_duplicates": registry.not_duplicates,
        "without_order": registry.without_order,
        "opted_out": refused,
    }


def planted(orders: list[tuple[int, Dirt]], customers: list[tuple[int, Dirt]]) -> dict[str, Any]:
    """``dirty_rows``: file, row (records counted from 1 below the header), field, value, and code of the refusal."""
    return {
        "dirty_rows": [
            {"file": file, "row": row, "field": fault.field, "value": fault.value, "code": fault.code}
            for file, rows in (("orders.csv", orders), ("customers.csv", customers))
            for row, fault in rows
        ]
    }


def counts(
    heads: Heads, lines: pd.DataFrame, orders: pd.DataFrame, customers: pd.DataFrame, registry: Registry
) -> dict[str, int]:
    kind = lines["kind"].value_counts()
    void = heads.state != "completed"
    guest = (heads.person < 0) & ~void
    return {
        "order_file_rows": len(orders),
        "customer_file_rows": len(customers),
        "orders": len(heads.number),
        "customer_orders": int(((heads.person >= 0) & ~void).sum()),
        "guest_orders": int(guest.sum()),
        "cancelled_orders": int((heads.state == "cancelled").sum()),
        "closed_orders": int((heads.state == "closed").sum()),
        "guest_lines": int((heads.person[lines["order"].to_numpy()] < 0).sum()),
        "return_lines": int(kind.get(LineKind.RETURN, 0)),
        "discount_lines": int(kind.get(LineKind.DISCOUNT, 0)),
        "postage_lines": int(kind.get(LineKind.POSTAGE, 0)),
        "identical_lines": int(orders.duplicated().sum()),
        "people": len(registry.people),
        "people_without_order": len(registry.without_order),
        "people_registered_twice": len(registry.duplicates),
    }
