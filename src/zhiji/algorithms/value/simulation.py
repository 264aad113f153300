"""Transactions drawn from the processes that the customer-base models assume: a company whose truth is known.

Sources: Fader, Hardie & Lee (2005), "Counting your customers" the easy way (BG/NBD); Schmittlein, Morrison &
Colombo (1987) (Pareto/NBD); Fader, Hardie & Lee (2005), RFM and CLV (Gamma-Gamma).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from zhiji.algorithms.base.errors import ParameterInvalid
from zhiji.algorithms.value.units import unit_days
from zhiji.kernel import MICROS, Columns

Process = Literal["bg_nbd", "pareto_nbd"]
Floats = NDArray[np.float64]
_DAY_US = 86_400_000_000


def simulate_transactions(
    n_customers: int,
    as_of: date,
    history_days: int,
    seed: int,
    *,
    r: float = 0.8,
    alpha: float = 6.0,
    a: float = 0.8,
    b: float = 4.0,
    s: float = 0.6,
    beta: float = 12.0,
    p: float = 6.25,
    q: float = 3.74,
    v: float = 15.44,
    cohort_days: int | None = None,
    future_days: int = 0,
    process: Process = "bg_nbd",
    unit: str = "week",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw a company: every customer's purchases from the first one on, and the truth behind them.

    Customers arrive uniformly over the first ``cohort_days`` of the ``history_days`` that end with (and include)
    the day ``as_of``; default: over all of them. A first purchase is followed by repeat purchases at the rate
    λ ~ Gamma(r, rate alpha) per ``unit``. Under ``bg_nbd`` the customer leaves for good after each *repeat* purchase
    with probability π ~ Beta(a, b); under ``pareto_nbd`` the lifetime is exponential with rate μ ~ Gamma(s, rate
    beta) per ``unit``. Amounts are Gamma(p, rate ν), ν ~ Gamma(q, rate v), in currency units: mean p·v/(q−1).
    Times are continuous; a purchase's ``value_on`` is the UTC day of its instant.

    Returns ``(transactions, truth)``:

    - transactions, one row a purchase, sorted by customer and time: ``customer_id`` int64 from 1, ``event_at``
      datetime64[us, UTC], ``value_on`` datetime64[us] at midnight, ``amount_micros`` int64 ≥ 1. With ``future_days``
      it goes on after ``as_of`` for that many days (one draw of the whole time line).
    - truth, one row a customer: ``customer_id``, ``first_at``, ``purchase_rate`` (λ, per unit), ``dropout_probability``
      (π; NaN under pareto_nbd), ``dropout_rate`` (μ, per unit; NaN under bg_nbd), ``mean_spend`` (p/ν),
      ``alive_at_as_of`` (bool), ``orders_until_as_of``, ``orders_after``,
      ``spend_after`` (currency units, within ``future_days``).

    Raises ParameterInvalid.
    """
    cohort = history_days if cohort_days is None else cohort_days
    shapes = {"r": r, "alpha": alpha, "a": a, "b": b, "s": s, "beta": beta, "p": p, "q": q, "v": v}
    _check(n_customers, history_days, cohort, future_days, shapes)
    rng = np.random.default_rng(seed)
    days_per_unit = unit_days(unit)
    span = float(history_days + future_days)
    birth = rng.uniform(0.0, cohort, n_customers)
    rate = rng.gamma(r, 1.0 / alpha, n_customers) / days_per_unit
    truth: dict[str, Any] = {Columns.CUSTOMER_ID: np.arange(1, n_customers + 1, dtype=np.int64)}
    if process == "bg_nbd":
        leave = rng.beta(a, b, n_customers)
        who, when, gone = _leaving_after_a_purchase(rng, birth, rate, leave, span)
        truth |= {"dropout_probability": leave, "dropout_rate": np.full(n_customers, np.nan)}
    elif process == "pareto_nbd":
        death = rng.gamma(s, 1.0 / beta, n_customers) / days_per_unit
        who, when, gone = _leaving_at_any_time(rng, birth, rate, death, span)
        truth |= {"dropout_probability": np.full(n_customers, np.nan), "dropout_rate": death * days_per_unit}
    else:
        raise ParameterInvalid(name="process", value=process, rule="bg_nbd | pareto_nbd")
    shape = rng.gamma(q, 1.0 / v, n_customers)
    amount = rng.gamma(p, 1.0, len(who)) / shape[who]
    micros = np.maximum(np.rint(amount * MICROS), 1).astype(np.int64)

    start = np.datetime64(as_of - timedelta(days=history_days - 1), "us")
    transactions = _frame(who, when, micros, start)
    later = when >= history_days
    truth |= {
        "first_at": _instants(birth, start),
        "purchase_rate": rate * days_per_unit,
        "mean_spend": p / shape,
        "alive_at_as_of": gone >= history_days,
        "orders_until_as_of": np.bincount(who[~later], minlength=n_customers),
        "orders_after": np.bincount(who[later], minlength=n_customers),
        "spend_after": np.bincount(who[later], weights=micros[later], minlength=n_customers) / MICROS,
    }
    return transactions, pd.DataFrame(truth)


