"""Money that stands in columns of its own becomes lines of its own: tax, postage, fee, refund, discount of
the order.

A made line is no row of the file: it has ``made_from``, the field that it came from. It is in its order's digest, so a
later refund is a change of the order, and undoing an import takes it away like any other line.
"""

from __future__ import annotations

from pathlib import Path

from zhiji.data.store import line_kinds, states
from zhiji.kernel import LineKind, Money, Reason
from zhiji.processing.cleaning.folding import quoted
from zhiji.processing.cleaning.order_readings import Readings
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
        f"NOT ({line_kinds.taken_back('line_kind')}) AND NOT {states.without_value('line_state')}",
    ),
}
# What a made line says of itself; the rest (customer, times, state, place) is the first line's that it came from.
# Money of the whole order is in the state of the order; lines without value and others do not share a line.
_EMPTY = (
    "product_code", "product_key", "product_name", "category", "line_number", "unit_price", "corrects_row",
    "corrects_file",
)  # fmt: skip


def add_lines(stage: Stage, readings: Readings) -> None:
    """Makes the view ``all_lines``: ``lines`` with ``made_from`` (NULL), and one line an order for each of the fields.

    An order whose lines bear different times has one for each time: months stay what they are in the file.
    """
    fields = [name for name in _MADE if stage.has(name) and (name != "discount" or readings.is_of_order(name))]
    parts = ["SELECT *, NULL::VARCHAR AS made_from FROM lines", *(_made(stage, name, readings) for name in fields)]
    stage.derive("all_lines", " UNION ALL BY NAME ".join(parts))


def _made(stage: Stage, name: str, readings: Readings) -> str:
    kind, amount, where = _MADE[name]
    empty = ", ".join(f"NULL AS {column}" for column in _EMPTY)
    is_of_the_order = readings.is_of_order(name)
    state, apart = ("order_state", "") if is_of_the_order else ("line_state", f", {states.without_value('line_state')}")
    if name == "refund_amount" and _hangs_on_lines(stage, name, readings):
        apart = ", row"  # each line's own, so that a file with some of an order's lines brings it under the same key
    return f"""SELECT l.* REPLACE ({empty}, {quoted(kind)} AS line_kind, false AS is_cancellation, 0 AS quantity_milli,
            s.micros AS amount_micros, 0 AS discount_micros, 0 AS tax_micros, 0 AS postage_micros, 0 AS fee_micros,
            0 AS refund_micros, s.digest AS line_digest, 0 AS occurrence, false AS is_repeat, {state} AS line_state),
            {quoted(name)} AS made_from
        FROM lines l JOIN (SELECT order_key, min(row) AS row, sum({amount})::BIGINT AS micros,
            {_digest(stage, name, amount, readings)} AS digest
            FROM lines WHERE {amount} <> 0 AND {where} GROUP BY order_key, event_at{apart} HAVING micros <> 0) s
        ON l.order_key = s.order_key AND l.row = s.row"""


def _hangs_on_lines(stage: Stage, name: str, readings: Readings) -> bool:
    """Whether money of a field is that of lines, and so certainly that its key may hang on theirs."""
    is_known = readings.is_certain(name) or not stage.has("order_number")
    return is_known and not readings.is_of_order(name)


def _digest(stage: Stage, name: str, amount: str, readings: Readings) -> str:
    """SQL of the lines that one is made of: its key.

    Of money of the whole order its kind and amount, so that a file with more lines of the order, or with others, does
    not count it again. Of money of lines it hangs on their keys, so that equal money of another line, in another file,
    is other money. Where too few orders show whose it is, what stands on one line alone has the same key either way,
    for another file may show the other reading.
    """
    own = "string_agg(line_digest || '.' || occurrence, ',' ORDER BY line_digest, occurrence)"
    said = f"sum({amount})"
    # Equal money of an order at two times: the later is told apart, or one would stand for both.
    if readings.is_of_order(name):
        later = f"row_number() OVER (PARTITION BY order_key, {said} ORDER BY event_at)"
        keys = f"CASE WHEN {later} > 1 THEN {later} END"
    elif _hangs_on_lines(stage, name, readings):
        keys = own
    else:
        later = f"row_number() OVER (PARTITION BY order_key, {said}, count(*) > 1 ORDER BY event_at, {own})"
        keys = f"CASE WHEN count(*) > 1 OR {later} > 1 THEN {own} END"
    return f"md5(concat_ws(chr(31), 'made', {quoted(name)}, {said}::VARCHAR, {keys}))[1:16]"


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
                AND NOT bool_or({line_kinds.taken_back("line_kind")}))"""
    ).fetchone()
    if silent and silent[0]:
        findings.append(Reason("refund_amount_missing", {"count": int(silent[0])}))
    return findings
