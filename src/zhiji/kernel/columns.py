"""Column names, once. Every table that crosses a room's door uses these words."""

from __future__ import annotations


class Columns:
    """Names of columns in the lake, in features, in scores and in exports.

    ``*_micros`` are int64 of 10⁻⁶ currency units; ``*_milli`` int64 thousandths of a piece; ``*_at`` UTC instants;
    ``*_on`` company days; ``*_days`` float64 days.
    """

    # who, what
    CUSTOMER_ID = "customer_id"
    EXTERNAL_ID = "external_id"
    ORDER_ID = "order_id"
    LINE_ID = "line_id"
    PRODUCT_ID = "product_id"
    CATEGORY = "category"
    LINE_KIND = "line_kind"
    # when
    EVENT_AT = "event_at"
    KNOWN_AT = "known_at"
    VALUE_ON = "value_on"
    AS_OF = "as_of"
    # how much
    QUANTITY_MILLI = "quantity_milli"
    AMOUNT_MICROS = "amount_micros"
    PURCHASES = "purchases"
    # customer-base summary (Fader & Hardie's names)
    FREQUENCY = "frequency"
    RECENCY = "recency"
    T = "T"
    MONETARY_VALUE = "monetary_value"
    # scores
    VALUE_SCORE = "value_score"
    EXPECTED_ORDERS = "expected_orders"
    EXPECTED_VALUE = "expected_value"
    VALUE_LOW = "value_low"
    VALUE_HIGH = "value_high"
    PROBABILITY_ACTIVE = "probability_active"


class LineKind:
    """What a line of an order is.

    ``VALUE``: what net goods revenue is made of: what was ``SOLD``, goods with the discounts on them, and what was
    ``TAKEN_BACK`` of it, returns and cancellations, whose amounts are below zero. All others are kept apart. In SQL
    these words come from ``zhiji.data.store.line_kinds``.
    """

    GOODS = "goods"
    RETURN = "return"
    CANCELLATION = "cancellation"
    DISCOUNT = "discount"
    POSTAGE = "postage"
    TAX = "tax"
    FEE = "fee"
    ADJUSTMENT = "adjustment"
    OTHER = "other"
    SOLD = (GOODS, DISCOUNT)
    TAKEN_BACK = (RETURN, CANCELLATION)
    VALUE = (*SOLD, *TAKEN_BACK)
    ALL = (GOODS, RETURN, CANCELLATION, DISCOUNT, POSTAGE, TAX, FEE, ADJUSTMENT, OTHER)
