"""Items of the worklist as the reader sees them."""

from __future__ import annotations

from typing import Any

from zhiji.application.worklists import queries
from zhiji.application.worklists.models import WorkItem
from zhiji.kernel import Language, Money, Reason, render
from zhiji.platform.company import company
from zhiji.platform.models import User


def _person(user: User | None) -> dict[str, Any] | None:
    return {"id": user.pk, "name": user.name or user.email} if user else None


def reason(item: WorkItem, currency: str, language: Language) -> dict[str, Any]:
    """Why this customer is on the list, in words: "orders every N days; now day M; usual order X"."""
    params = {
        "gap_days": max(1, round(item.usual_gap_days)),
        "days": round(item.days_since_last_order),
        "overdue_days": max(1, round(item.overdue_days)),
        "order_micros": item.usual_order_micros,
        "stake_micros": item.at_stake_micros,
    }
    shown = {name: Money(params[f"{name}_micros"], currency).shown() for name in ("order", "stake")}
    text = render(Reason("worklist_reason", {**params, **shown}), language)
    return {"code": "worklist_reason", "params": params, "what": text.what, "why": text.why, "remedy": text.remedy}


def shown(user: User, found: list[WorkItem], language: Language) -> list[dict[str, Any]]:
    """Items with what a caller needs; a fixed number of queries for any number of items."""
    rows, mine, currency = queries.list_rows(found), queries.writable(user, found), company().currency
    items = []
    for item in found:
        customer, row = item.customer, rows.get(item.customer_id)
        items.append(
            {
                "id": item.pk,
                "customer": {
                    "id": customer.pk, "name": customer.name or customer.company,
                    "external_id": row.external_id if row else "", "city": customer.city, "country": customer.country,
                    # Who must not be contacted is not shown with a number or an address on a list of calls.
                    "phone": "" if customer.contact_allowed is False else customer.phone,
                    "email": "" if customer.contact_allowed is False else customer.email,
                    "segment": row.rfm_segment if row else "", "last_order_on": row.last_order_on if row else None,
                },
                "state": item.state, "as_of": item.as_of, "overdue_days": item.overdue_days,
                "usual_gap_days": item.usual_gap_days, "days_since_last_order": item.days_since_last_order,
                "usual_order_micros": item.usual_order_micros, "at_stake_micros": item.at_stake_micros,
                "assignee": _person(item.assignee), "owner": _person(customer.owner),
                "snoozed_until": item.snoozed_until, "outcome": item.outcome, "done_at": item.done_at,
                "done_by": _person(item.done_by), "reason": reason(item, currency, language),
                "may_write": item.pk in mine,
            }
        )  # fmt: skip
    return items


def history(user: User, found: list[WorkItem], language: Language) -> list[dict[str, Any]]:
    texts = queries.notes(user, found)
    pairs = zip(found, shown(user, found, language), strict=True)
    return [{**row, "note": texts.get(item.call_ref or 0, "")} for item, row in pairs]
