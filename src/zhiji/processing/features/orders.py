"""From lines to orders to customer-days, as of a day and as known by an instant. The one home of both filters.

Words used below:

* A *group* is all known lines of one ``value_order_id``: a sale with the returns, cancellations and discounts on it.
* A *void order* has goods, and a net value of zero with something taken back, or below zero: wholly returned or
  cancelled. It counts for nothing on both sides: no order, no value.
* An *order* is any other group with goods. A free order (worth nothing, nothing taken back) is one: somebody came,
  which is what customer-base models count.
* A *deduction* is a group without goods: a return or discount that could not be linked. It is no order, but its value
  lowers the spend of its day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from zhiji.data.lake import LakeTables
from zhiji.kernel import LineKind
from zhiji.kernel.clock import end_of_day
from zhiji.processing.features.columns import F


def total(column: ir.IntegerColumn, where: ir.BooleanValue | None = None) -> ir.IntegerScalar:
    """A sum that is int64 in truth, and 0 over no rows; one that does not fit fails the query.

    DuckDB sums int64 in 128 bits, and hands that out as floating point. Ibis believes that it is int64 already and
    drops ``.cast("int64")``; the operation put in by hand stays.
    """
    return ops.Cast(column.sum(where=where).fill_null(0), to="int64").to_expr()


def lines_as_of(order_lines: ir.Table, as_of: date, zone: ZoneInfo, known_by: datetime | None = None) -> ir.Table:
    """The lines that make value, happened by the end of the day ``as_of`` in the company's zone, and were known before
    ``known_by``; None: at the end of that day.

    ``known_at`` decides what was known, ``superseded_at`` what a later word has since taken the place of: a line that
    was changed or cancelled afterwards still stands before. What lies after the day stays out although it was known
    (an order for next week entered today), by its instant and by the day that its value belongs to.

    A look back and a test of the past leave ``known_by`` out, or they would know the future. The present says it: what
    was stored after the day ended, and tells of the day, is no future to it (``zhiji.data.store.coverage.known_by``).
    """
    day_end = end_of_day(as_of, zone)
    end = ibis.literal(day_end, type="timestamp('UTC', 6)")
    known = ibis.literal(known_by or day_end, type="timestamp('UTC', 6)")
    return order_lines.filter(
        order_lines[F.KNOWN_AT] < known,
        order_lines[F.SUPERSEDED_AT].isnull() | (order_lines[F.SUPERSEDED_AT] >= known),
        order_lines[F.EVENT_AT] < end,
        order_lines[F.VALUE_ON] <= as_of,
        order_lines[F.COUNTED],
        order_lines[F.LINE_KIND].isin(LineKind.VALUE),
    )


def within(table: ir.Table, customer_ids: ir.Table | None) -> ir.Table:
    """The rows of the given customers: a semi-join to a relation with ``customer_id``; None: every row.

    Reads on behalf of a user hand in the ids in that user's scope. Guests have no id, so they stay out.
    """
    return table if customer_ids is None else table.semi_join(customer_ids, F.CUSTOMER_ID)


def unmerged(tables: LakeTables) -> LakeTables:
    """The tables as if nobody had been merged: each order is of the customer that was made for its identity."""
    lines, homes = tables.order_lines, tables.order_homes
    joined = lines.left_join(homes, lines[F.VALUE_ORDER_ID] == homes[F.VALUE_ORDER_ID])
    whose = ibis.coalesce(homes.home_id, lines[F.CUSTOMER_ID])
    rest = [lines[name] for name in lines.columns if name != F.CUSTOMER_ID]
    return replace(tables, order_lines=joined.select(*rest, whose.name(F.CUSTOMER_ID)))


def order_values(lines: ir.Table) -> ir.Table:
    """One row a group of ``lines`` (as ``lines_as_of`` gives them).

    Columns: ``customer_id`` (null: guest), ``value_order_id``, ``value_on``; int64 micros ``net`` (all lines),
    ``returned`` (returns and cancellations, positive), ``value`` (net, or 0 where void); bool ``is_order`` and
    ``is_void``.
    """
    kind, amount = lines[F.LINE_KIND], lines[F.AMOUNT_MICROS]
    groups = lines.group_by([F.CUSTOMER_ID, F.VALUE_ORDER_ID]).aggregate(
        value_on=lines[F.VALUE_ON].min(),
        net=total(amount),
        # Null where nothing was taken back, which tells a free order from one that came back whole.
        back=(-amount).sum(where=kind.isin(LineKind.TAKEN_BACK)),
        has_goods=(kind == LineKind.GOODS).any(),
    )
    is_void = groups.has_goods & ((groups.net < 0) | ((groups.net == 0) & groups.back.notnull()))
    return groups.select(
        F.CUSTOMER_ID,
        F.VALUE_ORDER_ID,
        F.VALUE_ON,
        "net",
        returned=ops.Cast(groups.back.fill_null(0), to="int64").to_expr(),
        value=ibis.ifelse(is_void, 0, groups.net),
        is_order=groups.has_goods & ~is_void,
        is_void=is_void,
    )


def days_of(groups: ir.Table) -> ir.Table:
    """One row a customer and day of ``order_values``; columns as ``customer_days`` says."""
    return groups.group_by([F.CUSTOMER_ID, F.VALUE_ON]).aggregate(
        orders=total(groups.is_order.cast("int64")),
        amount_micros=total(groups.value),
        gross_micros=total(groups.net + groups.returned),
        returned_micros=total(groups.returned),
    )


def customer_days(
    tables: LakeTables,
    as_of: date,
    zone: ZoneInfo,
    *,
    known_by: datetime | None = None,
    customer_ids: ir.Table | None = None,
    guests: bool = False,
) -> ir.Table:
    """One row a customer and company day with at least one group, as of ``as_of`` and known by ``known_by``.

    Columns: ``customer_id``; ``value_on`` date; int64 ``orders``; ``amount_micros`` net value (void orders add
    nothing); ``gross_micros`` sold, discounts taken off, and ``returned_micros`` taken back, both void orders included.
    ``guests``: also the days of orders without a customer, under a null id.
    """
    lines = within(lines_as_of(tables.order_lines, as_of, zone, known_by), customer_ids)
    if not guests:
        lines = lines.filter(lines[F.CUSTOMER_ID].notnull())
    return days_of(order_values(lines))


def transactions(
    tables: LakeTables,
    as_of: date,
    zone: ZoneInfo,
    *,
    known_by: datetime | None = None,
    customer_ids: ir.Table | None = None,
) -> ir.Table:
    """What value models take: one row a customer and day, as of ``as_of`` and known by ``known_by``.

    Columns: ``customer_id`` int64, ``value_on`` date ≤ ``as_of``, ``amount_micros`` int64. A day without
    an order and without a value is absent; one whose total is zero (free orders) or less (a deduction outweighs the
    orders, or stands alone) is kept.
    """
    days = customer_days(tables, as_of, zone, known_by=known_by, customer_ids=customer_ids)
    return days.filter((days.orders > 0) | (days.amount_micros != 0)).select(F.CUSTOMER_ID, F.VALUE_ON, F.AMOUNT_MICROS)
