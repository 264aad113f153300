"""What a line costs: from what the file gives (an amount, or quantity and price, or an order's total) to micros."""

from __future__ import annotations

from zhiji.kernel import Reason
from zhiji.processing.cleaning.errors import OrderCurrencyDiffers
from zhiji.processing.cleaning.folding import quoted
from zhiji.processing.cleaning.order_readings import Readings, is_same, money_of_orders
from zhiji.processing.cleaning.stage import Stage

_LARGEST = 2**63 - 1
# Of which currencies a sign speaks, the likeliest first; the longer signs before what they end in.
_SIGNS = {
    "HK$": ("HKD",), "NT$": ("TWD",), "US$": ("USD",),
    "$": ("USD", "AUD", "CAD", "HKD", "SGD", "TWD", "NZD", "MXN", "BRL", "CLP", "COP", "ARS"),
    "€": ("EUR",), "£": ("GBP", "EGP", "SYP", "LBP", "GIP", "FKP"), "₩": ("KRW",), "¥": ("CNY", "JPY"),
    "￥": ("CNY", "JPY"), "元": ("CNY", "TWD", "HKD", "JPY"),
}  # fmt: skip
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


def fill_from_first_line(stage: Stage) -> Readings:
    """Makes ``filled``: where an order's first line alone carries its customer, date or state, the others get them too.

    A field is filled only if no order has it on a later line and not on its first: then the blanks are a habit of the
    export, not guests among customers. Money of the whole order (``order_readings``) that is the same on all lines of
    an order counts on the first; else it counts where it stands, but for ``order_amount``, of which an order has one.
    """
    if not stage.has("order_number"):
        stage.derive("filled", "SELECT * FROM typed")
        return Readings()
    fields = [name for name in _OF_THE_ORDER if stage.has(name)]
    made = ["customer_external_id"] if stage.known_by_contact else []
    sparse = [] if stage.settings.is_row_by_row else _sparse_fields(stage, fields + made)
    readings = money_of_orders(stage)
    replaced = [f"coalesce(t.{name}, f.{name}) AS {name}" for name in sparse]
    if "phone" in sparse:  # whether it is masked comes along
        replaced.append("CASE WHEN t.phone IS NULL THEN f.phone_masked ELSE t.phone_masked END AS phone_masked")
    replaced += [f"CASE WHEN {_counts(name)} THEN t.{name} END AS {name}" for name in readings.repeated]
    if not replaced:
        stage.derive("filled", "SELECT * FROM typed")
        return readings
    carried = [*sparse, *(["phone_masked"] if "phone" in sparse else [])]
    found = ["min(row) AS row", *(f"arg_min(struct_pack(v := {name}), row).v AS {name}" for name in carried)]
    found += [f"{is_same(name)} AS {name}_same, min(row) FILTER ({name} IS NOT NULL) AS {name}_row"
              for name in readings.repeated]  # fmt: skip
    stage.connection.execute(
        f"""CREATE TEMP TABLE filled AS SELECT t.* REPLACE ({", ".join(replaced)}) FROM typed t
            LEFT JOIN (SELECT order_number, {", ".join(found)} FROM typed
                WHERE order_number IS NOT NULL GROUP BY 1) f ON t.order_number = f.order_number"""
    )
    if told := [name for name in sparse if name not in made]:
        columns = [stage.mapping.shown(name) for name in told]
        stage.findings.append(Reason("order_fields_filled", {"columns": columns}))
    return readings


def _counts(name: str) -> str:
    """Whether a line's money of the order is not that of the first line once more: each order is judged by its own
    lines, so that it comes to the same beside whatever others a file holds. A line without an order is its own."""
    is_first = f"f.row IS NULL OR f.{name}_row = t.row"
    return is_first if name == "order_amount" else f"{is_first} OR NOT f.{name}_same"


def _sparse_fields(stage: Stage, names: list[str]) -> list[str]:
    """Fields that only the first line of an order carries, as the habit of the file: a blank here and there in a column
    that is filled otherwise is a gap, not a habit."""
    if not names:
        return []
    inner = ", ".join(
        f"count({n}) AS {n}_n, arg_min(struct_pack(v := {n} IS NOT NULL), row).v AS {n}_first" for n in names
    )
    outer = ", ".join(
        f"count(*) FILTER ({n}_n > 0 AND {n}_n < lines AND {n}_first), count(*) FILTER ({n}_n > 0 AND NOT {n}_first), "
        f"count(*) FILTER ({n}_n = lines)"
        for n in names
    )
    counts = (
        stage.connection.execute(
            f"""SELECT {outer} FROM (SELECT order_number, count(*) AS lines, {inner} FROM typed
            WHERE order_number IS NOT NULL GROUP BY 1 HAVING lines > 1)"""
        ).fetchone()
        or ()
    )
    found = []
    for i, name in enumerate(names):
        first_alone, elsewhere, everywhere = counts[3 * i : 3 * i + 3]
        if first_alone > everywhere and elsewhere == 0:
            found.append(name)
    return found


