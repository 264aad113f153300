"""The truth behind made-up customer records: persons, households and firms, and how to reach them.

A careful reader must be able to tell everyone apart, so these hold: nobody's own number, e-mail or room is that of a
stranger; who shares a home, a household number or a switchboard never shares the sound of a name; and no two firms
have the same full name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import TypeVar

from pypinyin import lazy_pinyin

import people_shares as share
import people_words as words
from people_words import City

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    city: City
    district: str
    road: str
    number: int
    building: int
    room: int

    @property
    def gate(self) -> tuple[str, str, int]:
        """What is left of a place when district, building and room are not told."""
        return self.city.name, self.road, self.number


@dataclass(frozen=True)
class Firm:
    """``branch`` is the city of a branch, which is an organisation of its own; empty at the head office."""

    city: str
    brand: str
    trade: str
    suffix: str
    is_bracketed: bool
    branch: str = ""


@dataclass
class Being:
    """One real person or organisation. Numbers are bare digits; what does not exist is empty or None."""

    place: Place
    surname: str = ""
    given: str = ""
    is_male: bool = True
    firm: Firm | None = None
    employer: Firm | None = None
    phone: str = ""
    old_phone: str = ""
    shared_phone: str = ""
    shares_home: bool = False
    email: str = ""
    old_place: Place | None = None
    born: date | None = None
    truth: int = -1

    @property
    def is_adult(self) -> bool:
        return self.born is not None and self.born.year < 2005


@cache
def sound(surname: str, given: str) -> tuple[str, str]:
    """Pinyin without tones, surname and given name each as one word."""
    return words.SURNAME_READINGS.get(surname) or "".join(lazy_pinyin(surname)), "".join(lazy_pinyin(given))


def heard(being: Being) -> str:
    """The letters of the name, sorted: 李伟 and 魏丽 are one where pinyin may be written in either order."""
    return "".join(sorted("".join(sound(being.surname, being.given))))


def pick(rng: Random, weights: Mapping[T, float]) -> T:
    return rng.choices(list(weights), list(weights.values()))[0]


def perhaps(rng: Random, shares: Mapping[str, float]) -> str:
    """One of these, each as often as its share says, or "" for the rest."""
    return pick(rng, {**shares, "": 1 - sum(shares.values())})


def among(rng: Random, ranked: Sequence[str]) -> str:
    """The earlier in the row, the more often."""
    return rng.choices(ranked, [1 / (rank + 4) for rank in range(len(ranked))])[0]


class World:
    """Draws beings and remembers what is taken."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.taken: set[object] = {share.PLACEHOLDER_PHONE}
        self.beings: list[Being] = []
        self.residents: dict[tuple[str, str, int], list[Being]] = {}
        self.staff: dict[str, list[str]] = {}

    def add(self, being: Being) -> None:
        """Two whose names sound alike are never born on one day."""
        while being.born and (heard(being), being.born) in self.taken:
            being.born += timedelta(days=1)
        self.taken.add((heard(being), being.born))
        self.beings.append(being)
        self.residents.setdefault(being.place.gate, []).append(being)

    def untaken(self, draw: Callable[[], T]) -> T:
        while (drawn := draw()) in self.taken:
            pass
        self.taken.add(drawn)
        return drawn

    def mobile(self) -> str:
        return self.untaken(lambda: self.rng.choice(words.MOBILE_HEADS) + f"{self.rng.randrange(10**8):08}")

    def landline(self, city: City) -> str:
        rest = 7 if len(city.area_code) == 3 else 6
        return self.untaken(lambda: city.area_code + str(self.rng.randrange(2, 9)) + self.digits(rest))

    def hotline(self) -> str:
        return self.untaken(lambda: "400" + self.digits(7))

    def digits(self, count: int) -> str:
        return f"{self.rng.randrange(10**count):0{count}}"

    def city(self) -> City:
        return self.rng.choices(words.CITIES, [each.weight for each in words.CITIES])[0]

    def place(self, city: City) -> Place:
        """A room in a building where nobody lives yet."""

        def gate() -> tuple[str, str, int]:
            return city.name, self.rng.choice(city.roads)[1], self.rng.randrange(1, 1500)

        _, road, number = self.untaken(gate)
        district = next(each for each, name in city.roads if name == road)
        return self.room(Place(city, district, road, number, 0, 0))

    def room(self, near: Place) -> Place:
        """Another room at the same number of the road."""

        def door() -> Place:
            room = self.rng.randrange(1, 25) * 100 + self.rng.randrange(1, 9)
            return replace(near, building=self.rng.randrange(1, 30), room=room)

        return self.untaken(door)

    def given(self, is_male: bool) -> str:
        ones, twos = (words.MALE_ONE, words.MALE_TWO) if is_male else (words.FEMALE_ONE, words.FEMALE_TWO)
        kind = self.rng.random()
        if kind < 0.35:
            return among(self.rng, ones)
        return among(self.rng, twos) if kind < 0.7 else among(self.rng, words.GENERATION) + among(self.rng, ones)

    def email(self, being: Being) -> str:
        surname, given = sound(being.surname, being.given)
        local = self.rng.choice((surname + given, given + surname, surname + given[:1], given))

        def address() -> str:
            host = pick(self.rng, words.MAIL_HOSTS)
            digits = self.digits(self.rng.choice((2, 3, 4)))
            return f"{self.rng.randrange(10**8, 10**10)}@{host}" if host == "qq.com" else f"{local}{digits}@{host}"

        return self.untaken(address)

    def birthday(self, first_year: int = 1950, last_year: int = 2004) -> date:
        start = date(first_year, 1, 1)
        return start + timedelta(days=self.rng.randrange((date(last_year, 12, 31) - start).days))

    def person(self, place: Place, surname: str = "", is_male: bool | None = None) -> Being:
        """An adult; what they share with others is for the caller to add."""
        male = self.rng.random() < 0.5 if is_male is None else is_male
        family = surname or pick(self.rng, words.SURNAMES)
        being = Being(place, family, self.given(male), male, phone=self.mobile(), born=self.birthday())
        if self.rng.random() < share.WITH_EMAIL:
            being.email = self.email(being)
        if self.rng.random() < share.NEW_PHONE:
            being.old_phone = self.mobile()
        return being
