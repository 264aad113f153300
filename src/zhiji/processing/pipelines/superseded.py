"""Lines of orders that changed, for the lake: a row for each period in which a line stood, see ``periods``.

Only orders of which more than one version was ever stored are worked through here, with the returns and sales whose
links may hang on them; all other lines stand since they are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import orjson
import pyarrow as pa

from zhiji.data.store import bulk, line_kinds, states
from zhiji.processing.pipelines import changed_lines, periods
from zhiji.processing.pipelines.changed_lines import INSTANTS, set_column
from zhiji.processing.pipelines.periods import FOREVER
from zhiji.processing.pipelines.returns import Line

ROWS = 65_536
_MEMORY = "1GB"


def is_any() -> bool:
    """Whether any order has more than its first version."""
    found = bulk.look_up("SELECT 1 FROM store_sourcerecord WHERE kind = 'order' AND version > 1 LIMIT 1", [])
    return bool(found)


class Superseded:
    """The lines concerned, read at one moment; what does not fit in memory spills into ``folder``.

    order_ids: the orders concerned, rising; ``batches`` has all their lines.
    """

    def __init__(self, folder: Path, *, count_repeats_once: bool) -> None:
        self._path = folder / "lines.parquet"
        self._once = str(count_repeats_once).lower()
        self.order_ids = changed_lines.read(self._path)
        spill = str(folder / "spill")
        self._engine = duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": spill})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.close()

    def batches(self) -> Iterator[pa.Table]:
        """Columns as the lake's lines, but ``value_at`` and ``order_at`` instead of days; ``superseded_at`` null where
        a line stands."""
        if not len(self.order_ids):
            return
        run = self._engine.execute
        run(f"CREATE VIEW lines AS SELECT * FROM read_parquet('{self._path}')")
        run("CREATE TABLE periods (order_id BIGINT, begins BIGINT, ends BIGINT, state VARCHAR, customer_id BIGINT)")
        run("CREATE TABLE known (order_id BIGINT, begins BIGINT, record_id BIGINT, stands BOOLEAN, overtaken BOOLEAN)")
        run("CREATE TABLE links (line_id BIGINT, begins BIGINT, ends BIGINT, order_id BIGINT)")
        self._walk(_VERSIONS, 1, _periods_of)
        run(_STANDING.format(once=self._once))
        run(_ORDERS)
        self._walk(_TRADED, 2, _links_of)
        run(_PLACED)
        for batch in self._engine.sql(_MERGED).to_arrow_reader(ROWS):
            table = pa.Table.from_batches([batch])
            for name in (*INSTANTS, "superseded_at"):
                table = set_column(table, name, table.column(name).cast(pa.timestamp("us", tz="UTC")))
            yield table

    def _walk(self, sql: str, keys: int, work: Callable[[list[tuple[Any, ...]]], dict[str, list[Any]]]) -> None:
        """Put what ``work`` finds of each group of rows with the same first columns into its tables."""
        # A cursor of its own reads on while the tables are filled.
        with self._engine.cursor() as reader:
            reader.execute(sql)
            groups = groupby(_rows(reader), key=itemgetter(*range(keys)))
            while block := [list(rows) for _, rows in islice(groups, ROWS)]:
                found: dict[str, list[Any]] = {}
                for rows in block:
                    for name, some in work(rows).items():
                        found.setdefault(name, []).extend(some)
                for name, some in found.items():
                    self._fill(name, some)

    def _fill(self, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            columns = zip(*rows, strict=True)
            self._engine.register("found", pa.table([pa.array(column) for column in columns], names=_NAMES[name]))
            self._engine.execute(f"INSERT INTO {name} BY NAME SELECT * FROM found")
            self._engine.unregister("found")


_NAMES = {
    "periods": ["order_id", "begins", "ends", "state", "customer_id"],
    "known": ["order_id", "begins", "record_id", "stands", "overtaken"],
    "links": ["line_id", "begins", "ends", "order_id"],
}


def _periods_of(rows: list[tuple[Any, ...]]) -> dict[str, list[Any]]:
    order_id = rows[0][0]
    found = periods.of_order([
        periods.Said(record_id, mode, known, orjson.loads(said) or {}, customer)
        for _, record_id, mode, known, said, customer in rows
    ])  # fmt: skip
    return {
        "periods": [(order_id, one.begins, one.ends, one.state, one.customer) for one in found],
        "known": [(order_id, one.begins, *version) for one in found for version in one.known],
    }


def _links_of(rows: list[tuple[Any, ...]]) -> dict[str, list[Any]]:
    group = [
        # Text that sorts as the instants do.
        periods.Traded(
            begins, ends, Line(pk, customer, product, order, back, f"{at + FOREVER:020d}", pieces, amount), to
        )
        for customer, product, begins, ends, pk, order, back, at, pieces, amount, to in rows
    ]
    return {"links": periods.links(group)}


def _rows(reader: duckdb.DuckDBPyConnection) -> Iterable[tuple[Any, ...]]:
    while rows := reader.fetchmany(ROWS):
        yield from rows


_VERSIONS = """
    SELECT order_id, record_id, any_value(mode), min(known_at), any_value(said), any_value(said_customer)
    FROM lines GROUP BY order_id, record_id, version ORDER BY order_id, version