def expect_currency(stage: Stage) -> None:
    """A file that names one other currency throughout is refused whole; single rows go to quarantine one by one."""
    if stage.settings.is_row_by_row:
        return
    if not stage.has("currency"):
        _expect_sign(stage)
        return
    row = stage.connection.execute(
        "SELECT count(DISTINCT currency), any_value(currency), 2 * count(currency) >= count(*) FROM filled"
    ).fetchone()
    currencies, found, is_most = row or (0, None, False)
    if currencies == 1 and is_most and found != stage.settings.currency:
        where = {"column": stage.mapping.shown("currency")}
        raise OrderCurrencyDiffers(found=found, expected=stage.settings.currency, where=where)


def _expect_sign(stage: Stage) -> None:
    """Dollars are not summed as pounds because no column says so: the sign beside the amounts does."""
    expected = stage.settings.currency
    for name in ("amount", "order_amount", "unit_price"):
        column = stage.mapping.column(name)
        if column is None:
            continue
        counts = ", ".join(f"count(*) FILTER (contains(upper({column}), {quoted(sign)}))" for sign in _SIGNS)
        filled, *signed = stage.connection.execute(f"SELECT count({column}), {counts} FROM received").fetchall()[0]
        found = [sign for sign, count in zip(_SIGNS, signed, strict=True) if 2 * count >= filled > 0]
        if found and expected not in _SIGNS[found[0]]:
            raise OrderCurrencyDiffers(
                found=_SIGNS[found[0]][0], expected=expected, where={"column": stage.mapping.shown(name)}
            )


def price_lines(stage: Stage, readings: Readings) -> None:
    """Makes the view ``priced``: ``filled`` with ``event_at``, ``quantity_milli``, ``money_micros`` (the signed line
    amount, NULL when it cannot be known), ``money_unreadable``, ``money_overflows``, the side amounts with 0 for none,
    ``apart_micros`` (what a discount of the whole order takes off) and ``whole_micros``: the line with all of these.

    The amount is, in this order: the one given; quantity × price − discount, in integers, half away from zero where a
    thousandth of a piece meets a millionth of a unit; where no line of the order has either, the order's total less
    tax, postage and fee. A line that the file itself calls a return, a cancellation or a discount takes money away,
    with or without a minus before it; a discount on what comes back lessens what is paid back.
    A discount that the readings say is the whole order's stands apart from its lines (``order_extras``).
    """
    side = ", ".join(f"coalesce({name}, 0) AS {alias}" for name, alias in _SIDE.items())
    fallback = quoted(stage.settings.currency)
    # A cell that holds no currency is NULL; an empty one is the company's.
    currency = f"CASE WHEN currency__code IS NULL THEN coalesce(currency, {fallback}) END"
    by_price = f"amount IS NULL AND amount__code IS NULL AND unit_price IS NOT NULL {_quantity_needed(stage)}"
    off = "CASE WHEN {} < 0 THEN -abs(discount_micros) ELSE abs(discount_micros) END"
    is_apart = readings.is_of_order("discount")
    order = f"sum({_PRODUCT}) OVER (PARTITION BY order_number)"
    apart = f"CASE WHEN {by_price} THEN -({off.format(order)}) ELSE 0 END" if is_apart else "0"
    within = "0" if is_apart else f"({off.format(_PRODUCT)})"
    turned = ", ".join(f"CASE WHEN {_TURNED} THEN -abs({n}) ELSE {n} END AS {n}" for n in BESIDE.values())
    stage.derive(
        "priced",
        f"""WITH sized AS (
            SELECT * EXCLUDE (currency), {currency} AS currency, ordered_at AS event_at,
            TIMESTAMP {quoted(stage.settings.received.isoformat(" "))} AS received_utc,
            {fallback} AS books_currency,
                coalesce(quantity, 1000) AS quantity_milli, {side} FROM filled
        ), computed AS (
            SELECT *, ({apart})::BIGINT AS apart_micros,
                CASE WHEN amount IS NOT NULL THEN amount::HUGEINT
                WHEN {by_price} AND quantity__code IS NULL THEN {_PRODUCT} - {within}
                {_by_total(stage, readings)} END AS huge FROM sized
        ), signed AS (
            SELECT * EXCLUDE (huge) REPLACE ({turned},
                CASE WHEN {_TURNED} THEN -apart_micros ELSE apart_micros END AS apart_micros),
                CASE WHEN {_TURNED} THEN -huge ELSE huge END AS huge,
                CASE WHEN {_TURNED} THEN -abs(quantity_milli) ELSE quantity_milli END AS turned_milli FROM computed
        )
        SELECT * EXCLUDE (huge, quantity_milli, turned_milli), turned_milli AS quantity_milli,
            CASE WHEN abs(huge) <= {_LARGEST} THEN huge::BIGINT END AS money_micros,
            CASE WHEN abs({_WHOLE}) <= {_LARGEST} THEN ({_WHOLE})::BIGINT END AS whole_micros,
            coalesce(abs(huge) > {_LARGEST} OR abs({_WHOLE}) > {_LARGEST}, false) AS money_overflows,
            coalesce(amount__code, unit_price__code, quantity__code, order_amount__code) IS NOT NULL AS money_unreadable
        FROM signed""",
    )


