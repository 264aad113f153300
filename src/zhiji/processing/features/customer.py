"""The features of each customer as of a day: lines → orders → customers, sums of integers all the way."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from zhiji.data.lake import LakeTables
from zhiji.kernel import LineKind
from zhiji.processing.features.columns import FEATURES, WINDOW_DAYS, F
from zhiji.processing.features.orders import lines_as_of, order_values, total, within


def customer_features(
    tables: LakeTables,
    as_of: date,
    zone: ZoneInfo,
    *,
    known_by: datetime | None = None,
    customer_ids: ir.Table | None = None,
) -> ir.Table:
    """One row a customer with at least one value-making line up to the end of the day ``as_of`` in ``zone``, known
    before ``known_by`` (None: at the end of that day).

    What an order, a void order and a deduction are: see ``zhiji.processing.features.orders``. Columns and types are
    ``FEATURES``, in that order; no row order is promised:

    * ``customer_id``; ``orders``: orders; ``order_days``: days with an order; ``has_repeat_order``: order_days ≥ 2.
    * ``spend_micros``: net value of orders, deductions taken off (can be below zero). ``gross_micros``: goods sold
      less discounts; ``returned_micros``: taken back, positive; both over all groups, void orders too, because an order
      sent back whole says most about returns. ``return_rate`` = returned / gross; null unless gross > 0.
    * ``first_order_on``, ``last_order_on``; ``age_days`` = as_of − first; ``days_since_last_order`` = as_of − last
      (whole days, as float64). Null without an order.
    * ``mean_gap_days`` between successive order days, null below two order days; ``gap_deviation_days``: their sample
      standard deviation (n − 1), null below two gaps. ``mean_order_micros`` = spend / orders, null without an order.
    * ``orders_N_days``, ``spend_N_days_micros`` for N in 30, 90, 365: days after as_of − N, up to as_of.
    * ``distinct_products``, ``distinct_categories``: different non-null values on the goods lines of orders that are
      not void. The category is the line's own; the products table is never asked, since it knows only today.

    Invariants: nothing dated after ``as_of`` or not known by ``known_by`` has any effect; spend = gross − returned −
    Σ net of void orders; orders_30 ≤ orders_90 ≤ orders_365 ≤ orders.
    """
    lines = within(lines_as_of(tables.order_lines, as_of, zone, known_by), customer_ids)
    lines = lines.filter(lines[F.CUSTOMER_ID].notnull())
    groups = order_values(lines)
    sums = _sums(groups, as_of)
    variety = _variety(lines, groups)
    joined = sums.left_join(variety, F.CUSTOMER_ID)
    none = ibis.literal(None, type="float64")

    def ratio(above: ir.IntegerValue, below: ir.IntegerValue) -> ir.FloatingValue:
        return ibis.ifelse(below > 0, above.cast("float64") / below.cast("float64"), none)

    def days_to(day: ir.DateValue) -> ir.FloatingValue:
        return ibis.literal(as_of).delta(day, unit="day").cast("float64")

    gaps = sums.order_days - 1
    span = sums.last_order_on.delta(sums.first_order_on, unit="day")
    # n·Σg² − (Σg)², exact in integers, over n(n−1): the sample variance without a float until the last division.
    spread = gaps * sums.squared_gaps - span * span
    derived = joined.mutate(
        has_repeat_order=sums.order_days >= 2,
        return_rate=ratio(sums.returned_micros, sums.gross_micros),
        age_days=days_to(sums.first_order_on),
        days_since_last_order=days_to(sums.last_order_on),
        mean_gap_days=ratio(span, gaps),
        gap_deviation_days=ratio(spread, gaps * (gaps - 1)).sqrt(),
        mean_order_micros=ratio(sums.spend_micros, sums.orders),
        distinct_products=variety.distinct_products.fill_null(0),
        distinct_categories=variety.distinct_categories.fill_null(0),
    )
    return derived.select([derived[name].cast(kind).name(name) for name, kind in FEATURES.items()])


def _sums(groups: ir.Table, as_of: date) -> ir.Table:
    """One row a customer of ``order_values``: sums, first and last day, squares of the gaps between order days.

    A second order on a day has a gap of 0: it opens no order day and adds nothing to the squares. So the orders need
    not be put together into days first, which would hash them all once more.
    """
    # Orders are one series of a customer; void orders and deductions are another, that nobody asks for gaps.
    series = ibis.window(group_by=[groups[F.CUSTOMER_ID], groups.is_order], order_by=groups[F.VALUE_ON])
    marked = groups.mutate(gap=groups[F.VALUE_ON].delta(groups[F.VALUE_ON].lag().over(series), unit="day"))
    day, is_order, order = marked[F.VALUE_ON], marked.is_order, marked.is_order.cast("int64")
    windows = {}
    for length in WINDOW_DAYS:
        recent = day > as_of - timedelta(days=length)
        windows[f"orders_{length}_days"] = total(order, recent)
        windows[f"spend_{length}_days_micros"] = total(marked.value, recent)
    return marked.group_by(F.CUSTOMER_ID).aggregate(
        orders=total(order),
        order_days=total(order, marked.gap.isnull() | (marked.gap > 0)),
        spend_micros=total(marked.value),
        gross_micros=total(marked.net + marked.returned),
        returned_micros=total(marked.returned),
        first_order_on=day.min(where=is_order),
        last_order_on=day.max(where=is_order),
        squared_gaps=total(marked.gap * marked.gap, is_order),
        **windows,
    )


def _variety(lines: ir.Table, groups: ir.Table) -> ir.Table:
    """Different products and categories of each customer, goods of void orders left out."""
    void = groups.filter(groups.is_void).select(F.VALUE_ORDER_ID)
    goods = lines.filter(lines[F.LINE_KIND] == LineKind.GOODS)
    narrow = goods.select(F.CUSTOMER_ID, F.VALUE_ORDER_ID, F.PRODUCT_ID, F.CATEGORY)
    standing = narrow.anti_join(void, F.VALUE_ORDER_ID)

    # Pairs first, counted after: one pass with ``nunique`` took half as long again.
    def different(column: str, name: str) -> ir.Table:
        pairs = standing.filter(standing[column].notnull()).select(F.CUSTOMER_ID, column).distinct()
        return pairs.group_by(F.CUSTOMER_ID).aggregate(pairs.count().name(name))

    products = different(F.PRODUCT_ID, F.DISTINCT_PRODUCTS)
    categories = different(F.CATEGORY, F.DISTINCT_CATEGORIES)
    both = products.outer_join(categories, F.CUSTOMER_ID)
    return both.select(
        customer_id=ibis.coalesce(products[F.CUSTOMER_ID], categories[F.CUSTOMER_ID]),
        distinct_products=products.distinct_products,
        distinct_categories=categories.distinct_categories,
    )
