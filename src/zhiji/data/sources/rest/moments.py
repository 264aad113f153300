"""Values of an incremental field: compared, and taken back a little, whether they are times, numbers or words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from zhiji.kernel import clock

_MILLIS_FROM = 100_000_000_000
_NUMBER, _TIME, _WORD = 0, 1, 2
Measure = tuple[int, Decimal | str]


def measure(value: str) -> Measure:
    """Comparable with measures of other values of the same field."""
    try:
        return _NUMBER, Decimal(value)
    except InvalidOperation:
        pass
    moment = _moment(value)
    return (_TIME, Decimal(str(moment.timestamp()))) if moment else (_WORD, value)


def _moment(value: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def before(value: str, seconds: int) -> str:
    """So many seconds earlier, written as it was: a time, or seconds or milliseconds since 1970; a word as it is."""
    kind, number = measure(value)
    if kind == _NUMBER and isinstance(number, Decimal):
        return str(number - (seconds * 1000 if abs(number) >= _MILLIS_FROM else seconds))
    if kind != _TIME:
        return value
    shifted = datetime.fromisoformat(value) - timedelta(seconds=seconds)
    text = shifted.isoformat(sep="T" if "T" in value else " ")
    return text.replace("+00:00", "Z") if value.endswith(("Z", "z")) else text


def is_ahead(value: str) -> bool:
    """Whether it is a time more than a day ahead, of which nothing may be made a position."""
    kind, number = measure(value)
    limit = Decimal(int((clock.now() + timedelta(days=1)).timestamp()))
    if kind == _TIME and isinstance(number, Decimal):
        return number > limit
    return (
        kind == _NUMBER
        and isinstance(number, Decimal)
        and number >= 1_000_000_000
        and number > limit * (1000 if number >= _MILLIS_FROM else 1)
    )