_TURNED = "coalesce(line_kind IN ('return', 'cancellation', 'discount') AND huge > 0, false)"
# What an order costs beside its goods.
BESIDE = {"tax": "tax_micros", "postage": "postage_micros", "fee": "fee_micros"}
_SIDE = {"discount": "discount_micros", **BESIDE, "refund_amount": "refund_micros"}
_WHOLE = "huge + tax_micros + postage_micros + fee_micros + apart_micros"
# Integer division cuts towards zero; half a thousandth more, with the sign, makes it round half away from zero.
_PRODUCT = "((quantity_milli::HUGEINT * unit_price + sign(quantity_milli)::INT * sign(unit_price)::INT * 500) // 1000)"


def _quantity_needed(stage: Stage) -> str:
    return "AND quantity IS NOT NULL" if stage.has("quantity") else ""


def _by_total(stage: Stage, readings: Readings) -> str:
    """Further cases of what a line costs, where the order's total is all that there is to go by: lines whose order has
    its total on another row add nothing more to it. Beside lines with a price, one without has none.

    A corrected row of such an export has no total where it was not the first of its order.
    """
    if not stage.has("order_amount"):
        return ""
    own = "amount IS NULL AND amount__code IS NULL AND unit_price IS NULL AND unit_price__code IS NULL"
    is_blank = "order_amount IS NULL AND order_amount__code IS NULL"
    alone = _no_row_is_priced(stage, own)
    by_itself = f"WHEN {own} AND {alone} AND order_amount IS NOT NULL THEN {_LEFT}"
    if not stage.has("order_number"):
        return by_itself
    elsewhere = "max(order_amount) OVER (PARTITION BY order_number) IS NOT NULL"
    if not (stage.has("amount") or stage.has("unit_price")):
        elsewhere += " OR row > min(row) OVER (PARTITION BY order_number)"
    if readings.is_of_order("order_amount") and readings.is_known("order_amount"):
        elsewhere += " OR corrects_row IS NOT NULL"
    return f"{by_itself} WHEN {own} AND {alone} AND {is_blank} AND order_number IS NOT NULL AND ({elsewhere}) THEN 0"


def _no_row_is_priced(stage: Stage, own: str) -> str:
    """SQL of a line without a price: no other line of its order has one."""
    if not stage.has("order_number") or not (stage.has("amount") or stage.has("unit_price")):
        return "true"
    row = stage.connection.execute(f"SELECT count(*) FROM filled WHERE {own}").fetchone()
    if not row or not row[0]:
        return "true"  # asked of nobody, so nothing need be sorted
    return "max(coalesce(amount, unit_price)) OVER (PARTITION BY order_number) IS NULL"


# What an order's total leaves for the goods.
_LEFT = "order_amount::HUGEINT - tax_micros - postage_micros - fee_micros"


def monthly_totals(stage: Stage) -> list[dict[str, int | str | None]]:
    """``month`` (of the company's zone, None where no date could be read), ``currency``, ``lines``, ``unknown`` (lines
    without a readable amount), ``micros``: what the file holds, tax, postage, fees and discounts of orders with it,
    before anything is sorted, judged or left out. Refunds are not in it: they came after."""
    rows = stage.connection.execute(
        f"""SELECT strftime(timezone({quoted(stage.settings.zone)}, timezone('UTC', event_at)), '%Y-%m') AS month,
        currency,
            count(*), count(*) FILTER (whole_micros IS NULL), coalesce(sum(whole_micros), 0) FROM priced
            GROUP BY 1, 2 ORDER BY 1, 2"""
    ).fetchall()
    names = ("month", "currency", "lines", "unknown", "micros")
    return [dict(zip(names, (m, c, int(n), int(u), int(total)), strict=True)) for m, c, n, u, total in rows]
