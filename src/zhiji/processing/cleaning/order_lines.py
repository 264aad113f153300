"""What each line is, and by which key it is known again when the file comes a second time."""

from __future__ import annotations

from typing import Any

from zhiji.data.store import masks, states
from zhiji.kernel import LineKind, Reason
from zhiji.processing.cleaning.folding import quoted
from zhiji.processing.cleaning.kinds import lexicon
from zhiji.processing.cleaning.stage import Stage

_CANCELLATION = "^[Cc]\\d{3,}$"
_NEGATIVE_SHARE = 0.95


def sort_kinds(stage: Stage) -> None:
    """Makes the view ``kinded``: the good rows with ``line_kind``, ``is_cancellation``, ``product_key`` and
    ``says_state``.

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
    stage.derive(
        "kinded",
        f"""SELECT p.* EXCLUDE (line_kind, money_micros, order_state),
            upper(p.product_code) AS product_key, {document} AS is_cancellation,
            coalesce(p.order_state, 'completed') AS order_state, p.order_state IS NOT NULL AS says_state,
            p.money_micros AS amount_micros,
            coalesce({given}, k.kind, CASE WHEN p.product_code IS NULL THEN CASE {name_kind} END END,
                CASE WHEN {document} THEN '{LineKind.CANCELLATION}'
                    WHEN p.quantity_milli < 0 AND p.customer_external_id IS NULL AND coalesce(p.unit_price,
                    p.money_micros) = 0
                        THEN '{LineKind.ADJUSTMENT}'
                    WHEN p.quantity_milli < 0 OR p.money_micros < 0 THEN '{LineKind.RETURN}'
                    ELSE '{LineKind.GOODS}' END) AS line_kind
        FROM priced p LEFT JOIN code_kinds k ON p.product_code = k.product_code
        ANTI JOIN failures x ON p.row = x.row""",
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
        WHERE product_code IS NOT NULL AND ({" OR ".join(candidates)}) GROUP BY product_code) WHERE kind IS NOT NULL"""


def _cancellation_documents(stage: Stage) -> str:
    """SQL that tells documents which reverse others (``C536379``), or false where the numbers do not bear that out."""
    if stage.settings.is_row_by_row:
        return "false"  # only a file of many shows it
    row = stage.connection.execute(
        f"""SELECT count(*) FILTER (c), count(*) FILTER (c AND (quantity_milli < 0 OR money_micros < 0)),
            count(*) FILTER (regexp_matches(order_number, '^\\d{{3,}}$')), count(*)
            FROM (SELECT *, regexp_matches(order_number, '{_CANCELLATION}') AS c FROM priced ANTI JOIN failures USING
            (row))"""
    ).fetchone()
    marked, negative, plain, total = row or (0, 0, 0, 0)
    if not marked or negative < _NEGATIVE_SHARE * marked or plain < total / 2:
        return "false"
    takes = "(p.quantity_milli <= 0 OR p.money_micros <= 0)"
    return f"coalesce(regexp_matches(p.order_number, '{_CANCELLATION}') AND {takes}, false)"


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
    "currency",
    "epoch_us(event_at)",
    "store",
    "channel",
    "country",
)


