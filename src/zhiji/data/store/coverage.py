"""How far the data reach, and which knowledge counts in a look from one of their days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max

from zhiji.data.store.models import Order
from zhiji.kernel import clock


def covered_to(zone: ZoneInfo) -> date | None:
    """The last day that the data covers: yesterday where orders arrive daily, earlier where a file ended earlier; None
    without any order.

    Looking from later than that would take the missing days for days on which nobody bought. An order dated in the
    future says nothing about how far the data reach.
    """
    last = Order.objects.filter(ordered_at__lte=clock.now()).aggregate(last=Max("ordered_at"))["last"]
    if last is None:
        return None
    return min(clock.day_of(last, zone), clock.day_of(clock.now(), zone) - timedelta(days=1))


def covered_beyond(day: date, zone: ZoneInfo) -> date | None:
    """The last day that the data covers, where that is later than ``day``: what is said as of ``day`` looks back."""
    last = covered_to(zone)
    return last if last is not None and last > day else None


def known_by(day: date, last: date, zone: ZoneInfo) -> datetime:
    """The instant before which something must have been known to count in what is said as of ``day``. last: the last
    day that the data covers.

    From the last day on it is the present: everything stored counts, also what came in after the end of the day. From
    an earlier day it looks back, and counts what was known at the end of that day.
    """
    return clock.NO_END if day >= last else clock.end_of_day(day, zone)
