"""Whether the sums of a company still fit: money is a whole number of 10⁻⁶ units in 64 bits."""

from __future__ import annotations

from pathlib import Path

import duckdb

from zhiji.data.store import bulk
from zhiji.kernel import MICROS
from zhiji.processing.cleaning.errors import AmountsOutOfReach

# Somewhat below 2^63, for sums are made of what is rounded too.
MOST_MICROS = 9_000_000_000_000 * MICROS


def check_reach(clean: Path, rejected: Path) -> None:
    """Asked by the dry run, and again before the first line is stored. Raises AmountsOutOfReach where this file's
    amounts and those of the record, signs apart, come to more than ``MOST_MICROS``: some sum over them might not fit,
    and half a sum is worse than none. What is delivered again counts, too: it is summed as money that came again."""
    size = "abs(amount_micros::HUGEINT)"
    sql = f"SELECT coalesce(sum({size}), 0), arg_max(row, {size}) FROM read_parquet($path)"
    with duckdb.connect() as connection:
        found = [connection.execute(sql, {"path": str(path)}).fetchall()[0] for path in (clean, rejected)]
    total = sum(int(amount) for amount, _ in found)
    if total + stored() > MOST_MICROS:
        _, row = max(found, key=lambda each: each[0])
        raise AmountsOutOfReach(total=f"{total // MICROS:,}", most=f"{MOST_MICROS // MICROS:,}", where={"row": row})


def stored() -> int:
    """Over all orders; as floating point, for this is the sum that must not overflow."""
    rows = bulk.look_up(
        "SELECT COALESCE(SUM(ABS(CAST(goods_micros AS DOUBLE PRECISION)) + ABS(CAST(returned_micros AS "
        "DOUBLE PRECISION)) + ABS(CAST(other_micros AS DOUBLE PRECISION))), 0) FROM store_order",
        [],
    )
    return int(rows[0][0])
