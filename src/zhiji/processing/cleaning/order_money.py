"""What a line costs: from what the file gives (an amount, or quantity and price, or an order's total) to micros."""

from __future__ import annotations

from zhiji.kernel import Reason
from zhiji.processing.cleaning.folding import quoted
from zhiji.processing.cleaning.stage import Stage

_LARGEST = 2**63 - 1
# Facts of an order that some exports write on its first line only.
_OF_THE_ORDER = (
    "ordered_at",
    "customer_external_id",
    "customer_name",
    "phone",
    "email",
    "order_state",
    "currency",
    "store",
    "channel",
    "country",
    "city",
    "paid_at",
)
# Money of an order that some exports repeat on each of its lines.
_MONEY_OF_THE_ORDER = ("order_amount", "postage", "discount", "tax", "refund_amount")
_SAME_SHARE = 0.99


def fill_from_first_line(stage: Stage) -> None:
    """Makes ``filled``: where an order's first line alone carries its customer, date or state, the others get them too.

    A field is filled only if no order has it on a later line and not on its first: then the blanks are a habit of the
    export, not guests among customers. ``order_amount`` and others that stand equal on all lines count on the first.
    """
    if not stage.has("order_number"):
        stage.connection.execute("CREATE TEMP VIEW filled AS SELECT *, true AS money_counts FROM typed")
        return
    fields = [name for name in _OF_THE_ORDER if stage.has(name)]
    sparse = _sparse_fields(stage, fields)
    repeated = _repeated_money(stage)
    replaced = [f"coalesce(t.{name}, f.{name}) AS {name}" for name in sparse]
    replaced += [f"CASE WHEN f.row = t.row THEN t.{name} END AS {name}" for name in repeated]
    if not replaced:
        stage.connection.execute("CREATE TEMP VIEW filled AS SELECT *, true AS money_counts FROM typed")
        return
    firsts = ", ".join(f"arg_min(struct_pack(v := {name}), row).v AS {name}" for name in sparse)
    stage.connection.execute(
        f"""CREATE TEMP TABLE filled AS SELECT t.* REPLACE ({", ".join(replaced)}), true AS money_counts FROM typed t
            LEFT JOIN (SELECT order_number, min(row) AS row {"," if firsts else ""} {firsts} FROM typed
                WHERE order_number IS NOT NULL GROUP BY 1) f ON t.order_number = f.order_number"""
    )
    if sparse:
        stage.findings.append(Reason("order_fields_filled", {"columns": _shown(stage, sparse)}))
    if repeated:
        stage.findings.append(Reason("order_money_on_each_line", {"columns": _shown(stage, repeated)}))


def _shown(stage: Stage, names: list[str]) -> str:
    return ", ".join(stage.mapping.shown(name) for name in names)


def _sparse_fields(stage: Stage, names: list[str]) -> list[str]:
    if not names:
        return []
    inner = ", ".join(
        f"count({n}) AS {n}_n, arg_min(struct_pack(v := {n} IS NOT NULL), row).v AS {n}_first" for n in names
    )
    outer = ", ".join(
        f"count(*) FILTER ({n}_n > 0 AND {n}_n < lines AND {n}_first), count(*) FILTER ({n}_n > 0 AND NOT {n}_first)"
        for n in names
    )
    counts = (
        stage.connection.execute(
            f"""SELECT {outer} FROM (SELECT order_number, count(*) AS lines, {inner} FROM typed
            WHERE order_number IS NOT NULL GROUP BY 1 HAVING lines > 1)"""
        ).fetchone()
        or ()
    )
    return [name for i, name in enumerate(names) if counts[2 * i] > 0 and counts[2 * i + 1] == 0]


def _repeated_money(stage: Stage) -> list[str]:
    """Fields that are the same on all lines of nearly every order of several different lines."""
    names = [name for name in _MONEY_OF_THE_ORDER if stage.has(name)]
    if not names:
        return []
    inner = ", ".join(
        f"min({n}) = max({n}) AND count({n}) = count(*) AS {n}_same, max(abs({n})) > 0 AS {n}_any" for n in names
    )
    outer = ", ".join(f"count(*) FILTER ({n}_any AND {n}_same), count(*) FILTER ({n}_any)" for n in names)
    counts = (
        stage.connection.execute(
            f"""SELECT {outer} FROM (SELECT order_number, {inner} FROM typed WHERE order_number IS NOT NULL GROUP BY 1
            HAVING count(*) > 1)"""
        ).fetchone()
        or ()
    )
    return [
        name
        for i, name in enumerate(names)
        if counts[2 * i + 1] > 0 and counts[2 * i] >= _SAME_SHARE * counts[2 * i + 1]
    ]