def _leaving_after_a_purchase(
    rng: np.random.Generator, birth: Floats, rate: Floats, leave: Floats, span: float
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Owners and days of all purchases, and the day each customer left (inf: still there)."""
    repeats = rng.poisson(rate * (span - birth))
    # Purchases until leaving: geometric, by inversion, because the library's sampler overflows for tiny probabilities.
    with np.errstate(divide="ignore", over="ignore"):
        until = np.ceil(np.log1p(-rng.random(len(birth))) / np.log1p(-leave))
    until = np.maximum(np.nan_to_num(until, nan=1.0, posinf=np.inf), 1.0)
    who, when = _ordered_times(rng, birth, repeats, np.full(len(birth), span))
    start = np.cumsum(repeats) - repeats
    rank = np.arange(len(who)) - np.repeat(start, repeats) + 1
    kept = rank <= until[who]
    gone = np.full(len(birth), np.inf)
    last = rank == until[who]
    gone[who[last]] = when[last]
    return *_with_first(birth, who[kept], when[kept]), gone


def _leaving_at_any_time(
    rng: np.random.Generator, birth: Floats, rate: Floats, death: Floats, span: float
) -> tuple[NDArray[np.int64], Floats, Floats]:
    with np.errstate(divide="ignore", over="ignore"):
        gone = birth + rng.exponential(1.0, len(birth)) / death
    end = np.minimum(gone, span)
    who, when = _ordered_times(rng, birth, rng.poisson(rate * (end - birth)), end)
    return *_with_first(birth, who, when), np.where(gone < span, gone, np.inf)


def _ordered_times(
    rng: np.random.Generator, birth: Floats, counts: NDArray[np.int64], end: Floats
) -> tuple[NDArray[np.int64], Floats]:
    """Times of a Poisson process given its counts: ordered uniforms between birth and end."""
    who = np.repeat(np.arange(len(birth), dtype=np.int64), counts)
    when = birth[who] + rng.random(len(who)) * (end - birth)[who]
    order = np.lexsort((when, who))
    return who, when[order]


def _with_first(birth: Floats, who: NDArray[np.int64], when: Floats) -> tuple[NDArray[np.int64], Floats]:
    owners = np.concatenate([np.arange(len(birth), dtype=np.int64), who])
    times = np.concatenate([birth, when])
    order = np.lexsort((times, owners))
    return owners[order], times[order]


def _instants(days: Floats, start: np.datetime64) -> pd.DatetimeIndex:
    micros = (days * _DAY_US).astype(np.int64)
    return pd.DatetimeIndex(start + micros.astype("timedelta64[us]")).tz_localize("UTC")


def _frame(who: NDArray[np.int64], when: Floats, micros: NDArray[np.int64], start: np.datetime64) -> pd.DataFrame:
    day = start + (np.floor(when).astype(np.int64) * _DAY_US).astype("timedelta64[us]")
    return pd.DataFrame(
        {
            Columns.CUSTOMER_ID: who + 1,
            "event_at": _instants(when, start),
            Columns.VALUE_ON: day,
            Columns.AMOUNT_MICROS: micros,
        }
    )


def _check(n_customers: int, history_days: int, cohort: int, future_days: int, shapes: dict[str, float]) -> None:
    for name, value in shapes.items():
        if not value > 0:
            raise ParameterInvalid(name=name, value=value, rule="> 0")
    if n_customers < 1:
        raise ParameterInvalid(name="n_customers", value=n_customers, rule=">= 1")
    if not 1 <= cohort <= history_days:
        raise ParameterInvalid(name="cohort_days", value=cohort, rule="1 <= cohort_days <= history_days")
    if future_days < 0:
        raise ParameterInvalid(name="future_days", value=future_days, rule=">= 0")
