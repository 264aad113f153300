"""What happened with a customer, in one line of time; and the customer's orders with their lines."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Window
from django.db.models.functions import Coalesce, RowNumber

from zhiji.application.activities import queries as activities
from zhiji.application.customers.queries import customer_get
from zhiji.application.customers.record import changes, may_read_orders, named
from zhiji.application.customers.rows import amount
from zhiji.data.store import cursors
from zhiji.data.store.models import Customer, Interaction, Order, OrderLine
from zhiji.kernel import LineKind, clock
from zhiji.platform.company import zone
from zhiji.platform.models import User
from zhiji.platform.permissions import Reach, reach
from zhiji.platform.schemas import cut
from zhiji.platform.scope import require, scope

KINDS = ("order", "return", "note", "task", "call", "interaction", "change")
LINES_SHOWN = 100
Item = dict[str, Any]


def timeline(user: User, customer_id: int, *, kinds: list[str], cursor: str, limit: int) -> dict[str, Any]:
    """Newest first. Each kind gives its newest items at or before the cursor; together they are cut to a page."""
    customer = customer_get(user, customer_id)
    wanted = [kind for kind in KINDS if kind in kinds] or list(KINDS)
    place = f"timeline:{customer.pk}:{','.join(wanted)}"
    last: tuple[datetime, int, int] | None = None
    if cursor:
        at, rank, pk = cursors.opened(place, cursor)
        last = (datetime.fromisoformat(at), rank, pk)
    found: list[tuple[datetime, int, int, Item]] = []
    for kind in wanted:
        rank = KINDS.index(kind)
        found += [(at, rank, pk, item) for at, pk, item in _source(user, customer, kind, last, limit)]
    if last is not None:
        found = [each for each in found if each[:3] < last]
    found.sort(key=lambda each: each[:3], reverse=True)
    part = found[:limit]
    following = None
    if len(found) > limit:
        at, rank, pk, _ = part[-1]
        following = cursors.sealed(place, [at.isoformat(), rank, pk])
    items = [{"kind": KINDS[rank], "at": at, "id": pk, **item} for at, rank, pk, item in part]
    names = iter(named([change for item in items for change in item.get("changes", [])]))
    for item in items:
        if "changes" in item:
            item["changes"] = [next(names) for _ in item["changes"]]
    return {"items": items, "next": following}


def _source(user: User, customer: Customer, kind: str, last: tuple[datetime, int, int] | None,
            limit: int) -> list[tuple[datetime, int, Item]]:  # fmt: skip
    """Enough of one kind to fill a page, whatever shares the cursor's instant."""
    if kind in activities.KINDS:
        if reach(user, "activity", "read") == Reach.NONE:
            return []
        found = activities.of_customer(user, customer.pk, kind, last=_below(kind, last), limit=limit + 1)
        return [(at, pk, {kind: item}) for at, pk, item in found]
    if kind == "change":
        listed = [change for change in changes(customer) if _is_below(kind, change["at"], change["id"], last)]
        grouped: dict[tuple[datetime, int], list[Item]] = {}
        for change in listed:
            grouped.setdefault((change["at"], change["id"]), []).append(change)
        return [(at, pk, {"changes": part}) for (at, pk), part in list(grouped.items())[: limit + 1]]
    if kind == "interaction":
        rows = _before(scope(user, Interaction).filter(customer=customer), "event_at", kind, last)
        return [
            (row.event_at, row.pk, {"interaction": {"kind": row.kind, "text": row.text}})
            for row in rows.order_by("-event_at", "-pk")[: limit + 1]
        ]
    if not may_read_orders(user):
        return []
    back = OrderLine.objects.filter(order=OuterRef("pk"), is_current=True, line_kind__in=LineKind.TAKEN_BACK)
    is_back = Q(goods_micros__lte=0) & Q(Exists(back))
    rows = scope(user, Order).filter(customer=customer).filter(is_back if kind == "return" else ~is_back)
    rows = _with_taken_back(_before(rows, "ordered_at", kind, last)).order_by("-ordered_at", "-pk")
    company_zone = zone()
    return [(row.ordered_at, row.pk, {"order": order_json(row, company_zone)}) for row in rows[: limit + 1]]


def _below(kind: str, last: tuple[datetime, int, int] | None) -> tuple[datetime, int] | None:
    """The cursor as one kind sees it: an id below which items of the very instant still come."""
    if last is None:
        return None
    at, rank, pk = last
    mine = KINDS.index(kind)
    return at, 2**63 - 1 if mine < rank else pk if mine == rank else 0


