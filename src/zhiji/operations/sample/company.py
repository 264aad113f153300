"""The sample company 知己茶器 (Zhiji Tea & Ware): generated, so that its truth is known to the row and the penny."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from zhiji.kernel import Columns, Language, clock
from zhiji.operations.sample import truth as known
from zhiji.operations.sample.ordering import Heads, order_lines, place_orders
from zhiji.operations.sample.registry import Registry, register
from zhiji.operations.sample.seasons import bend
from zhiji.operations.sample.writing import customer_rows, order_rows, write_company

ZONE: Final = ZoneInfo("Asia/Shanghai")
CURRENCY: Final = "CNY"
HISTORY_DAYS: Final = 912
PARAMETERS: Final[dict[str, float]] = {"r": 1.1, "alpha": 11.0, "a": 0.8, "b": 5.0, "p": 5.0, "q": 4.0, "v": 156.0}
"""BG/NBD per week, Gamma-Gamma in CNY: an order every ten weeks while there, and about 260 yuan an order."""
_MICROS_PER_CENT = 10_000
_GUEST_SHARE = 0.04
_FEWEST_CUSTOMERS = 50
_CANCELLED, _CLOSED = 2, 1


@dataclass(frozen=True)
class SampleCompany:
    """What was generated.

    orders, customers: the files' rows as text, columns by our field names, in the files' order, dirty rows included.
    transactions: the clean truth, one row an order of a customer: ``customer_id`` (true person, from 1), ``event_at``
    (UTC), ``value_on`` (company day), ``amount_micros`` (goods less discount, before returns; whole cents),
    ``order_number``.
    people: one row a true person: ``customer_id``, ``external_id``, ``second_external_id`` (empty unless planted
    twice), and what the process drew (``purchase_rate`` per week, ``dropout_probability``, ``mean_spend``,
    ``alive_at_as_of``).
    truth: JSON-safe, what ``truth.json`` holds (see truth.py).
    """

    as_of: date
    orders: pd.DataFrame
    customers: pd.DataFrame
    transactions: pd.DataFrame
    people: pd.DataFrame
    truth: dict[str, Any]

    def write(self, folder: Path, language: Language = "zh") -> dict[str, Path]:
        """``orders.csv``, ``customers.csv`` (UTF-8 with BOM, headers and words of the language) and ``truth.json``."""
        return write_company(self.orders, self.customers, self.truth, folder, language)


def generate_sample(
    as_of: date | None = None,
    seed: int = 7,
    n_customers: int = 3000,
    seasons: bool = True,
    dirt: bool = True,
) -> SampleCompany:
    """Draw the company as it stands at the end of ``as_of`` (company day; default: yesterday).

    Customers arrive over all but the last nine weeks of 912 days and buy by a BG/NBD process with Gamma-Gamma values
    (PARAMETERS). Around that, each with its truth: guests, cancelled orders, returns, discounts, postage, people
    registered twice, registered without an order, opted out, identical lines, and with ``dirt`` rows that must be
    refused. The same arguments give the same company, byte for byte. ``n_customers`` ≥ 50.

    Raises ParameterInvalid for a company too small to draw.
    """
    from zhiji.algorithms.base import ParameterInvalid
    from zhiji.algorithms.value import simulate_transactions

    if n_customers < _FEWEST_CUSTOMERS:
        raise ParameterInvalid(name="n_customers", value=n_customers, rule=f">= {_FEWEST_CUSTOMERS}")
    day = as_of or clock.day_of(clock.now(), ZONE) - timedelta(days=1)
    rng = np.random.default_rng([seed, n_customers])
    drawn, people = simulate_transactions(
        n_customers, day, HISTORY_DAYS, seed, cohort_days=HISTORY_DAYS - 63, unit="week", **_parameters()
    )
    first_day = np.datetime64(day - timedelta(days=HISTORY_DAYS - 1), "D")
    when = _days_since(drawn[Columns.EVENT_AT], first_day)
    if seasons:
        when = bend(when, first_day.item(), HISTORY_DAYS)
    order_day = np.floor(when).astype(np.int64)
    person = drawn[Columns.CUSTOMER_ID].to_numpy() - 1
    cents = np.maximum(np.rint(drawn[Columns.AMOUNT_MICROS].to_numpy() / _MICROS_PER_CENT).astype(np.int64), 1)
    registry = register(n_customers, person, order_day, first_day, np.random.default_rng([seed, 1]))
    extra = _extra_orders(person, order_day, cents, rng)
    heads = place_orders(
        np.concatenate([order_day, extra.day]),
        np.concatenate([person, extra.person]),
        np.concatenate([cents, extra.cents]),
        np.concatenate([np.full(len(person), "completed", dtype=object), extra.state]),
        registry.abroad,
        first_day,
        rng,
    )
    lines, returns = order_lines(heads, np.datetime64(day, "D"), rng)
    orders, planted_orders = order_rows(heads, lines, registry, rng, dirt=dirt)
    customers, planted_customers = customer_rows(registry, rng, dirt=dirt)
    truth = {
        "company": "知己茶器 Zhiji Tea & Ware",
        "as_of": day.isoformat(),
        "seed": seed,
        "zone": ZONE.key,
        "currency": CURRENCY,
        "history_days": HISTORY_DAYS,
        "seasons": seasons,
        "parameters": PARAMETERS,
        **known.money(heads, lines),
        **known.returns(returns),
        **known.people(registry),
        **known.planted(planted_orders, planted_customers),
        "counts": known.counts(heads, lines, orders, customers, registry),
    }
    return SampleCompany(day, orders, customers, _transactions(heads), _people(people, registry), truth)


def _parameters() -> dict[str, Any]:
    """As keywords; the process has settings of other types beside them."""
    return dict(PARAMETERS)


@dataclass(frozen=True)
class _Extra:
    person: np.ndarray
    day: np.ndarray
    cents: np.ndarray
    state: np.ndarray


def _extra_orders(person: np.ndarray, day: np.ndarray, cents: np.ndarray, rng: np.random.Generator) -> _Extra:
    """Orders outside of the process: guests', with values of the same kind; and some customers' that were cancelled, or
    closed before payment, on the day of another order of theirs."""
    guests = round(len(person) * _GUEST_SHARE)
    beside = rng.choice(len(person), _CANCELLED + _CLOSED, replace=False)
    count = guests + len(beside)
    who = np.concatenate([np.full(guests, -1), person[beside]])
    days = np.concatenate([rng.integers(0, HISTORY_DAYS, guests), day[beside]])
    state = np.array(["completed"] * guests + ["cancelled"] * _CANCELLED + ["closed"] * _CLOSED, dtype=object)
    return _Extra(who, days, rng.choice(cents, count), state)


def _days_since(instants: pd.Series, first_day: np.datetime64) -> np.ndarray:
    elapsed = instants.dt.tz_localize(None) - pd.Timestamp(first_day)
    days: np.ndarray = elapsed.to_numpy() / np.timedelta64(1, "D")
    return days


def _transactions(heads: Heads) -> pd.DataFrame:
    own = (heads.person >= 0) & (heads.state == "completed")
    placed = pd.Series(heads.placed_at[own])
    frame = pd.DataFrame(
        {
            Columns.CUSTOMER_ID: heads.person[own] + 1,
            Columns.EVENT_AT: placed.dt.tz_localize(ZONE.key).dt.tz_convert("UTC"),
            Columns.VALUE_ON: placed.dt.normalize(),
            Columns.AMOUNT_MICROS: heads.value_cents[own] * _MICROS_PER_CENT,
            "order_number": heads.number[own],
        }
    )
    return frame.sort_values([Columns.CUSTOMER_ID, Columns.EVENT_AT], kind="stable", ignore_index=True)


def _people(drawn: pd.DataFrame, registry: Registry) -> pd.DataFrame:
    columns = [Columns.CUSTOMER_ID, "purchase_rate", "dropout_probability", "mean_spend", "alive_at_as_of"]
    people = drawn[columns].copy()
    people.insert(1, Columns.EXTERNAL_ID, registry.first_ids)
    people.insert(2, "second_external_id", registry.second_ids)
    return people
