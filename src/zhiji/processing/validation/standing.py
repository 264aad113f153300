"""What the record holds, month by month, and where everything else that the files brought has gone.

Nothing here reads what an import said of itself: sums are taken from the lines as they lie in the record, and which of
them stand is worked out again from the versions of their orders. Set beside the sums of the files, whatever is wrong in
the record shows as a remainder.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import connection

from zhiji.data.store import bulk
from zhiji.processing.validation.reconciliation import PARTS

# (month, currency, part) → (micros, lines of files)
Sums = dict[tuple[str, str, str], tuple[int, int]]
LEFT = ("again", "replaced")


def standing(zone: ZoneInfo) -> Sums:
    """Current lines by ``PARTS``; ``again``: lines that a file brought and that were there already; ``replaced``: lines
    of versions that a later one took the place of. Money of refund columns is in the parts of ``LATER``
    alone."""
    sums: dict[tuple[str, str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    _add(sums, _current(zone), zone)
    superseded, several = _versions()
    _add(sums, _of_records(zone, superseded, "replaced"), zone)
    _add(sums, _kept_once(zone, several), zone)
    _add(sums, _delivered_again(zone), zone)
    return dict(sums)


Row = tuple[str, str, str, int, int]


def _add(sums: dict[tuple[str, str, str], tuple[int, int]], rows: Iterable[Row], zone: ZoneInfo) -> None:
    for time, currency, part, micros, lines in rows:
        month = time if len(time) == len("2011-08") else _month(time, zone)
        before = sums[month, currency, part]
        sums[month, currency, part] = (before[0] + int(micros or 0), before[1] + lines)


def _month(time: str, zone: ZoneInfo) -> str:
    at = datetime.strptime(time, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    return at.astimezone(zone).strftime("%Y-%m")


def _time(zone: ZoneInfo) -> str:
    """SQL of a line's month, where the database knows zones; otherwise of its month in UTC, but near a border, where
    the company may be in another month, of its minute."""
    if connection.vendor == "postgresql":
        return f"to_char(l.event_at AT TIME ZONE '{zone.key}', 'YYYY-MM')"
    near = "substr(l.event_at, 9, 2) IN ('01', '28', '29', '30', '31')"
    return f"substr(l.event_at, 1, CASE WHEN {near} THEN 16 ELSE 7 END)"


_MADE = "CASE WHEN l.made_from = '' THEN 1 ELSE 0 END"
_NOT_LATER = "l.made_from <> 'refund_amount'"


def _current(zone: ZoneInfo) -> list[Row]:
    """Lines are brought together by order before anything is joined or named: half the time of line by line."""
    whens = " ".join(f"WHEN {test} THEN '{part}'" for part, test in PARTS.items())
    return bulk.look_up(
        f"""SELECT time, currency, CASE {whens} END AS part, SUM(micros), SUM(lines) FROM (
            SELECT {_time(zone)} AS time, o.currency, l.line_kind, l.line_state, l.is_repeat,
                NULLIF(l.made_from, '') AS made_from, l.micros, l.lines,
                CASE WHEN o.customer_id IS NOT NULL THEN 1 END AS customer_external_id
            FROM (
                SELECT order_id, line_kind, state AS line_state, is_repeat, made_from, event_at,
                    SUM(amount_micros) AS micros, SUM({_MADE}) AS lines
                FROM store_orderline l WHERE is_current GROUP BY 1, 2, 3, 4, 5, 6
            ) l JOIN store_order o ON o.id = l.order_id) facts GROUP BY 1, 2, 3""",
        [],
    )


def _versions() -> tuple[list[int], list[int]]:
    """Records of orders that a later one replaced; records that stand together with others of their order."""
    rows = bulk.look_up(
        """SELECT r.id, r.source_id, r.external_id, r.version, r.mode FROM store_sourcerecord r
            JOIN (SELECT DISTINCT source_id, external_id FROM store_sourcerecord WHERE kind = 'order' AND version > 1) v
            ON v.source_id = r.source_id AND v.external_id = r.external_id WHERE r.kind = 'order' ORDER BY r.version""",
        [],
    )
    orders: dict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)
    for pk, source, key, _, mode in rows:
        orders[source, key].append((pk, mode))
    superseded, several = [], []
    for versions in orders.values():
        start = max((i for i, (_, mode) in enumerate(versions) if mode == "replace"), default=0)
        superseded += [pk for pk, _ in versions[:start]]
        several += [pk for pk, _ in versions[start:]] if len(versions) - start > 1 else []
    return sorted(superseded), sorted(several)


def _of_records(zone: ZoneInfo, records: list[int], part: str) -> list[Row]:
    if not records:
        return []
    return bulk.look_up(
        f"""SELECT {_time(zone)}, o.currency, '{part}', SUM(l.amount_micros), SUM({_MADE})
            FROM store_orderline l JOIN store_order o ON o.id = l.order_id
            WHERE {_NOT_LATER} AND {bulk.among("l.record_id")} GROUP BY 1, 2""",
        [bulk.many(records)],
    )


def _kept_once(zone: ZoneInfo, records: list[int]) -> list[Row]:
    """Of versions that stand together, lines that an earlier one holds already."""
    if not records:
        return []
    return bulk.look_up(
        f"""SELECT {_time(zone)}, l.currency, 'again', SUM(l.amount_micros), SUM({_MADE}) FROM (
            SELECT l.event_at, l.amount_micros, l.made_from, o.currency, ROW_NUMBER() OVER (
                PARTITION BY l.order_id, l.digest, l.occurrence ORDER BY r.version) AS nth
            FROM store_orderline l JOIN store_order o ON o.id = l.order_id JOIN store_sourcerecord r
            ON r.id = l.record_id WHERE {_NOT_LATER} AND {bulk.among("l.record_id")}) l
            WHERE l.nth > 1 GROUP BY 1, 2""",
        [bulk.many(records)],
    )


def _delivered_again(zone: ZoneInfo) -> list[Row]:
    """Lines that a batch brought although another batch's record holds them: each once for each batch.

    Whatever a batch says of an order is a set of lines, held by one record or by several that share some of them. A
    batch may have come by a second record of its own when an earlier import was undone; what both hold it said once.
    """
    rows = bulk.look_up(
        f"""SELECT {_time(zone)}, o.currency, 'again', SUM(l.amount_micros), SUM({_MADE}) FROM ({_SAID}) s
            JOIN store_orderline l ON l.record_id = s.record_id JOIN store_order o ON o.id = l.order_id
            WHERE s.records = 1 AND s.is_own = 0 AND {_NOT_LATER} GROUP BY 1, 2""",
        [],
    )
    rows += bulk.look_up(
        f"""SELECT {_time(zone)}, o.currency, 'again', SUM(l.amount_micros * (1 - l.own)), SUM({_MADE} * (1 - l.own))
            FROM (
                SELECT d.batch_id, l.order_id, l.digest, l.occurrence, MIN(l.event_at) AS event_at,
                    MIN(l.amount_micros) AS amount_micros, MIN(l.made_from) AS made_from,
                    SUM(CASE WHEN r.batch_id = d.batch_id THEN 1 ELSE 0 END) AS own
                FROM ({_SAID}) s JOIN store_sourcerecord r ON r.kind = 'order' AND r.source_id = s.source_id
                    AND r.external_id = s.external_id
                JOIN store_delivery d ON d.record_id = r.id AND d.batch_id = s.batch_id
                JOIN store_orderline l ON l.record_id = r.id WHERE s.records > 1 GROUP BY 1, 2, 3, 4
            ) l JOIN store_order o ON o.id = l.order_id WHERE l.own <> 1 AND {_NOT_LATER} GROUP BY 1, 2""",
        [],
    )
    return rows


# What each batch says of each order: in how many records, which one, and whether it is the batch that brought it.
_SAID = """
    SELECT d.batch_id, r.source_id, r.external_id, COUNT(*) AS records, MIN(r.id) AS record_id,
        MIN(CASE WHEN r.batch_id = d.batch_id THEN 1 ELSE 0 END) AS is_own
    FROM store_delivery d JOIN store_sourcerecord r ON r.id = d.record_id WHERE r.kind = 'order' GROUP BY 1, 2, 3
    HAVING COUNT(*) > 1 OR MIN(CASE WHEN r.batch_id = d.batch_id THEN 1 ELSE 0 END) = 0
"""
