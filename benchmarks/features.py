"""Features of 10 million lines: ours (Ibis on DuckDB) against polars, on the same files, in the same run.

    python benchmarks/features.py            # 10,000,000 lines, median of 5
    python benchmarks/features.py --quick    # 1,000,000 lines, median of 3

A seeded company is written to a lake in a temporary folder; the contenders take turns. Each run is a process of its own
with two threads: it opens the files and ends with the features in memory (ours also compares every file with its
hash). Polars is written as its own users would, in the same stages, with both of its engines; the better one counts.
The answers must be equal, whole numbers exactly. Passes where our median CPU time, with and without the start of the
process, is at most 1.5 times polars'. Exit status 1 otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from zoneinfo import ZoneInfo

AS_OF = date(2018, 12, 31)
FIRST_DAY, DAYS = 17_000, 1_096  # 2016-07-18 and three years, so that half a year lies after AS_OF
THREADS = 2
SEED = 20_240_102
WANTED_RATIO = 1.5
CONTENDERS = ("ours", "polars streaming", "polars in-memory")
KINDS = ("goods", "return", "postage")


# -- the company ------------------------------------------------------------------------------------------------------


def build(folder: Path, lines: int) -> int:
    """Write a lake of ``lines`` lines; a customer for every twenty. Returns the number of orders.

    Orders of geometric size by customers of gamma-distributed eagerness; 5 % by guests; 4 % postage; 3 % of the lines
    are returns, most linked to a line shortly before; 2 % come to be known up to 90 days late; 1 % is not counted.
    """
    import numpy as np
    import pyarrow as pa

    from zhiji.data.lake import TABLES, LakeWriter

    rng = np.random.default_rng(SEED)
    sizes = rng.geometric(1 / 3, lines)
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), lines)) + 1]
    sizes[-1] -= sizes.sum() - lines
    orders = len(sizes)
    eagerness = rng.gamma(0.6, 1.0, max(1, lines // 20))
    buyer = rng.choice(len(eagerness), orders, p=eagerness / eagerness.sum()) + 1
    day = np.sort(rng.integers(FIRST_DAY, FIRST_DAY + DAYS, orders))
    second = rng.integers(0, 86_400, orders)
    guest = rng.random(orders) < 0.05

    of = np.repeat(np.arange(orders), sizes)  # the order of each line
    amount = rng.integers(500_000, 60_000_000, lines)
    kind = np.where(rng.random(lines) < 0.04, 2, 0).astype(np.int8)
    back = np.flatnonzero(rng.random(lines) < 0.03)
    source = np.maximum(0, back - rng.integers(1, 2_000, len(back)))
    linked = ~np.isin(source, back)
    kind[back] = 1
    amount[back] = -amount[np.where(linked, source, back)]
    order_id, value_of = of + 1, of.copy()
    order_id[back] = orders + 1 + np.arange(len(back))
    value_of[back[linked]] = of[source[linked]]
    value_order_id = value_of + 1
    value_order_id[back[~linked]] = order_id[back[~linked]]
    event = (day[of] * 86_400 + second[of]) * 1_000_000
    late = rng.random(lines) < 0.02
    known = event + late * rng.integers(0, 90 * 86_400, lines) * 1_000_000
    product = rng.zipf(1.3, lines) % 4_000 + 1
    words = pa.array([f"category {number:02d}" for number in range(40)])

    def chosen(codes: np.ndarray, texts: pa.Array) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), texts)

    columns = {
        "line_id": np.arange(lines),
        "order_id": order_id,
        "value_order_id": value_order_id,
        "customer_id": pa.array(buyer[value_of], mask=guest[value_of]),
        "source_id": np.ones(lines, np.int32),
        "product_id": product,
        "category": chosen(product % 40, words),
        "line_kind": chosen(kind, pa.array(KINDS)),
        "quantity_milli": rng.integers(1, 9, lines) * 1_000,
        "amount_micros": amount,
        "event_at": pa.array(event, pa.timestamp("us", "UTC")),
        "known_at": pa.array(known, pa.timestamp("us", "UTC")),
        "superseded_at": pa.nulls(lines, pa.timestamp("us", "UTC")),
        "value_on": pa.array(day[value_of].astype(np.int32)).cast(pa.date32()),
        "order_on": pa.array(day[of].astype(np.int32)).cast(pa.date32()),
        "is_repeat": np.zeros(lines, bool),
        "counted": rng.random(lines) > 0.01,
    }
    with LakeWriter(folder) as writer:
        writer.append("order_lines", pa.table(columns).cast(TABLES["order_lines"]))
        writer.commit()
    return orders


# -- the contenders ---------------------------------------------------------------------------------------------------


def ours(folder: Path) -> object:
    """As the product does it; an Arrow table."""
    from zhiji.data.lake import EngineSettings, open_engine
    from zhiji.processing.features import customer_features

    with open_engine(folder, EngineSettings(threads=THREADS)) as engine:
        return engine.to_arrow(customer_features(engine.tables, AS_OF, ZoneInfo("UTC")))


def polars_features(files: list[Path], engine: str) -> object:
    """The same features by the words of their docstring; an Arrow table."""
    import polars as pl

    col = pl.col
    end = datetime.combine(AS_OF + timedelta(days=1), clock(), UTC)
    lines = pl.scan_parquet(files, hive_partitioning=False).filter(
        col("known_at") < end,
        col("event_at") < end,
        col("value_on") <= AS_OF,
        col("counted"),
        col("line_kind").is_in(["goods", "return", "cancellation", "discount"]),
        col("customer_id").is_not_null(),
    )
    taken_back = col("line_kind").is_in(["return", "cancellation"])
    groups = lines.group_by("customer_id", "value_order_id").agg(
        col("value_on").min(),
        net=col("amount_micros").sum(),
        returned=-col("amount_micros").filter(taken_back).sum(),
        has_back=taken_back.any(),
        has_goods=(col("line_kind") == "goods").any(),
    )
    void = col("has_goods") & ((col("net") < 0) | ((col("net") == 0) & col("has_back")))
    groups = groups.with_columns(is_void=void, is_order=col("has_goods") & ~void)
    groups = groups.with_columns(value=pl.when("is_void").then(0).otherwise("net"))
    table = _polars_sums(groups)
    goods = lines.filter(col("line_kind") == "goods")
    goods = goods.join(groups.filter("is_void").select("value_order_id"), on="value_order_id", how="anti")
    for column, name in (("product_id", "distinct_products"), ("category", "distinct_categories")):
        pairs = goods.filter(col(column).is_not_null()).select("customer_id", column).unique()
        counts = pairs.group_by("customer_id").agg(pl.len().cast(pl.Int64).alias(name))
        table = table.join(counts, on="customer_id", how="left")
    return _polars_derived(table).collect(engine=engine).to_arrow()


def _polars_sums(groups):
    import polars as pl

    col, day, order = pl.col, pl.col("value_on"), pl.col("is_order")
    ordered = groups.sort("customer_id", "is_order", "value_on")
    follows = (col("customer_id") == col("customer_id").shift()) & (order == order.shift())
    ordered = ordered.with_columns(gap=pl.when(follows).then((day - day.shift()).dt.total_days()))
    windows = {}
    for length in (30, 90, 365):
        recent = day > AS_OF - timedelta(days=length)
        windows[f"orders_{length}_days"] = order.filter(recent).sum().cast(pl.Int64)
        windows[f"spend_{length}_days_micros"] = col("value").filter(recent).sum()
    return ordered.group_by("customer_id").agg(
        orders=order.sum().cast(pl.Int64),
        order_days=(order & (col("gap").is_null() | (col("gap") > 0))).sum().cast(pl.Int64),
        spend_micros=col("value").sum(),
        gross_micros=(col("net") + col("returned")).sum(),
        returned_micros=col("returned").sum(),
        first_order_on=day.filter(order).min(),
        last_order_on=day.filter(order).max(),
        squares=(col("gap") * col("gap")).filter(order).sum(),
        **windows,
    )


def _polars_derived(table):
    import polars as pl

    from zhiji.processing.features import FEATURES

    col = pl.col
    gaps, span = col("order_days") - 1, (col("last_order_on") - col("first_order_on")).dt.total_days()

    def ratio(above: pl.Expr, below: pl.Expr) -> pl.Expr:
        return pl.when(below > 0).then(above.cast(pl.Float64) / below.cast(pl.Float64))

    def days_to(name: str) -> pl.Expr:
        return (pl.lit(AS_OF) - col(name)).dt.total_days().cast(pl.Float64)

    return table.with_columns(
        has_repeat_order=col("order_days") >= 2,
        return_rate=ratio(col("returned_micros"), col("gross_micros")),
        age_days=days_to("first_order_on"),
        days_since_last_order=days_to("last_order_on"),
        mean_gap_days=ratio(span, gaps),
        gap_deviation_days=ratio(gaps * col("squares") - span * span, gaps * (gaps - 1)).sqrt(),
        mean_order_micros=ratio(col("spend_micros"), col("orders")),
        distinct_products=col("distinct_products").fill_null(0),
        distinct_categories=col("distinct_categories").fill_null(0),
    ).select(list(FEATURES))


# -- the run ----------------------------------------------------------------------------------------------------------


def _cpu(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def _peak_mb() -> float:
    """Highest resident size so far. Not getrusage: its figure is inherited from the parent process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def contend(contender: str, folder: Path, answer: Path) -> dict[str, float]:
    """One run of one contender; the answer is written to a file after the clock has stopped."""
    import pyarrow.feather as feather

    if contender == "ours":
        import zhiji.processing.features  # noqa: F401
    else:
        import polars  # noqa: F401
    files = sorted(folder.glob("versions/v*/order_lines/*/*.parquet"))
    cpu, wall = _cpu(resource.RUSAGE_SELF), time.perf_counter()
    if contender == "ours":
        table = ours(folder)
    else:
        table = polars_features(files, contender.split()[1])
    taken = {
        "cpu": _cpu(resource.RUSAGE_SELF) - cpu,
        "wall": time.perf_counter() - wall,
        "peak_mb": _peak_mb(),
        "rows": table.num_rows,
    }
    feather.write_feather(table, answer, compression="uncompressed")
    return taken


