"""What a customer did in the last hour, day, week, month and quarter: kept up with each event."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from zhiji.data.store.models.customers import Customer


class CustomerActivity(models.Model):
    """Counts and sums over windows that end at ``as_of``, of what happened after its beginning and up to ``as_of``; and
    when the customer last ordered and was last in touch.

    Orders and spend are those of ``Order`` (``is_order``; ``value_micros`` unless void); touches are interactions. True
    until ``expires_at``: then the first of what is counted leaves a window, or what was dated ahead begins to count.
    Null: nothing is counted, and time alone changes nothing. Derived (``data.store.online``): dropped, it is made
    again.
    """

    scope_object: ClassVar[str] = "customer"
    scope_owner: ClassVar[str] = "customer__owner"
    scope_team: ClassVar[str] = "customer__team"

    customer = models.OneToOneField(Customer, primary_key=True, on_delete=models.CASCADE, related_name="+")
    as_of = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_order_at = models.DateTimeField(null=True)
    last_touch_at = models.DateTimeField(null=True)
    orders_1_hour = models.IntegerField(default=0)
    orders_24_hours = models.IntegerField(default=0)
    orders_7_days = models.IntegerField(default=0)
    orders_30_days = models.IntegerField(default=0)
    orders_90_days = models.IntegerField(default=0)
    spend_1_hour_micros = models.BigIntegerField(default=0)
    spend_24_hours_micros = models.BigIntegerField(default=0)
    spend_7_days_micros = models.BigIntegerField(default=0)
    spend_30_days_micros = models.BigIntegerField(default=0)
    spend_90_days_micros = models.BigIntegerField(default=0)
    touches_1_hour = models.IntegerField(default=0)
    touches_24_hours = models.IntegerField(default=0)
    touches_7_days = models.IntegerField(default=0)
    touches_30_days = models.IntegerField(default=0)
    touches_90_days = models.IntegerField(default=0)

    class Meta:
        indexes = (models.Index(fields=["expires_at"], name="activity_by_expiry"),)