"""
# The lines of an order that stood in each of its periods. In the last period they are as the record has derived them.
# Rows that are orders of their own repeat each other across orders (see ``derive.order_repeats``), so the periods of
# such a line are cut wherever one of another began or ended: which of them stands for all is of each moment. Beside
# whose rows another stood of strangers told apart by contact data is in another order: there the file's word stays.
_STANDING = f"""
    CREATE TABLE standing AS WITH told AS (
        SELECT k.begins AS since, k.stands, CASE WHEN k.overtaken THEN '' ELSE l.said_state END AS told, l.*
        FROM known k JOIN lines l ON l.order_id = k.order_id AND l.record_id = k.record_id
    ), judged AS (
        SELECT *, first_value(told) OVER (PARTITION BY order_id, since, digest, occurrence
                ORDER BY told = '', mode = 'complete', version DESC) AS told_last,
            row_number() OVER (PARTITION BY order_id, since, digest, occurrence, stands ORDER BY version) AS place
        FROM told
    ), stated AS (
        SELECT j.*, p.ends, p.customer_id AS period_customer,
            CASE j.told_last WHEN '' THEN p.state ELSE j.told_last END AS state,
            {{once}} AND j.is_made AND (j.customer_id IS NOT NULL OR 2 > count(DISTINCT j.order_id)
                FILTER (j.occurrence = 0) OVER (PARTITION BY j.source_id, j.digest, j.is_made)) AS is_joined
        FROM judged j JOIN periods p ON p.order_id = j.order_id AND p.begins = j.since
        WHERE CASE WHEN p.ends = {FOREVER} THEN j.is_current ELSE j.stands AND j.place = 1 END
    ), moments AS (
        SELECT source_id, digest, since AS at FROM stated WHERE is_joined
        UNION SELECT source_id, digest, ends FROM stated WHERE is_joined
    ), cut AS (
        SELECT s.* EXCLUDE (since, ends), s.since AS period, s.ends AS period_ends, coalesce(m.at, s.since) AS since,
            coalesce(lead(m.at) OVER (PARTITION BY s.line_id, s.since ORDER BY m.at), s.ends) AS ends
        FROM stated s LEFT JOIN moments m ON s.is_joined AND m.source_id = s.source_id AND m.digest = s.digest
            AND m.at >= s.since AND m.at < s.ends
    ), compared AS (
        SELECT *, {
    states.repeats("source_id, digest, CASE WHEN is_joined THEN 0 ELSE order_id END, since", "state", "occurrence")
} OR (NOT is_joined AND is_repeat AND min(occurrence) OVER (PARTITION BY order_id, digest) > 0) AS repeats
        FROM cut
    )
    SELECT * EXCLUDE (known_at, counted, customer_id, order_at, repeats), greatest(known_at, since) AS known_at,
        CASE WHEN ends = {FOREVER} THEN counted
            ELSE NOT (repeats AND {{once}}) AND NOT ({states.without_value("state")}) END AS counted,
        CASE WHEN period_ends = {FOREVER} THEN customer_id ELSE period_customer END AS customer_id,
        CASE WHEN period_ends = {FOREVER} THEN order_at
            ELSE min(event_at) OVER (PARTITION BY order_id, period) END AS order_at
    FROM compared