def _is_below(kind: str, at: datetime, pk: int, last: tuple[datetime, int, int] | None) -> bool:
    return last is None or (at, KINDS.index(kind), pk) < last


def _before(rows: QuerySet[Any], at: str, kind: str, last: tuple[datetime, int, int] | None) -> QuerySet[Any]:
    below = _below(kind, last)
    if below is None:
        return rows
    return rows.filter(Q(**{f"{at}__lt": below[0]}) | Q(**{at: below[0], "pk__lt": below[1]}))


def quantity(milli: int) -> str:
    text = f"{Decimal(milli) / 1000:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_taken_back(rows: QuerySet[Order]) -> QuerySet[Order]:
    """With ``source``, and in ``taken_back`` what the order's own returned lines come to. A return that was linked to
    its sale takes from the sale's value and leaves its own at nothing; this is what came back all the same."""
    own = OrderLine.objects.filter(order=OuterRef("pk"), counted=True, line_kind__in=LineKind.TAKEN_BACK).order_by()
    total = own.values("order").annotate(total=Sum("amount_micros")).values("total")
    return rows.select_related("source").annotate(taken_back=Coalesce(Subquery(total), 0))


def order_json(order: Any, company_zone: Any) -> Item:
    """An order of ``_with_taken_back``. Money as exact decimal text in the order's currency."""
    return {
        "id": order.pk, "external_id": order.external_id, "number": order.number, "source": order.source.code,
        "state": order.state, "is_order": order.is_order, "ordered_at": order.ordered_at,
        "ordered_on": clock.day_of(order.ordered_at, company_zone),
        "country": order.country, "channel": order.channel, "store": order.store, "currency": order.currency,
        "value": amount(order.value_micros), "goods": amount(order.goods_micros),
        "returned": amount(order.returned_micros), "other": amount(order.other_micros),
        "taken_back": amount(order.taken_back), "lines_total": order.lines,
    }  # fmt: skip


def _line_json(line: OrderLine) -> Item:
    return {
        "id": line.pk, "product_code": line.product_code, "description": line.description, "category": line.category,
        "kind": line.line_kind, "quantity": quantity(line.quantity_milli), "unit_price": amount(line.unit_price_micros),
        "amount": amount(line.amount_micros), "is_repeat": line.is_repeat, "is_counted": line.counted,
        "takes_from_order_id": line.value_order_id if line.value_order_id != line.order_id else None,
    }  # fmt: skip


def orders(user: User, customer_id: int, *, cursor: str, limit: int) -> dict[str, Any]:
    """The customer's orders, newest first, each with its first hundred lines; two queries for any page."""
    require(user, "order", "read")
    customer = customer_get(user, customer_id)
    rows = _with_taken_back(scope(user, Order).filter(customer=customer))
    place = f"orders:{customer.pk}"
    if cursor:
        at, pk = cursors.opened(place, cursor)
        instant = datetime.fromisoformat(at)
        rows = rows.filter(Q(ordered_at__lt=instant) | Q(ordered_at=instant, pk__lt=pk))
    found = list(rows.order_by("-ordered_at", "-pk")[: limit + 1])
    part = found[:limit]
    lines = _first_lines(user, [order.pk for order in part])
    company_zone = zone()
    items = [{**order_json(order, company_zone), "lines": lines.get(order.pk, [])} for order in part]
    more = len(found) > limit
    following = cursors.sealed(place, [part[-1].ordered_at.isoformat(), part[-1].pk]) if more else None
    return {"items": items, "next": following}


def _first_lines(user: User, order_ids: list[int]) -> dict[int, list[Item]]:
    found: dict[int, list[Item]] = {}
    number = Window(RowNumber(), partition_by=F("order_id"), order_by=F("pk").asc())
    rows = scope(user, OrderLine).filter(order__in=order_ids, is_current=True).annotate(number=number)
    for line in rows.filter(number__lte=LINES_SHOWN).order_by("order_id", "pk"):
        found.setdefault(line.order_id, []).append(_line_json(line))
    return found


def order_lines(user: User, customer_id: int, order_id: int, *, after: int, limit: int) -> dict[str, Any]:
    """All lines of one order, in the order of the file."""
    require(user, "order", "read")
    customer = customer_get(user, customer_id)
    order = scope(user, Order).filter(customer=customer, pk=order_id)
    rows = scope(user, OrderLine).filter(order__in=order, is_current=True, pk__gt=after).order_by("pk")
    found, following = cut(rows[: limit + 1], limit)
    return {"items": [_line_json(line) for line in found], "next": following}
