"""What each line is, and by which key it is known again when the file comes a second time."""

from __future__ import annotations

from typing import Any

from zhiji.kernel import LineKind, Reason
from zhiji.processing.cleaning.folding import quoted
from zhiji.processing.cleaning.kinds import lexicon
from zhiji.processing.cleaning.stage import Stage

_CANCELLATION = "^[Cc]\\d{3,}$"
_NEGATIVE_SHARE = 0.95


def sort_kinds(stage: Stage) -> None:
    """Makes ``kinded``: the good rows with ``line_kind``, ``is_cancellation``, ``product_key`` and signed amounts.

    In this order: the kind that the file gives; a code, then a name, that is no goods (``lexicon.toml``); cancellation;
    a negative line is a return, or, without price and customer, an adjustment of stock; goods.
    """
    stage.connection.execute(f"CREATE TEMP TABLE code_kinds AS {_code_kinds()}")
    document = _cancellation_documents(stage)
    name_kind = "\n".join(
        f"WHEN regexp_matches(lower(p.product_name), {quoted(entry['pattern'])}) THEN {quoted(entry['kind'])}"
        for entry in lexicon()["names"]
    )
    given = "p.line_kind" if stage.has("line_kind") else "NULL"
    back = "p.line_kind IN ('return', 'cancellation', 'discount') AND p.money_micros > 0" if stage.has("line_kind") else "false"
    stage.connection.execute(
        f"""CREATE TEMP TABLE kinded AS
        SELECT p.* EXCLUDE (line_kind, money_micros, quantity_milli, order_state, failed),
            upper(p.product_code) AS product_key, {document} AS is_cancellation,
            coalesce(p.order_state, 'completed') AS order_state,
            CASE WHEN {back} THEN -p.money_micros ELSE p.money_micros END AS amount_micros,
            CASE WHEN {back} THEN -abs(p.quantity_milli) ELSE p.quantity_milli END AS quantity_milli,
            coalesce({given}, k.kind, CASE WHEN p.product_code IS NULL THEN CASE {name_kind} END END,
                CASE WHEN {document} THEN '{LineKind.CANCELLATION}'
                    WHEN p.quantity_milli < 0 AND p.customer_external_id IS NULL AND coalesce(p.unit_price, p.money_micros) = 0
                        THEN '{LineKind.ADJUSTMENT}'
                    WHEN p.quantity_milli < 0 OR p.money_micros < 0 THEN '{LineKind.RETURN}'
                    ELSE '{LineKind.GOODS}' END) AS line_kind
        FROM priced p LEFT JOIN code_kinds k ON p.product_code = k.product_code WHERE p.failed IS NULL"""  # noqa: S608
    )


def _code_kinds() -> str:
    """product_code → kind, for codes that the names in this file bear out."""
    entries: list[dict[str, Any]] = lexicon()["codes"]
    whens, candidates = [], []
    for entry in entries:
        test = (
            f"lower(product_code) IN ({', '.join(quoted(code) for code in entry['codes'])})"
            if "codes" in entry
            else f"regexp_matches(lower(product_code), {quoted(entry['pattern'])})"
        )
        hinted = f"bool_or(regexp_matches(lower(coalesce(product_name, '')), {quoted(entry['hint'])}))"
        nameless = "(count(product_name) = 0 AND length(product_code) > 2)"
        whens.append(f"WHEN {test} AND ({hinted} OR {nameless}) THEN {quoted(entry['kind'])}")
        candidates.append(test)
    return f"""SELECT product_code, kind FROM (
        SELECT product_code, CASE {" ".join(whens)} END AS kind FROM priced
        WHERE product_code IS NOT NULL AND ({" OR ".join(candidates)}) GROUP BY product_code) WHERE kind IS NOT NULL"""  # noqa: S608


def _cancellation_documents(stage: Stage) -> str:
    """SQL that tells documents which reverse others (``C536379``), or false where the numbers do not bear that out."""
    row = stage.connection.execute(
        f"""SELECT count(*) FILTER (c), count(*) FILTER (c AND (quantity_milli < 0 OR money_micros < 0)),
            count(*) FILTER (regexp_matches(order_number, '^\\d{{3,}}$')), count(*)
            FROM (SELECT *, regexp_matches(order_number, '{_CANCELLATION}') AS c FROM priced WHERE failed IS NULL)"""  # noqa: S608
    ).fetchone()
    marked, negative, plain, total = row or (0, 0, 0, 0)
    if not marked or negative < _NEGATIVE_SHARE * marked or plain < total / 2:
        return "false"
    return f"coalesce(regexp_matches(p.order_number, '{_CANCELLATION}') AND (p.quantity_milli <= 0 OR p.money_micros <= 0), false)"


_CONTENT = (
    "line_number",
    "customer_external_id",
    "product_code",
    "product_name",
    "category",
    "line_kind",
    "quantity_milli",
    "unit_price",
    "amount_micros",
    "discount_micros",
    "tax_micros",
    "postage_micros",
    "currency",
    "epoch_us(event_at)",
    "store",
    "channel",
    "country",
)


def key_lines(stage: Stage) -> None:
    """Makes ``lines``: ``kinded`` with ``order_key``, ``line_digest``, ``occurrence``, ``order_at``.

    Without order numbers, a file that names products has an order a customer and day; one that does not has an order a
    row, and equal rows are told apart by their occurrence.
    """
    content = ", ".join(f"coalesce(k.{part}::VARCHAR, '')" if "(" not in part else f"coalesce({part}::VARCHAR, '')" for part in _CONTENT)
    extra = stage.extra_json()
    join = "JOIN received r ON r.row = k.row" if stage.mapping.extras else ""
    day = f"strftime(timezone({quoted(stage.settings.zone)}, timezone('UTC', k.event_at)), '%Y-%m-%d')"
    made = "NULL::VARCHAR"
    if not stage.has("order_number"):
        who = "coalesce(k.customer_external_id, k.phone, k.email, '')"
        has_products = stage.has("product_code") or stage.has("product_name")
        parts = f"{who}, {day}" if has_products else f"{who}, {day}, digest, occurrence::VARCHAR"
        made = f"'~' || md5(concat_ws(chr(31), {parts}))[1:16]"
        stage.findings.append(Reason("orders_made_by_day" if has_products else "orders_made_by_row"))
    order = "k.order_number" if stage.has("order_number") else f"coalesce(k.customer_external_id, k.phone, k.email, '') || {day}"
    stage.connection.execute(
        f"""CREATE TEMP TABLE lines AS
        WITH digested AS (
            SELECT k.*, md5(concat_ws(chr(31), {content}, coalesce({extra}, '')))[1:16] AS digest FROM kinded k {join}
        ), counted AS (
            SELECT *, (row_number() OVER (PARTITION BY {order}, digest ORDER BY row) - 1)::INTEGER AS occurrence FROM digested k
        ), keyed AS (
            SELECT k.* EXCLUDE (digest), digest AS line_digest, coalesce(k.order_number, {made}) AS order_key FROM counted k
        )
        SELECT y.*, o.order_at FROM keyed y
        JOIN (SELECT order_key, min(event_at) AS order_at FROM keyed GROUP BY 1) o USING (order_key)"""  # noqa: S608
    )