"""
# What each order was in its periods, for the returns that take from it; before its first it was as in its first.
_ORDERS = f"""
    CREATE TABLE orders AS SELECT order_id AS id, any_value(customer_id) AS customer_id,
        any_value(order_at) AS order_at, period_ends AS ends,
        CASE WHEN row_number() OVER (PARTITION BY order_id ORDER BY period) = 1 THEN -{FOREVER} ELSE period END
            AS begins
    FROM standing GROUP BY order_id, period, period_ends
"""
_TRADED = f"""
    WITH traded AS (
        SELECT * FROM standing WHERE counted AND known_at < ends AND customer_id IS NOT NULL AND product_id IS NOT NULL
            AND {line_kinds.goods_either_way("line_kind")}
    )
    SELECT customer_id, product_id, known_at, ends, line_id, order_id, line_kind <> 'goods', event_at,
        abs(quantity_milli), amount_micros, value_order_id FROM traded
    WHERE (customer_id, product_id) IN (SELECT (customer_id, product_id) FROM traded WHERE line_kind <> 'goods')
    ORDER BY customer_id, product_id
"""
# A row a line and period, cut where it takes from another order, or where the order that it takes from changes.
_PLACED = f"""
    CREATE TABLE placed AS WITH bound AS (
        SELECT s.* EXCLUDE (known_at, ends, value_order_id), greatest(s.known_at, k.begins) AS known_at,
            least(s.ends, k.ends) AS ends, coalesce(k.order_id, s.value_order_id) AS value_order_id,
        FROM standing s LEFT JOIN links k ON k.line_id = s.line_id AND k.begins < s.ends AND k.ends > s.known_at
        WHERE s.known_at < s.ends
    ), cut AS (
        SELECT b.* EXCLUDE (known_at, ends), greatest(b.known_at, v.begins) AS known_at, least(b.ends, v.ends) AS ends,
            CASE WHEN v.id IS NULL THEN b.value_customer ELSE v.customer_id END AS their_customer,
            CASE WHEN v.id IS NULL THEN b.value_at ELSE v.order_at END AS their_at
        FROM bound b LEFT JOIN orders v ON v.id = b.value_order_id AND b.value_order_id <> b.order_id
            AND v.begins < b.ends AND v.ends > b.known_at
    ), linked AS (
        SELECT *, value_order_id <> order_id AND (ends = {FOREVER} OR their_customer = customer_id) AS is_linked
        FROM cut
    )
    SELECT * EXCLUDE (value_order_id, customer_id, value_at),
        CASE WHEN is_linked THEN value_order_id ELSE order_id END AS value_order_id,
        CASE WHEN is_linked THEN their_customer ELSE customer_id END AS customer_id,
        CASE WHEN is_linked THEN their_at ELSE order_at END AS value_at
    FROM linked
"""
_KEPT = (
    "order_id", "value_order_id", "customer_id", "source_id", "product_id", "category", "line_kind", "quantity_milli",
    "amount_micros", "event_at", "value_at", "order_at", "is_repeat", "counted",
)  # fmt: skip
# Periods in which nothing changed for a line become one.
_MERGED = f"""
    WITH marked AS (
        SELECT *, row(value_order_id, customer_id, counted, value_at, order_at) AS what FROM placed
    ), begun AS (
        SELECT *, coalesce(lag(ends) OVER earlier <> known_at OR lag(what) OVER earlier IS DISTINCT FROM what, true)
            AS is_other FROM marked WINDOW earlier AS (PARTITION BY line_id ORDER BY known_at)
    ), numbered AS (
        SELECT *, count_if(is_other) OVER (PARTITION BY line_id ORDER BY known_at) AS number FROM begun
    )
    SELECT line_id, min(known_at) AS known_at, nullif(max(ends), {FOREVER}) AS superseded_at,
        {", ".join(f"any_value({name}) AS {name}" for name in _KEPT)}
    FROM numbered GROUP BY line_id, number
"""
