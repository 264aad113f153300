"""Who is registered at the sample company, under which numbers, and which of these are one person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from zhiji.operations.sample.people import People, Person

IntArray = npt.NDArray[np.int64]
_TWICE_SHARE, _HOUSEMATES_SHARE, _WITHOUT_ORDER_SHARE = 0.02, 0.004, 0.013


@dataclass(frozen=True)
class Record:
    """A row of the customer file."""

    external_id: str
    person: Person
    registered_on: np.datetime64


@dataclass(frozen=True)
class Registry:
    """first_day: of the history; day numbers count from it. people: the true ones, by position.

    first_ids: everyone's number. second_ids: the other number of those registered twice, else "". second_from: the day
    number from which it is used. records: rows of the customer file. duplicates, not_duplicates, without_order: truth,
    JSON-safe.
    """

    first_day: np.datetime64
    people: list[Person]
    first_ids: list[str]
    second_ids: list[str]
    second_from: IntArray
    records: list[Record]
    duplicates: list[dict[str, Any]]
    not_duplicates: list[dict[str, Any]]
    without_order: list[str]

    def abroad(self, person: IntArray) -> npt.NDArray[np.bool_]:
        """Of positions; guests (-1) are at home."""
        away = np.array([one.country != "CN" for one in self.people])
        found: npt.NDArray[np.bool_] = (person >= 0) & away[person]
        return found

    def number(self, person: int, day: int) -> str:
        """The customer number on an order of that day; a guest has none."""
        if person < 0:
            return ""
        return self.second_ids[person] if day >= self.second_from[person] else self.first_ids[person]


def register(
    n: int, person: IntArray, order_day: IntArray, first_day: np.datetime64, rng: np.random.Generator
) -> Registry:
    """person, order_day: of every order. People register up to two weeks before their first order; 2 % of them, with
    two orders or more, register again on the day of a later order and use the second number from then on."""
    draws = People(rng)
    mates = _pairs(n, max(2, round(n * _HOUSEMATES_SHARE)), rng)
    people = [draws.draw() for _ in range(n)]
    not_duplicates = []
    for one, other in mates:
        if people[one].phone:
            people[other] = draws.housemate(people[one])
            ids = [_first_id(one), _first_id(other)]
            not_duplicates.append({"external_ids": ids, "because": "one phone, two people of one household"})
    first = np.full(n, np.iinfo(np.int64).max)
    np.minimum.at(first, person, order_day)
    since = np.maximum(first - rng.integers(0, 15, n), 0)
    records = [Record(_first_id(i), people[i], first_day + int(since[i])) for i in range(n)]

    second_from = np.full(n, np.iinfo(np.int64).max)
    second_ids, duplicates = [""] * n, []
    spoken_for = {i for pair in mates for i in pair}
    for i, day in _joining_again(n, person, order_day, first, spoken_for, rng):
        second, differs, key = draws.again(people[i])
        second_ids[i], second_from[i] = f"W{i + 1:06d}", day
        records.append(Record(second_ids[i], second, first_day + day))
        ids = [_first_id(i), second_ids[i]]
        duplicates.append({"external_ids": ids, "differs": differs, "certain_key": key or None})
    without = [f"N{j + 1:06d}" for j in range(round(n * _WITHOUT_ORDER_SHARE))]
    last = int(order_day.max())
    records += [Record(e, draws.draw(), first_day + int(rng.integers(0, last + 1))) for e in without]
    records.sort(key=lambda record: (record.registered_on, record.external_id))
    first_ids = [_first_id(i) for i in range(n)]
    return Registry(first_day, people, first_ids, second_ids, second_from, records, duplicates, not_duplicates, without)


def _first_id(position: int) -> str:
    return f"C{position + 1:06d}"


def _pairs(n: int, count: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    drawn = rng.choice(n, size=2 * count, replace=False).tolist()
    return list(zip(drawn[::2], drawn[1::2], strict=True))


def _joining_again(
    n: int, person: IntArray, order_day: IntArray, first: IntArray, barred: set[int], rng: np.random.Generator
) -> list[tuple[int, int]]:
    """Position and day: one of the person's later order days."""
    later = order_day > first[person]
    days: dict[int, list[int]] = {}
    for i, day in zip(person[later].tolist(), order_day[later].tolist(), strict=True):
        days.setdefault(i, []).append(day)
    able = [i for i in sorted(days) if i not in barred]
    chosen = rng.choice(able, size=min(len(able), round(n * _TWICE_SHARE)), replace=False).tolist()
    return [(i, days[i][int(rng.integers(len(days[i])))]) for i in sorted(chosen)]
