"""The dashboard's figures: revenue by month, retention by cohort, and how much of the spend few customers carry.

``known_by`` is everywhere that of ``lines_as_of``; None: as known at the end of ``as_of``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa

from zhiji.data.lake import LakeTables
from zhiji.processing.features.bridge import Period
from zhiji.processing.features.columns import F
from zhiji.processing.features.errors import PeriodsOutOfOrder, ShareOutOfRange
from zhiji.processing.features.orders import customer_days, total

TOP_PERCENTS = (1, 5, 10, 20, 50)


def _month(day: ir.DateColumn) -> ir.DateColumn:
    """The first day of the month. DuckDB truncates a date to an instant and Ibis does not see it: see ``total``."""
    return ops.Cast(day.truncate("M"), to="date").to_expr()


def monthly_revenue(
    tables: LakeTables,
    as_of: date,
    zone: ZoneInfo,
    *,
    known_by: datetime | None = None,
    customer_ids: ir.Table | None = None,
) -> ir.Table:
    """One row a calendar month with any value up to ``as_of``; rising by month.

    Columns: ``month_on`` its first day; int64 ``orders`` and ``spend_micros`` of all, guests included;
    ``customers`` with an order; ``guest_orders``, ``guest_spend_micros`` the part without a customer;
    ``gross_micros``, ``returned_micros`` (positive), void orders included. A return linked to its order lowers the
    order's month, not its own. With ``customer_ids`` guests are left out.
    """
    days = customer_days(tables, as_of, zone, known_by=known_by, customer_ids=customer_ids, guests=customer_ids is None)
    dated = days.mutate(month_on=_month(days[F.VALUE_ON]))
    months = dated.group_by([F.CUSTOMER_ID, F.MONTH_ON]).aggregate(
        orders=total(dated.orders),
        spend_micros=total(dated.amount_micros),
        gross_micros=total(dated.gross_micros),
        returned_micros=total(dated.returned_micros),
    )
    guest = months[F.CUSTOMER_ID].isnull()
    return (
        months.group_by(F.MONTH_ON)
        .aggregate(
            orders=total(months.orders),
            customers=total((~guest & (months.orders > 0)).cast("int64")),
            spend_micros=total(months.spend_micros),
            guest_orders=total(months.orders, guest),
            guest_spend_micros=total(months.spend_micros, guest),
            gross_micros=total(months.gross_micros),
            returned_micros=total(months.returned_micros),
        )
        .order_by(F.MONTH_ON)
    )


def cohort_retention(
    tables: LakeTables,
    as_of: date,
    zone: ZoneInfo,
    *,
    known_by: datetime | None = None,
    customer_ids: ir.Table | None = None,
) -> ir.Table:
    """Who came back: one row a cohort (month of the first order) and month since then in which any of it ordered.

    Columns: ``cohort_on`` first day of the cohort's month; int64 ``months_since`` ≥ 0; ``cohort_customers`` size of
    the cohort; ``customers`` of it with an order in that month; ``spend_micros`` of those customers in that month.
    Retention is customers / cohort_customers; at 0 they are equal. An absent row means nobody. The month of ``as_of``
    is incomplete unless it is the month's last day. Rising by cohort and month.
    """
    days = customer_days(tables, as_of, zone, known_by=known_by, customer_ids=customer_ids)
    dated = days.mutate(month_on=_month(days[F.VALUE_ON]))
    months = dated.group_by([F.CUSTOMER_ID, F.MONTH_ON]).aggregate(
        orders=total(dated.orders), spend_micros=total(dated.amount_micros)
    )
    active = months.filter(months.orders > 0)
    firsts = active.group_by(F.CUSTOMER_ID).aggregate(cohort_on=active[F.MONTH_ON].min())
    sizes = firsts.group_by(F.COHORT_ON).aggregate(cohort_customers=firsts.count())
    placed = active.join(firsts, F.CUSTOMER_ID).join(sizes, F.COHORT_ON)
    month, cohort = placed[F.MONTH_ON], placed[F.COHORT_ON]
    since = (month.year() - cohort.year()) * 12 + (month.month() - cohort.month())
    counted = placed.mutate(months_since=since.cast("int64"))
    return (
        counted.group_by([F.COHORT_ON, F.MONTHS_SINCE, F.COHORT_CUSTOMERS])
        .aggregate(customers=counted.count(), spend_micros=total(counted.spend_micros))
        .order_by([F.COHORT_ON, F.MONTHS_SINCE])
    )


def period_customers(
    tables: LakeTables,
    as_of: date,
    zone: ZoneInfo,
    period: Period,
    *,
    cohort_on: date | None = None,
    known_by: datetime | None = None,
    customer_ids: ir.Table | None = None,
) -> ir.Table:
    """The customers behind a sum of ``period``: one row a customer with an order or a value in it.

    ``cohort_on`` (first day of a month): only those whose first order was in that month and who ordered in the period,
    which are the ones that ``cohort_retention`` counts. Columns: ``customer_id``; int64 ``orders``, ``spend_micros``.
    """
    days = customer_days(tables, as_of, zone, known_by=known_by, customer_ids=customer_ids)
    if cohort_on is not None:
        ordered = days.filter(days.orders > 0)
        firsts = ordered.group_by(F.CUSTOMER_ID).aggregate(cohort_on=_month(ordered[F.VALUE_ON]).min())
        days = days.semi_join(firsts.filter(firsts[F.COHORT_ON] == cohort_on), F.CUSTOMER_ID)
    inside = days.filter(period.holds(days[F.VALUE_ON]))
    sums = inside.group_by(F.CUSTOMER_ID).aggregate(
        orders=total(inside.orders), spend_micros=total(inside.amount_micros)
    )
    return sums.filter((sums.orders > 0) | ((sums.spend_micros != 0) & (cohort_on is None)))


def concentration(
    tables: LakeTables,
    as_of: date,
    zone: ZoneInfo,
    *,
    period: Period | None = None,
    top_percents: Sequence[int] = TOP_PERCENTS,
    known_by: datetime | None = None,
    customer_ids: ir.Table | None = None,
) -> ir.Table:
    """What share of the spend the best customers carry: one row a per cent of ``top_percents``, rising.

    Counted are customers with a spend above zero in ``period`` (None: ever), N of them; the top x % are the
    ⌈N·x/100⌉ with the highest spend, ties by smaller ``customer_id``. Columns: int64 ``top_percent``, ``customers``,
    ``spend_micros``; float64 ``share`` of the spend of all N. No rows where N is 0.
    Raises ShareOutOfRange (not whole per cents from 1 to 100), PeriodsOutOfOrder.
    """
    percents = sorted(set(top_percents))
    for percent in percents:
        if isinstance(percent, bool) or not isinstance(percent, int) or not 1 <= percent <= 100:
            raise ShareOutOfRange(value=str(percent))
    if period is not None and period.end < period.start:
        raise PeriodsOutOfOrder(first=str(period), second=str(period))
    days = customer_days(tables, as_of, zone, known_by=known_by, customer_ids=customer_ids)
    if period is not None:
        days = days.filter(period.holds(days[F.VALUE_ON]))
    spenders = days.group_by(F.CUSTOMER_ID).aggregate(spend_micros=total(days.amount_micros))
    spenders = spenders.filter(spenders.spend_micros > 0)
    best_first = [spenders.spend_micros.desc(), spenders[F.CUSTOMER_ID]]
    ranked = spenders.mutate(
        above=ibis.row_number().over(ibis.window(order_by=best_first)), everybody=spenders.count().over(ibis.window())
    )
    # Whole numbers: a customer with k above it is in the top x % exactly when 100·k < N·x.
    steps = [(ranked.above * 100 < ranked.everybody * percent, percent) for percent in percents]
    stepped = ranked.mutate(step=ibis.cases(*steps, else_=101).cast("int64"))
    groups = stepped.group_by("step").aggregate(customers=stepped.count(), spend_micros=total(stepped.spend_micros))
    return _accumulated(groups, percents)


def _accumulated(groups: ir.Table, percents: Sequence[int]) -> ir.Table:
    """Each per cent with everything in its step and the steps below; at most a hundred rows."""
    asked = ibis.memtable(pa.table({F.TOP_PERCENT: pa.array(percents, pa.int64())}))
    pairs = asked.cross_join(groups)
    inside = pairs.step <= pairs[F.TOP_PERCENT]
    sums = pairs.group_by(F.TOP_PERCENT).aggregate(
        customers=total(pairs.customers, inside),
        spend_micros=total(pairs.spend_micros, inside),
        everything=total(pairs.spend_micros),
    )
    return sums.select(
        F.TOP_PERCENT,
        F.CUSTOMERS,
        F.SPEND_MICROS,
        share=sums.spend_micros.cast("float64") / sums.everything.cast("float64"),
    ).order_by(F.TOP_PERCENT)