def price_lines(stage: Stage) -> None:
    """Makes the view ``priced``: ``filled`` with ``event_at``, ``quantity_milli``, ``money_micros`` (the signed line
    amount, NULL
    when it cannot be known), ``money_unreadable``, ``money_overflows``, and the side amounts with 0 for none.

    The amount is, in this order: the one given; quantity × price − discount, in integers, half away from zero where a
    thousandth of a piece meets a millionth of a unit; the order's total less tax and postage. A line that the file
    itself calls a return, a cancellation or a discount takes money away, with or without a minus before it.
    """
    side = ", ".join(f"coalesce({name}, 0) AS {alias}" for name, alias in _SIDE.items())
    fallback = quoted(stage.settings.currency)
    currency = "currency" if stage.has("currency") else f"{fallback}"
    number_of_lines = _total_of_each_line(stage)
    stage.connection.execute(
        f"""CREATE TEMP VIEW priced AS
        WITH sized AS (
            SELECT * EXCLUDE (currency, money_counts), {currency} AS currency, ordered_at AS event_at,
            TIMESTAMP {quoted(stage.settings.received.isoformat(" "))} AS received_utc,
                coalesce(quantity, 1000) AS quantity_milli, {side} FROM filled
        ), computed AS (
            SELECT *, CASE WHEN amount IS NOT NULL THEN amount::HUGEINT - {_tax_within(stage)}
                WHEN amount__code IS NULL AND unit_price IS NOT NULL AND quantity__code IS NULL
                {_quantity_needed(stage)}
                    THEN {_PRODUCT} - abs(discount_micros)
                WHEN amount__code IS NULL AND unit_price__code IS NULL AND order_amount IS NOT NULL
                    THEN order_amount::HUGEINT - tax_micros - postage_micros
                {number_of_lines} END AS huge FROM sized
        )
        SELECT * EXCLUDE (huge, quantity_milli), CASE WHEN abs(huge) <= {_LARGEST}
                THEN CASE WHEN {_TURNED} THEN -huge ELSE huge END::BIGINT END AS money_micros,
            CASE WHEN {_TURNED} THEN -abs(quantity_milli) ELSE quantity_milli END AS quantity_milli,
            coalesce(abs(huge) > {_LARGEST}, false) AS money_overflows,
            coalesce(amount__code, unit_price__code, quantity__code, order_amount__code) IS NOT NULL AS money_unreadable
        FROM computed"""
    )


_TURNED = "coalesce(line_kind IN ('return', 'cancellation', 'discount') AND huge > 0, false)"
_SIDE = {
    "discount": "discount_micros",
    "tax": "tax_micros",
    "postage": "postage_micros",
    "refund_amount": "refund_micros",
}
# Integer division cuts towards zero; half a thousandth more, with the sign, makes it round half away from zero.
_PRODUCT = "((quantity_milli::HUGEINT * unit_price + sign(quantity_milli)::INT * sign(unit_price)::INT * 500) // 1000)"


def _tax_within(stage: Stage) -> str:
    return "tax_micros" if stage.settings.amount_includes_tax else "0"


def _quantity_needed(stage: Stage) -> str:
    return "AND quantity IS NOT NULL" if stage.has("quantity") else ""


def _total_of_each_line(stage: Stage) -> str:
    """Lines of an order whose total stands on its first line add nothing more to it."""
    if not stage.has("order_number") or not stage.has("order_amount") or stage.has("amount") or stage.has("unit_price"):
        return ""
    first = "min(row) OVER (PARTITION BY order_number)"
    return f"WHEN order_amount IS NULL AND order_amount__code IS NULL AND row > {first} THEN 0"


def monthly_totals(stage: Stage) -> list[dict[str, int | str | None]]:
    """``month`` (of the company's zone, None where no date could be read), ``currency``, ``lines``, ``unknown`` (lines
    without a readable amount), ``micros``: what the file holds, before anything is sorted, judged or left out."""
    rows = stage.connection.execute(
        f"""SELECT strftime(timezone({quoted(stage.settings.zone)}, timezone('UTC', event_at)), '%Y-%m') AS month,
        currency,
            count(*), count(*) FILTER (money_micros IS NULL), coalesce(sum(money_micros), 0) FROM priced
            GROUP BY 1, 2 ORDER BY 1, 2"""
    ).fetchall()
    names = ("month", "currency", "lines", "unknown", "micros")
    return [dict(zip(names, (m, c, int(n), int(u), int(total)), strict=True)) for m, c, n, u, total in rows]
