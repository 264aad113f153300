"""Why spend changed between two periods: each customer in exactly one kind, so that the bars add up to the change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from zhiji.data.lake import LakeTables
from zhiji.processing.features.columns import F
from zhiji.processing.features.errors import PeriodsOutOfOrder
from zhiji.processing.features.orders import customer_days, total


class ChangeKind:
    """How a customer's spend moved from period A to the later period B."""

    NEW = "new"  # first order ever in B
    RETURNING = "returning"  # ordered before, not in A, and again in B
    GROWING = "growing"  # ordered in both, spent more in B
    STEADY = "steady"  # ordered in both, spent the same
    SHRINKING = "shrinking"  # ordered in both, spent less in B
    LAPSED = "lapsed"  # ordered in A, not in B
    CORRECTION = "correction"  # no order in either, only returns that could not be linked
    GUEST = "guest"  # orders without a customer, all together
    ALL = (NEW, RETURNING, GROWING, STEADY, SHRINKING, LAPSED, CORRECTION, GUEST)


@dataclass(frozen=True)
class Period:
    """Company days from ``start`` to ``end``, both included."""

    start: date
    end: date

    def holds(self, day: ir.DateValue) -> ir.BooleanValue:
        """Whether a day lies in the period."""
        return (day >= self.start) & (day <= self.end)

    def __str__(self) -> str:
        return f"{self.start} – {self.end}"


def revenue_bridge_customers(
    tables: LakeTables,
    period_a: Period,
    period_b: Period,
    as_of: date,
    zone: ZoneInfo,
    *,
    known_by: datetime | None = None,
    customer_ids: ir.Table | None = None,
) -> ir.Table:
    """The customers behind each bar: one row a customer with an order or a value in A or B, and one for all guests.

    Columns: ``customer_id`` (null: all guests together), ``change_kind`` (``ChangeKind``), int64 ``spend_a_micros``,
    ``spend_b_micros``, ``change_micros`` = B − A. Both periods as of ``as_of`` and known by
    ``known_by`` (None: at the end of ``as_of``). Guests only where
    ``customer_ids`` is None. Raises PeriodsOutOfOrder unless A ends before B starts.
    """
    if not period_a.start <= period_a.end < period_b.start <= period_b.end:
        raise PeriodsOutOfOrder(first=str(period_a), second=str(period_b))
    days = customer_days(tables, as_of, zone, known_by=known_by, customer_ids=customer_ids, guests=customer_ids is None)
    day = days[F.VALUE_ON]
    in_a, in_b = period_a.holds(day), period_b.holds(day)
    sums = days.group_by(F.CUSTOMER_ID).aggregate(
        spend_a_micros=total(days.amount_micros, in_a),
        spend_b_micros=total(days.amount_micros, in_b),
        orders_a=total(days.orders, in_a),
        orders_b=total(days.orders, in_b),
        orders_before=total(days.orders, day < period_b.start),
    )
    moved = sums.filter((sums.orders_a + sums.orders_b > 0) | (sums.spend_a_micros != 0) | (sums.spend_b_micros != 0))
    return moved.select(
        F.CUSTOMER_ID,
        _kind(moved).name(F.CHANGE_KIND),
        F.SPEND_A_MICROS,
        F.SPEND_B_MICROS,
        change_micros=moved.spend_b_micros - moved.spend_a_micros,
    )


def _kind(sums: ir.Table) -> ir.StringValue:
    """The kind of each row: the first case that holds."""
    in_a, in_b = sums.orders_a > 0, sums.orders_b > 0
    more, less = sums.spend_b_micros > sums.spend_a_micros, sums.spend_b_micros < sums.spend_a_micros
    return ibis.cases(
        (sums[F.CUSTOMER_ID].isnull(), ChangeKind.GUEST),
        (in_a & in_b & more, ChangeKind.GROWING),
        (in_a & in_b & less, ChangeKind.SHRINKING),
        (in_a & in_b, ChangeKind.STEADY),
        (in_b & (sums.orders_before > 0), ChangeKind.RETURNING),
        (in_b, ChangeKind.NEW),
        (in_a, ChangeKind.LAPSED),
        else_=ChangeKind.CORRECTION,
    )


def revenue_bridge(
    tables: LakeTables,
    period_a: Period,
    period_b: Period,
    as_of: date,
    zone: ZoneInfo,
    *,
    known_by: datetime | None = None,
    customer_ids: ir.Table | None = None,
) -> ir.Table:
    """The bars of the bridge: one row a ``change_kind`` that occurs, in no promised order.

    Columns: ``change_kind``; int64 ``customers`` (0 for guests), ``spend_a_micros``, ``spend_b_micros``,
    ``change_micros``. Over all rows, the change is exactly the spend of B less the spend of A.
    Raises PeriodsOutOfOrder.
    """
    customers = revenue_bridge_customers(
        tables, period_a, period_b, as_of, zone, known_by=known_by, customer_ids=customer_ids
    )
    return customers.group_by(F.CHANGE_KIND).aggregate(
        customers=customers[F.CUSTOMER_ID].count(),
        spend_a_micros=total(customers.spend_a_micros),
        spend_b_micros=total(customers.spend_b_micros),
        change_micros=total(customers.change_micros),
    )