def key_lines(stage: Stage) -> None:
    """Makes the view ``lines``: ``kinded`` with ``order_key``, ``line_digest``, ``occurrence``, ``is_repeat``,
    ``order_at``, ``line_state`` (its own) and ``order_state`` (see ``_settle_orders``); and ``settled_orders``.

    An order number says which order it is, so whose it is is not among the content of its lines: an export that masks
    the buyer, or has no column for it, speaks of the same lines. Who orders is in the digest of the order. Nor is money
    beside the goods: it has lines of its own, and where it is the order's, the file's chance says on which it stands.

    Without order numbers, a file that names products has an order a customer and day; one that does not has an order a
    row, and equal rows are told apart by their occurrence. So has a row that names nobody: two strangers on one day are
    not one order. A masked phone or address names nobody.
    """
    join = "JOIN received r ON r.row = k.row" if stage.mapping.extras else ""
    day = f"strftime(timezone({quoted(stage.settings.zone)}, timezone('UTC', event_at)), '%Y-%m-%d')"
    numbered = stage.has("order_number")
    parts = [part for part in _CONTENT if not (numbered and part == "customer_external_id")]
    content = ", ".join(f"coalesce({part}::VARCHAR, '')" for part in parts)
    by_day = not numbered and (stage.has("product_code") or stage.has("product_name"))
    who = f"coalesce(customer_external_id, CASE WHEN NOT phone_masked THEN phone END, {masks.unmasked('email')})"
    whose = "order_number" if numbered else f"concat_ws(chr(31), coalesce({who}, ''), {day})"
    if not numbered:
        stage.findings.append(Reason("orders_made_by_day" if by_day else "orders_made_by_row"))
    run = stage.connection.execute
    run(
        f"""CREATE TEMP TABLE digests AS SELECT k.row AS row, {whose} AS whose, {who} IS NULL AS nameless, event_at,
            customer_external_id AS customer, order_state AS state, amount_micros,
            md5(concat_ws(chr(31), {content}, coalesce({stage.extra_json()}, '')))[1:16] AS digest
        FROM kinded k {join}"""
    )
    # Numbering all lines would sort them all; few are equal, so only those are numbered.
    run(
        f"""CREATE TEMP TABLE equal_lines AS SELECT d.row, (row_number() OVER (PARTITION BY whose, digest ORDER BY
        d.row) - 1)::INTEGER
        AS occurrence, {states.repeats("whose, digest", "state", "d.row")} AS is_repeat FROM digests d SEMI JOIN
        (SELECT whose, digest FROM digests GROUP BY 1, 2 HAVING count(*) > 1) e USING (whose, digest)"""
    )
    run("CREATE TEMP TABLE order_times AS SELECT whose, min(event_at) AS order_at FROM digests GROUP BY 1")
    alone = "concat_ws(chr(31), d.whose, d.digest, coalesce(e.occurrence, 0)::VARCHAR)"
    made = f"CASE WHEN d.nameless THEN {alone} ELSE d.whose END" if by_day else alone
    key = "d.whose" if numbered else f"'~' || md5({made})[1:16]"
    day_at = "CASE WHEN d.nameless THEN d.event_at ELSE o.order_at END"
    order_at = "o.order_at" if numbered else day_at if by_day else "d.event_at"
    shared = "true" if numbered else "NOT d.nameless" if by_day else "false"
    _settle_orders(stage, shared)
    stage.derive(
        "lines",
        f"""SELECT k.* REPLACE (coalesce(k.customer_external_id, s.customer)
            AS customer_external_id, coalesce(s.state, k.order_state) AS order_state), k.order_state AS line_state,
            {key} AS order_key, d.digest AS line_digest,
            coalesce(e.occurrence, 0) AS occurrence, coalesce(e.is_repeat, false) AS is_repeat, {order_at} AS order_at
        FROM kinded k JOIN digests d ON k.row = d.row LEFT JOIN equal_lines e ON k.row = e.row
        JOIN order_times o ON d.whose = o.whose LEFT JOIN settled_orders s ON d.whose = s.whose AND {shared}""",
    )


def _settle_orders(stage: Stage, shared: str) -> None:
    """Makes ``settled_orders``, of the orders alone whose lines do not say the same: ``customer``, the first that a
    line names, to whom lines that name nobody belong as well; ``state``, which ``states.of_lines`` makes of theirs.

    ``customers`` and ``states``: how many different ones there are; ``filled``: lines that name nobody although another
    does, with ``filled_micros``; ``other_micros``: of lines that name another customer; ``dead_micros``: of lines
    without value. No digest of a line hangs on what is settled, so a file is known again whatever that is.

    shared: SQL that tells lines of orders with more than one line.
    """
    stage.connection.execute(
        f"""CREATE TEMP TABLE settled_orders AS
        WITH mixed AS (
            SELECT whose, arg_min(customer, row) AS customer, count(DISTINCT customer) AS customers,
                count(DISTINCT state) AS states, {states.of_lines("state")} AS state
            FROM digests d WHERE {shared} GROUP BY whose
            HAVING customers > 1 OR states > 1 OR (customers = 1 AND count(customer) < count(*))
        )
        SELECT m.*, count(*) FILTER (d.customer IS NULL AND m.customer IS NOT NULL) AS filled,
            coalesce(sum(amount_micros) FILTER (d.customer IS NULL), 0) AS filled_micros,
            coalesce(sum(amount_micros) FILTER (d.customer <> m.customer), 0) AS other_micros,
            coalesce(sum(amount_micros) FILTER ({states.without_value("d.state")}), 0) AS dead_micros
        FROM mixed m JOIN digests d ON d.whose = m.whose AND {shared} GROUP BY ALL"""
    )
