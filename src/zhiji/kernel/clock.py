"""Instants are UTC; days belong to the company's zone. One place turns one into the other."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

# An instant that nothing stored reaches: what was known before it is everything.
NO_END = datetime(9999, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """The present instant, aware, UTC."""
    return datetime.now(UTC)


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The company's calendar day of an instant. Naive instants are refused: nobody knows what they mean."""
    if instant.tzinfo is None:
        raise ValueError("a naive instant has no day")
    return instant.astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a company day, in UTC."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant after a company day, in UTC: ``as_of`` a day means everything before this."""
    return start_of_day(date.fromordinal(day.toordinal() + 1), zone)
