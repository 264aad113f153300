"""The tables of the lake: names, types, units and meaning. The single source; writers, readers and tests take it here.

Units follow ``zhiji.kernel.Columns``: ``*_micros`` int64 of 10⁻⁶ currency units, ``*_milli`` int64 thousandths of a
piece, ``*_at`` UTC instants (microseconds), ``*_on`` days in the company's zone. A field is nullable only where it
says so.

``order_lines``: one row a line of an order, return, cancellation or charge, and a period for which it stood so.
  A row stands from ``known_at`` until ``superseded_at``, when a later version of its order came to be known that has
  the line no more, or says something else of it (a state that brings no money, another customer, another day of the
  order); null: it stands. A line that changed has a row for each period, and they never overlap. A reader takes the
  rows that stood at one moment, never all.
  ``value_order_id`` is the order whose value the line changes: its own order for a sale; the original order for a
  linked return or cancellation; its own for an unlinked one. All lines of one ``value_order_id`` that stand at one
  moment share ``customer_id`` and ``value_on``, the company day of that order. ``customer_id`` is null for a guest.
  ``amount_micros`` is signed and net of tax, in the company's currency. ``category`` is what the line's own record
  said, known when the line was known; it is never filled in later from the products.
  ``is_repeat`` marks a line for which an identical one stands; ``counted`` is false where the line is left out of
  every sum (an identical line while the switch is on, or a state of the order that brings no money).

``customers``: one row a customer, as it is now: fit for lists and names, never for features of an earlier day.
  ``owner_id`` and ``team_id`` are null where nobody owns it; ``contact_allowed`` is null where nobody asked.

``products``: one row a product, as it is now; the same holds.

``order_homes``: of orders of customers who were merged, for which customer the orders' identity was made. What was said
  of somebody before a merge is held against what that one did.
"""

from __future__ import annotations

from types import MappingProxyType

import pyarrow as pa

from zhiji.kernel import Columns


class LakeColumns(Columns):
    """Column names of the lake beyond those that every room uses."""

    VALUE_ORDER_ID = "value_order_id"
    SUPERSEDED_AT = "superseded_at"
    SOURCE_ID = "source_id"
    ORDER_ON = "order_on"
    IS_REPEAT = "is_repeat"
    COUNTED = "counted"
    OWNER_ID = "owner_id"
    TEAM_ID = "team_id"
    COUNTRY = "country"
    CITY = "city"
    KIND = "kind"
    REGISTERED_ON = "registered_on"
    CONTACT_ALLOWED = "contact_allowed"
    HOME_ID = "home_id"
    CODE = "code"
    NAME = "name"


C = LakeColumns
ORDER_LINES = "order_lines"
CUSTOMERS = "customers"
PRODUCTS = "products"
ORDER_HOMES = "order_homes"

_INSTANT = pa.timestamp("us", tz="UTC")


def _field(name: str, kind: pa.DataType, *, nullable: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=nullable)


TABLES: MappingProxyType[str, pa.Schema] = MappingProxyType(
    {
        ORDER_LINES: pa.schema(
            [
                _field(C.LINE_ID, pa.int64()),
                _field(C.ORDER_ID, pa.int64()),
                _field(C.VALUE_ORDER_ID, pa.int64()),
                _field(C.CUSTOMER_ID, pa.int64(), nullable=True),
                _field(C.SOURCE_ID, pa.int32()),
                _field(C.PRODUCT_ID, pa.int64(), nullable=True),
                _field(C.CATEGORY, pa.string(), nullable=True),
                _field(C.LINE_KIND, pa.string()),
                _field(C.QUANTITY_MILLI, pa.int64()),
                _field(C.AMOUNT_MICROS, pa.int64()),
                _field(C.EVENT_AT, _INSTANT),
                _field(C.KNOWN_AT, _INSTANT),
                _field(C.SUPERSEDED_AT, _INSTANT, nullable=True),
                _field(C.VALUE_ON, pa.date32()),
                _field(C.ORDER_ON, pa.date32()),
                _field(C.IS_REPEAT, pa.bool_()),
                _field(C.COUNTED, pa.bool_()),
            ]
        ),
        CUSTOMERS: pa.schema(
            [
                _field(C.CUSTOMER_ID, pa.int64()),
                _field(C.OWNER_ID, pa.int64(), nullable=True),
                _field(C.TEAM_ID, pa.int64(), nullable=True),
                _field(C.COUNTRY, pa.string(), nullable=True),
                _field(C.CITY, pa.string(), nullable=True),
                _field(C.KIND, pa.string()),
                _field(C.REGISTERED_ON, pa.date32(), nullable=True),
                _field(C.KNOWN_AT, _INSTANT),
                _field(C.CONTACT_ALLOWED, pa.bool_(), nullable=True),
            ]
        ),
        PRODUCTS: pa.schema(
            [
                _field(C.PRODUCT_ID, pa.int64()),
                _field(C.CODE, pa.string()),
                _field(C.NAME, pa.string(), nullable=True),
                _field(C.CATEGORY, pa.string(), nullable=True),
            ]
        ),
        ORDER_HOMES: pa.schema([_field(C.VALUE_ORDER_ID, pa.int64()), _field(C.HOME_ID, pa.int64())]),
    }
)

# A table with a day here is split into one folder a year of that day.
PARTITION_DAY: MappingProxyType[str, str] = MappingProxyType({ORDER_LINES: C.ORDER_ON})
