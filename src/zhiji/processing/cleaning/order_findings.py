"""What a person should know about the lines of a file: counts, and money where it hangs on them."""

from __future__ import annotations

from pathlib import Path

from zhiji.data.store import states
from zhiji.kernel import Money, Reason
from zhiji.processing.cleaning.folding import quoted
from zhiji.processing.cleaning.stage import Stage

_BAD_DEBT = "line_kind = 'adjustment' AND regexp_matches(lower(coalesce(product_name, '')), 'bad debt|坏账')"
_COUNTS = {
    "guest_lines": "customer_external_id IS NULL",
    "repeat_lines": "is_repeat",
    "cancellation_lines": "is_cancellation",
    "return_lines": "line_kind = 'return'",
    "adjustment_lines": "line_kind = 'adjustment'",
    "bad_debt_lines": f"{_BAD_DEBT} AND amount_micros < 0",
    "bad_debt_booked_lines": f"{_BAD_DEBT} AND amount_micros > 0",
    "non_product_lines": "line_kind IN ('discount', 'postage', 'tax', 'fee', 'other') OR (line_kind = 'adjustment'"
    " AND product_key IN (SELECT upper(product_code) FROM code_kinds))",
    "zero_amount_lines": "amount_micros = 0",
    "masked_phone_lines": "phone_masked",
    "closed_lines": states.without_value("line_state"),
}
_MONEY = {
    "guest_lines": "lines_without_customer",
    "repeat_lines": "identical_lines",
    "cancellation_lines": "lines_cancelled",
    "return_lines": "lines_returned",
    "bad_debt_lines": "bad_debt_adjusted",
    "non_product_lines": "codes_without_product",
    "closed_lines": "orders_without_value",
}
_PLAIN = {
    "zero_amount_lines": "lines_of_no_amount",
    "masked_phone_lines": "phones_masked",
}


def look_over(stage: Stage, clean: Path) -> tuple[list[Reason], dict[str, int]]:
    """Findings with ``count`` and, where money hangs on them, ``micros`` with ``money`` (as text); and all counts by
    name."""
    table = f"read_parquet({quoted(str(clean))})"
    parts = [f"count(*) FILTER ({test}), coalesce(sum(amount_micros) FILTER ({test}), 0)" for test in _COUNTS.values()]
    row = (
        stage.connection.execute(
            f"""SELECT {", ".join(parts)}, count(DISTINCT order_key), count(DISTINCT customer_external_id),
            coalesce(sum(amount_micros), 0) FROM {table}
            WHERE made_from IS NULL"""
        ).fetchone()
        or ()
    )
    counts = {name: int(row[2 * i]) for i, name in enumerate(_COUNTS)}
    money = {name: int(row[2 * i + 1]) for i, name in enumerate(_COUNTS)}
    counts["orders"], counts["customers"] = int(row[-3]), int(row[-2])
    currency = stage.settings.currency
    findings = [
        Reason(code, {"count": counts[name], "micros": money[name], "money": str(Money(money[name], currency))})
        for name, code in _MONEY.items()
        if counts[name]
    ]
    findings += [Reason(code, {"count": counts[name]}) for name, code in _PLAIN.items() if counts[name]]
    findings += _settled_orders(stage, counts)
    findings += _joined_codes(stage, table, counts) + _moved_customers(stage, table, counts)
    if not any(stage.has(name) for name in ("customer_external_id", "phone", "email")):
        findings.append(Reason("customers_absent"))
    return findings, counts


def _settled_orders(stage: Stage, counts: dict[str, int]) -> list[Reason]:
    """Orders whose lines do not agree on the customer or the state."""
    row = stage.connection.execute(
        """SELECT count(*) FILTER (customers > 1), coalesce(sum(other_micros) FILTER (customers > 1), 0),
            coalesce(sum(filled), 0), coalesce(sum(filled_micros) FILTER (filled > 0), 0),
            count(*) FILTER (states > 1), coalesce(sum(dead_micros) FILTER (states > 1), 0) FROM settled_orders"""
    ).fetchone()
    several, others, filled, found, mixed, dead = (int(value) for value in row or (0,) * 6)
    counts["orders_of_several_customers"], counts["orders_of_mixed_states"] = several, mixed
    currency = stage.settings.currency
    return [
        Reason(code, {"count": count, "micros": micros, "money": str(Money(micros, currency))})
        for code, count, micros in (
            ("orders_of_several_customers", several, others),
            ("lines_of_the_orders_customer", filled, found),
            ("orders_of_mixed_states", mixed, dead),
        )
        if count
    ]


def _joined_codes(stage: Stage, table: str, counts: dict[str, int]) -> list[Reason]:
    rows = stage.connection.execute(
        f"""SELECT product_key FROM {table} WHERE product_key IS NOT NULL GROUP BY 1
            HAVING count(DISTINCT product_code) > 1 ORDER BY 1"""
    ).fetchall()
    counts["joined_codes"] = len(rows)
    examples = [key for (key,) in rows[:5]]
    return [Reason("codes_joined_by_case", {"count": len(rows), "examples": examples})] if rows else []


def _moved_customers(stage: Stage, table: str, counts: dict[str, int]) -> list[Reason]:
    rows = stage.connection.execute(
        f"""SELECT customer_external_id FROM {table} WHERE customer_external_id IS NOT NULL GROUP BY 1
            HAVING count(DISTINCT country) > 1 ORDER BY 1"""
    ).fetchall()
    counts["customers_in_two_countries"] = len(rows)
    examples = [key for (key,) in rows[:5]]
    return [Reason("customers_in_two_countries", {"count": len(rows), "examples": examples})] if rows else []
