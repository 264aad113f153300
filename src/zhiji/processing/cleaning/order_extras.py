"""Money that stands in columns of its own becomes lines of its own: tax, postage, fee, discount of the order, refund.

A made line is no row of the file: it has ``made_from``, the field that it came from. It is in its order's digest, so a
later refund is a change of the order, and undoing an import takes it away like any other line.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from zhiji.data.store import states
from zhiji.kernel import LineKind, Money, Reason
from zhiji.processing.cleaning.folding import quoted
from zhiji.processing.cleaning.stage import Stage

# Field → kind of the made line, what it adds to the order, on which lines it is looked for. Where a line is itself a
# return, a refund beside it is the same money; an order that is taken back whole brings nothing anyway.
_MADE = {
    "discount": (LineKind.DISCOUNT, "apart_micros", "true"),
    "tax": (LineKind.TAX, "tax_micros", "true"),
    "postage": (LineKind.POSTAGE, "postage_micros", "true"),
    "fee": (LineKind.FEE, "fee_micros", "true"),
    "refund_amount": (
        LineKind.RETURN,
        "-abs(refund_micros)",
        f"line_kind NOT IN ('return', 'cancellation') AND NOT {states.without_value('line_state')}",
    ),
}
# What a made line says of itself; the rest (customer, times, state, place) is the first line's that it came from.
# Money of the whole order is in the state of the order; lines without value and others do not share a line.
_EMPTY = (
    "product_code", "product_key", "product_name", "category", "line_number", "unit_price", "corrects_row",
    "corrects_file",
)  # fmt: skip


def add_lines(stage: Stage, of_the_order: Collection[str]) -> None:
    """Makes the view ``all_lines``: ``lines`` with ``made_from`` (NULL), and one line an order for each of the fields.

    An order whose lines bear different times has one for each time: months stay what they are in the file.

    of_the_order: fields of whole orders. The key of such a line is its kind and amount, so that a file with more lines
    of the order does not count it again. Otherwise it hangs on the keys of the lines that it came from, if they are
    several: what stands on one line alone has the same key either way, for another file may show the other reading.
    """
    fields = [name for name in _MADE if stage.has(name) and (name != "discount" or name in of_the_order)]
    made = [_made(name, name in of_the_order) for name in fields]
    parts = ["SELECT *, NULL::VARCHAR AS made_from FROM lines", *made]
    stage.connection.execute(f"CREATE TEMP VIEW all_lines AS {' UNION ALL BY NAME '.join(parts)}")


def _made(name: str, is_of_the_order: bool) -> str:
    kind, amount, where = _MADE[name]
    own = "string_agg(line_digest || '.' || occurrence, ',' ORDER BY line_digest, occurrence)"
    # Equal money of an order at two times: the later is told apart, or one would stand for both.
    if is_of_the_order:
        later = f"row_number() OVER (PARTITION BY order_key, sum({amount}) ORDER BY event_at)"
        keys = f", CASE WHEN {later} > 1 THEN {later} END"
    else:
        later = f"row_number() OVER (PARTITION BY order_key, sum({amount}), count(*) > 1 ORDER BY event_at, {own})"
        keys = f", CASE WHEN count(*) > 1 OR {later} > 1 THEN {own} END"
    digest = f"md5(concat_ws(chr(31), 'made', {quoted(name)}, sum({amount})::VARCHAR{keys}))[1:16]"
    empty = ", ".join(f"NULL AS {column}" for column in _EMPTY)
    state, apart = ("order_state", "") if is_of_the_order else ("line_state", f", {states.without_value('line_state')}")
    return f"""SELECT l.* REPLACE ({empty}, {quoted(kind)} AS line_kind, false AS is_cancellation, 0 AS quantity_milli,
            s.micros AS amount_micros, 0 AS discount_micros, 0 AS tax_micros, 0 AS postage_micros, 0 AS fee_micros,
            0 AS refund_micros, s.digest AS line_digest, 0 AS occurrence, false AS is_repeat, {state} AS line_state),
            {quoted(name)} AS made_from
        FROM lines l JOIN (SELECT order_key, min(row) AS row, sum({amount})::BIGINT AS micros, {digest} AS digest
            FROM lines WHERE {amount} <> 0 AND {where} GROUP BY order_key, event_at{apart} HAVING micros <> 0) s
        ON l.order_key = s.order_key AND l.row = s.row"""


def look_over(stage: Stage, clean: Path) -> list[Reason]:
    """What was made, with the columns by the person's names; and refunds of which nobody says how much."""
    currency = stage.settings.currency
    rows = stage.connection.execute(
        f"""SELECT made_from, count(*), sum(amount_micros) FROM read_parquet({quoted(str(clean))})
            WHERE made_from IS NOT NULL GROUP BY 1 ORDER BY 1"""
    ).fetchall()
    findings = [
        Reason(
            "orders_refunded_in_part" if name == "refund_amount" else "money_of_a_column",
            {"count": count, "micros": int(micros), "money": str(Money(int(micros), currency))},
            {"column": stage.mapping.shown(name)},
        )
        for name, count, micros in rows
    ]
    silent = stage.connection.execute(
        f"""SELECT count(*) FROM (SELECT order_key FROM read_parquet({quoted(str(clean))}) GROUP BY 1
            HAVING bool_or(line_state = 'partial_refund')
                AND NOT bool_or(line_kind IN ('return', 'cancellation')))"""
    ).fetchone()
    if silent and silent[0]:
        findings.append(Reason("refund_amount_missing", {"count": int(silent[0])}))
    return findings
