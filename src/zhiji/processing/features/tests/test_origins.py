"""Transactions known on several days at once: what is known by each adds up to what a read of that day gives."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from zhiji.algorithms.value import CustomerValueModel, backtest_origins
from zhiji.algorithms.value.purchases import PurchaseLog, day_number
from zhiji.kernel import MICROS
from zhiji.processing.features import transactions_as_known

ZONE = ZoneInfo("Asia/Shanghai")
DAYS = [date(2024, 3, 31), date(2024, 6, 30), date(2024, 9, 30)]


def frame(*rows: tuple[int, str, int]) -> pd.DataFrame:
    columns = ["customer_id", "value_on", "amount_micros"]
    made = pd.DataFrame(rows, columns=columns)
    return made.assign(value_on=pd.to_datetime(made["value_on"]))


KNOWN = {
    DAYS[0]: frame((1, "2024-01-05", 100), (2, "2024-02-01", 0), (3, "2024-02-02", 70), (1, "2024-03-01", 0),
                   (2, "2024-03-02", 50)),
    # Of the first order 40 came back; the third was cancelled, and so was a free one; another free one is new; of a
    # day with a sale and a free order the sale was called off.
    DAYS[1]: frame((1, "2024-01-05", 60), (2, "2024-02-01", 0), (1, "2024-05-01", 0), (2, "2024-03-02", 0)),
    DAYS[2]: frame((1, "2024-01-05", 60), (2, "2024-02-01", 0), (1, "2024-05-01", 0), (3, "2024-02-02", 70),
                   (2, "2024-03-02", 0), (1, "2024-03-01", 0)),
}  # fmt: skip


def test_what_is_known_by_a_day_is_what_was_read_on_it() -> None:
    known = transactions_as_known(KNOWN.__getitem__, DAYS, ZONE)
    log = PurchaseLog(known, "Asia/Shanghai")
    for day in DAYS:
        alone = PurchaseLog(KNOWN[day])
        mine, truth = log.history(day_number(day)), alone.history(day_number(day))
        assert log.customers[mine.code].tolist() == alone.customers[truth.code].tolist()
        for name in ("frequency", "first", "last", "order_value", "total_value"):
            assert getattr(mine, name).tolist() == getattr(truth, name).tolist(), (day, name)


def test_a_back_test_sees_a_sale_whole_that_came_back_later() -> None:
    """Every sale comes back whole 100 days afterwards, on the sale's own day: with the returns known from the start
    nobody would ever have bought anything."""
    rng = np.random.default_rng(5)
    first = np.datetime64("2023-01-01")
    rows = [(c, first + int(d)) for c in range(200) for d in np.unique(rng.integers(0, 500, 12))]
    as_of = date(2024, 6, 30)

    def read(day: date) -> pd.DataFrame:
        sold = [(c, on) for c, on in rows if on <= np.datetime64(day)]
        kept = [(c, str(on), 10 * MICROS) for c, on in sold if on + 100 > np.datetime64(day)]
        return frame(*kept)

    origins = [date(2023, 7, 2), date(2023, 10, 1), date(2023, 12, 31), date(2024, 3, 31)]
    known = transactions_as_known(read, [*origins, as_of], ZONE)
    assert backtest_origins(known, as_of, 91, zone="Asia/Shanghai") == origins
    log = PurchaseLog(known, "Asia/Shanghai")
    for origin in origins:
        seen = log.history(day_number(origin))
        recent = {c for c, on in rows if np.datetime64(origin) - 100 < on <= np.datetime64(origin)}
        assert set(log.customers[seen.code]) == recent
    blind = PurchaseLog(read(as_of))
    assert len(blind.history(day_number(origins[0]))) == 0


def test_what_came_in_live_is_no_past_to_test_on() -> None:
    rows = [
        (c, f"2024-{month:02}-{day:02}", 10 * MICROS) for c in range(60) for month in range(1, 10) for day in (3, 17)
    ]
    frame_ = frame(*rows).assign(known_at=pd.Timestamp("2024-09-29", tz="UTC"))
    model = CustomerValueModel(horizon_days=91).fit(frame_, as_of=date(2024, 9, 30))
    assert model.backtest_.state == "not_enough_evidence"
    assert [reason.code for reason in model.backtest_.reasons] == ["value_known_late"]
    assert len(model.predict()) == 60
