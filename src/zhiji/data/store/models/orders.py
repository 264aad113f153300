"""Orders, their lines and the products in them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from zhiji.data.landing.models import Source
from zhiji.data.store.models.customers import Customer, Identity
from zhiji.data.store.models.sources import SourceRecord
from zhiji.kernel import LineKind


class Product(models.Model):
    """What is sold. ``code_key`` joins codes that differ only in letter case."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    code_key = models.CharField(max_length=200)
    code = models.CharField(max_length=200)
    name = models.CharField(max_length=300, blank=True)
    category = models.CharField(max_length=200, blank=True)
    is_goods = models.BooleanField(default=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "code_key"], name="product_once"),)


class Order(models.Model):
    """An order as it stands after all its current versions; all sums are derived from its counted lines.

    Money in micros of ``currency``. ``value_micros`` = goods + discounts − returns known so far: what the order is
    worth to the company, tax, postage, fees and adjustments apart. A guest order has neither identity nor customer.

    ``state`` is the common one of its current lines; where they differ, the state of what still counts (see
    ``store.states``). No sum hangs on it: those go by the lines' own. ``is_order`` and ``is_void`` say what it counts
    for in the life of a customer, as ``processing.features.orders`` says it of any past day: a void order (goods that
    were taken back whole, or below zero) is no order and its value is nobody's spend; lines without goods (a return
    that found no sale) are no order, but their value takes from the spend.
    """

    scope_object: ClassVar[str] = "order"
    scope_owner: ClassVar[str] = "customer__owner"
    scope_team: ClassVar[str] = "customer__team"

    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    external_id = models.CharField(max_length=200)
    number = models.CharField(max_length=200, blank=True)
    identity = models.ForeignKey(Identity, null=True, on_delete=models.SET_NULL, related_name="orders")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.SET_NULL, related_name="orders")
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=16, default="completed")
    ordered_at = models.DateTimeField()
    known_at = models.DateTimeField()
    country = models.CharField(max_length=100, blank=True)
    channel = models.CharField(max_length=100, blank=True)
    store = models.CharField(max_length=100, blank=True)
    lines = models.IntegerField(default=0)
    goods_micros = models.BigIntegerField(default=0)
    returned_micros = models.BigIntegerField(default=0)
    value_micros = models.BigIntegerField(default=0)
    other_micros = models.BigIntegerField(default=0)
    is_order = models.BooleanField(default=True, db_default=True)
    is_void = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "external_id"], name="order_once"),)
        indexes = (
            models.Index(fields=["customer", "ordered_at"], name="order_by_customer"),
            models.Index(fields=["ordered_at"], name="order_by_time"),
        )


class OrderLine(models.Model):
    """A line as its source delivered it: immutable, keyed within its order by ``digest`` and ``occurrence``.

    Derived are only ``is_current`` (its version counts), ``state`` (the last that a version says of this line; of the
    order where none does), ``is_repeat`` (another current line with its digest stands for it, see ``states.repeats``),
    ``counted`` (false: it brings no money in its state, or is a repeat while the company counts identical lines once)
    and ``value_order`` (for a return that could be linked, the order it takes from).
    ``said_state``: the state as its source delivered it; empty where the file has no column for it.
    ``quantity_milli`` is thousandths of a piece; money is micros. ``made_from``: empty for a row of a file; otherwise
    the field beside the goods that the line was made from (tax, postage, fee, discount, refund_amount).
    """

    scope_object: ClassVar[str] = "order"
    scope_owner: ClassVar[str] = "order__customer__owner"
    scope_team: ClassVar[str] = "order__customer__team"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="order_lines")
    record = models.ForeignKey(SourceRecord, on_delete=models.CASCADE, related_name="order_lines")
    # No constraint in the database on these two: without an index of its own on a table of this size, each removal of
    # an order or a product would look through every line. The bulk paths keep them true (``derive``, ``undoing``).
    value_order = models.ForeignKey(
        Order, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    landing_row = models.BigIntegerField()
    digest = models.CharField(max_length=16)
    occurrence = models.IntegerField(default=0)
    product = models.ForeignKey(Product, null=True, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False)
    product_code = models.CharField(max_length=200, blank=True)
    description = models.CharField(max_length=300, blank=True)
    category = models.CharField(max_length=200, blank=True)
    line_kind = models.CharField(max_length=12)
    made_from = models.CharField(max_length=16, blank=True, default="", db_default="")
    quantity_milli = models.BigIntegerField()
    unit_price_micros = models.BigIntegerField(null=True)
    amount_micros = models.BigIntegerField()
    said_state = models.CharField(max_length=16, blank=True, default="", db_default="")
    state = models.CharField(max_length=16, default="completed", db_default="completed")
    event_at = models.DateTimeField()
    known_at = models.DateTimeField()
    is_repeat = models.BooleanField(default=False)
    is_current = models.BooleanField(default=True)
    counted = models.BooleanField(default=True)

    class Meta:
        indexes = (
            # Only returns and cancellations take from another order; a partial index keeps a million sales out of it.
            models.Index(
                fields=["value_order"],
                condition=models.Q(line_kind__in=list(LineKind.TAKEN_BACK)),
                name="returns_by_order",
            ),
        )
