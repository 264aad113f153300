"""What the record says of the sample company, set beside the truth that it was generated with."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from zhiji.application.imports import queries
from zhiji.data.lake import open_engine
from zhiji.data.landing.models import RejectedRow
from zhiji.data.store import bulk
from zhiji.data.store.models import Order, OrderLine
from zhiji.kernel import LineKind, clock
from zhiji.platform.accounts import operator
from zhiji.platform.workspace import workspace
from zhiji.processing.cleaning import STATES_WITHOUT_VALUE as VOID_STATES

_PUBLISHED = ("r", "alpha", "a", "b")


def compared(truth: dict[str, Any], customers_import: int, orders_import: int) -> dict[str, Any]:
    """Returns ``rows`` (a list of ``code, planted, found, agrees``), all whole numbers; ``months`` (``planted``,
    ``found``: how many months there are, and how many agree to the micro); ``parameters`` (planted and fitted, with
    standard errors; the seasons bend the fit, so nothing is judged) and ``agrees`` over rows and months."""
    rows = [
        _row("refused_rows", len(_planted(truth)), len(_refused(customers_import, orders_import)),
             _planted(truth) == _refused(customers_import, orders_import)),
        *_counts(truth, orders_import),
    ]  # fmt: skip
    planted = {month: sums["net_goods"] for month, sums in truth["months"].items()}
    found = net_goods_by_month(truth["zone"])
    same = sum(found.get(month, 0) == amount for month, amount in planted.items())
    whole = same == len(planted) and set(found) <= set(planted)
    return {
        "rows": rows,
        "months": {"planted": len(planted), "found": same},
        "parameters": _parameters(truth),
        "agrees": whole and all(row["agrees"] for row in rows),
    }


def _row(code: str, planted: int, found: int, agrees: bool | None = None) -> dict[str, Any]:
    return {"code": code, "planted": planted, "found": found, "agrees": planted == found if agrees is None else agrees}


def _planted(truth: dict[str, Any]) -> Counter[tuple[str, int, str, str]]:
    return Counter((row["file"], row["row"], row["column"], row["code"]) for row in truth["dirty_rows"])


def _refused(*imports: int) -> Counter[tuple[str, int, str, str]]:
    found: Counter[tuple[str, int, str, str]] = Counter()
    for row in queries.imports(operator()).select_related("batch").filter(pk__in=imports):
        lines = RejectedRow.objects.filter(batch=row.batch).values_list("row", "column", "code")
        found.update((row.name, *line) for line in lines)
    return found


def _counts(truth: dict[str, Any], orders_import: int) -> list[dict[str, Any]]:
    told = truth["counts"]
    of_file = queries.import_get(operator(), orders_import).report["counts"]
    current = OrderLine.objects.filter(is_current=True)
    standing = Order.objects.exclude(state__in=VOID_STATES)
    return [
        _row("order_rows", told["order_file_rows"], of_file["received"]),
        _row("return_lines", told["return_lines"], current.filter(line_kind=LineKind.RETURN).count()),
        _row("guest_lines", told["guest_lines"], current.filter(order__identity=None).count()),
        _row("identical_lines", told["identical_lines"], current.filter(is_repeat=True).count()),
        _row("cancelled_orders", told["cancelled_orders"], Order.objects.filter(state="cancelled").count()),
        _row("opted_out", len(truth["opted_out"]), _opted_out()),
        _row("net_goods_micros", truth["totals"]["net_goods"], sum(net_goods_by_month(truth["zone"]).values())),
        _row("guest_orders", told["guest_orders"], _orders_of_goods(standing.filter(identity=None))),
    ]


def _orders_of_goods(orders: Any) -> int:
    """Orders that sold something: a return that came under a number of its own is no order."""
    return int(orders.filter(order_lines__line_kind=LineKind.GOODS).distinct().count())


def _opted_out() -> int:
    rows = bulk.look_up(
        "SELECT COUNT(*) FROM store_identity i JOIN store_customer c ON c.id = i.customer_id "
        "WHERE c.contact_allowed = %s",
        [False],
    )
    return int(rows[0][0])


def net_goods_by_month(zone: str) -> dict[str, int]:
    """Goods, discounts and returns of orders that stand, by the company month of the line, in micros."""
    found: Counter[str] = Counter()
    place = ZoneInfo(zone)
    lines = OrderLine.objects.filter(is_current=True, counted=True, line_kind__in=LineKind.VALUE)
    rows = lines.exclude(order__state__in=VOID_STATES).values_list("event_at", "amount_micros")
    for at, amount in rows.iterator(chunk_size=5_000):
        found[f"{at.astimezone(place):%Y-%m}"] += amount
    return dict(found)


def _parameters(truth: dict[str, Any]) -> dict[str, dict[str, float]]:
    from zhiji.algorithms.value import BetaGeoNBD, purchase_summary
    from zhiji.processing.features import transactions

    as_of, zone = date.fromisoformat(truth["as_of"]), ZoneInfo(truth["zone"])
    with open_engine(workspace().lake) as engine:
        days = engine.to_arrow(transactions(engine.tables, as_of, zone, known_by=clock.NO_END)).to_pandas()
    fitted = BetaGeoNBD().fit(purchase_summary(days, as_of, "week"))
    errors = fitted.standard_errors_
    return {
        name: {
            "planted": truth["parameters"][name],
            "fitted": round(float(getattr(fitted, f"{name}_")), 4),
            "error": round(float(errors[name]), 4),
        }
        for name in _PUBLISHED
    }