def difference(first: Path, second: Path) -> str:
    """Where two answers differ, or nothing: order of rows apart, all but floats exactly, floats to 1e-12."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.feather as feather

    tables = [feather.read_table(path).sort_by("customer_id") for path in (first, second)]
    if tables[0].column_names != tables[1].column_names or len(tables[0]) != len(tables[1]):
        return "columns or number of rows"
    for name in tables[0].column_names:
        one, other = (table.column(name).combine_chunks() for table in tables)
        if pa.types.is_floating(one.type):
            same = one.is_null().equals(other.is_null()) and np.allclose(
                one.to_numpy(zero_copy_only=False), other.to_numpy(zero_copy_only=False), rtol=1e-12, equal_nan=True
            )
        else:
            same = one.equals(other)
        if not same:
            return name
    return ""


def measure(contender: str, folder: Path, answer: Path) -> dict[str, float]:
    environment = {**os.environ, "POLARS_MAX_THREADS": str(THREADS), "OMP_NUM_THREADS": "1"}
    before = _cpu(resource.RUSAGE_CHILDREN)
    command = [sys.executable, __file__, "--contend", contender, "--folder", str(folder), "--answer", str(answer)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return {**json.loads(done.stdout), "whole": _cpu(resource.RUSAGE_CHILDREN) - before}


def run(lines: int, repeats: int) -> int:
    with tempfile.TemporaryDirectory(prefix="zhiji-bench-") as name:
        scratch = Path(name)
        folder = scratch / "lake"
        orders = build(folder, lines)
        print(f"{lines:,} lines, {orders:,} orders, as of {AS_OF}, {THREADS} threads, median of {repeats}")
        runs: dict[str, list[dict[str, float]]] = {contender: [] for contender in CONTENDERS}
        for _ in range(repeats):
            for contender in CONTENDERS:
                runs[contender].append(measure(contender, folder, scratch / contender))
        medians = {
            contender: {key: statistics.median(each[key] for each in taken) for key in taken[0]}
            for contender, taken in runs.items()
        }
        for contender, taken in medians.items():
            print(
                f"{contender:<17} {taken['cpu']:6.2f} CPU-s  {taken['whole']:6.2f} with start  {taken['wall']:6.2f} s"
                f"  {taken['peak_mb']:6.0f} MB  {taken['rows']:,.0f} customers"
            )
        unequal = [difference(scratch / "ours", scratch / contender) for contender in CONTENDERS[1:]]
    ratios = [
        medians["ours"][key] / min(medians[contender][key] for contender in CONTENDERS[1:]) for key in ("cpu", "whole")
    ]
    print(f"ratio of CPU time {ratios[0]:.2f}, with start {ratios[1]:.2f} (at most {WANTED_RATIO})")
    print("answers equal" if not any(unequal) else f"answers differ: {unequal}")
    return 0 if max(ratios) <= WANTED_RATIO and not any(unequal) else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="1,000,000 lines, median of 3")
    parser.add_argument("--contend", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--answer", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.contend:
        print(json.dumps(contend(chosen.contend, chosen.folder, chosen.answer)))
        return 0
    return run(1_000_000, 3) if chosen.quick else run(10_000_000, 5)


if __name__ == "__main__":
    sys.exit(main())
