"""Customer records of several sources whose truth is known, to test which of them are one customer.

``people`` draws the truth (``people_groups``), decides what each source knows of whom, and has it written down as
people do (``people_writing``); how often each thing happens stands in ``people_shares``. Nothing here is learned from
the matcher that it tests. Two promises make a score fair: records of one customer share more than a name, but for
about ``NAME_ONLY`` of the later records; and records of different customers never agree in a name's sound together
with a number of their own, an e-mail or a home.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from random import Random

import people_shares as share
import people_writing as writing
from people_groups import beings_draw
from people_world import Being, Place, perhaps, pick

HEADERS = {
    "external_id": "客户编号",
    "name": "姓名",
    "phone": "手机号",
    "email": "邮箱",
    "company": "公司",
    "city": "城市",
    "address": "地址",
    "birth_date": "生日",
}
# Draws until a record agrees with the earlier ones as it should; nearly all do at once.
TRIES = 60


@dataclass(frozen=True)
class PersonRecord:
    """One line of one source; ``truth`` is the number of the real person or organisation, "" stands for absent."""

    source: str
    external_id: str
    truth: int
    name: str
    phone: str
    email: str
    company: str
    city: str
    address: str
    birth_date: str


@dataclass(frozen=True)
class Known:
    """What one source knows of one being, before it is written down. ``style`` is how the name will be written."""

    phone: str = ""
    is_masked: bool = False
    style: str = ""
    place: Place | None = None
    has_email: bool = False
    has_company: bool = False
    has_city: bool = True
    has_born: bool = False
    is_born_wrong: bool = False

    @property
    def facts(self) -> frozenset[object]:
        """By what a careful reader would know the being again; with a title alone, firm and birthday do not do."""
        is_named = self.style != "title"
        found = {
            self.phone: self.phone not in ("", share.PLACEHOLDER_PHONE),
            self.place: self.place is not None,
            "email": self.has_email,
            "company": self.has_company and is_named,
            "born": self.has_born and not self.is_born_wrong and is_named,
        }
        return frozenset(fact for fact, holds in found.items() if holds)


def people(count: int, seed: int) -> list[PersonRecord]:
    """``count`` real persons and organisations, each in one to three sources; records in an order that says nothing."""
    rng = Random(seed)
    lines: list[tuple[str, int, tuple[str, ...]]] = []
    owners: dict[tuple[str, ...], int] = {}
    for being in beings_draw(count, rng):
        earlier: list[Known] = []
        for source in _sources(rng):
            known = _known(being, source, earlier, rng)
            written = _written(being, known, rng)
            while owners.setdefault(written, being.truth) != being.truth:
                known = _everything(being)
                written = _written(being, known, rng)
            earlier.append(known)
            lines.append((source, being.truth, written))
    rng.shuffle(lines)
    numbers = {source: iter(rng.sample(range(10**6, 10**7), len(lines))) for source in share.SOURCES}
    return [
        PersonRecord(source, f"{source[0].upper()}{next(numbers[source])}", truth, *written)
        for source, truth, written in lines
    ]


def write_csv(records: Iterable[PersonRecord], folder: Path) -> dict[str, Path]:
    """One file of customers for each source, by source; the truth is not in it."""
    rows: dict[str, list[PersonRecord]] = {}
    for record in records:
        rows.setdefault(record.source, []).append(record)
    paths = {source: folder / f"{source}_customers.csv" for source in sorted(rows)}
    for source, path in paths.items():
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADERS.values())
            writer.writerows([getattr(record, field) for field in HEADERS] for record in rows[source])
    return paths


def true_pairs(records: Iterable[PersonRecord]) -> set[frozenset[tuple[str, str]]]:
    """Pairs of (source, external_id) that are one customer."""
    keys: dict[int, list[tuple[str, str]]] = {}
    for record in records:
        keys.setdefault(record.truth, []).append((record.source, record.external_id))
    return {frozenset(pair) for held in keys.values() for pair in combinations(held, 2)}


def _sources(rng: Random) -> list[str]:
    chosen = rng.sample(share.SOURCES, pick(rng, share.SOURCES_HELD))
    return chosen + chosen[:1] if rng.random() < share.ENTERED_TWICE else chosen


def _known(being: Being, source: str, earlier: list[Known], rng: Random) -> Known:
    """What ``source`` knows: it shares a fact with each earlier record, or with none where it is to be lost."""
    is_lost = bool(earlier) and rng.random() < share.NAME_ONLY
    for _ in range(TRIES):
        drawn = _drawn(being, source, rng)
        common = [bool(drawn.facts & other.facts) for other in earlier]
        if drawn.facts and (not any(common) if is_lost else all(common)):
            return drawn
    return _everything(being)


def _drawn(being: Being, source: str, rng: Random) -> Known:
    asked = {field: rng.random() < wanted for field, wanted in share.ASKED[source].items()}
    number = _number(being, source, rng) if asked["phone"] else ""
    is_mobile = number.startswith("1") and number != share.PLACEHOLDER_PHONE
    is_masked = is_mobile and rng.random() < share.MASKED
    is_old = being.old_place is not None and rng.random() < share.OLD_SHOWN
    is_wrong = rng.random() < share.DATE_TYPO
    style = "" if being.firm else perhaps(rng, share.NAME_STYLES)
    if _may_be_titled(being, number) and not is_masked and rng.random() < share.TITLED:
        style = "title"
    return Known(
        phone=number,
        is_masked=is_masked,
        style=style,
        place=(being.old_place if is_old else being.place) if asked["address"] else None,
        has_email=bool(being.email) and asked["email"],
        has_company=being.employer is not None and asked["company"],
        has_city=asked["city"],
        has_born=being.born is not None and asked["born"],
        is_born_wrong=is_wrong,
    )


def _number(being: Being, source: str, rng: Random) -> str:
    """Own, former or shared, as far as there are such; strangers at the till share one that is nobody's."""
    if source == "shop" and not being.firm and rng.random() < share.PLACEHOLDER:
        return share.PLACEHOLDER_PHONE
    if being.shared_phone and (not being.phone or rng.random() < share.SHARED_SHOWN):
        return being.shared_phone
    return being.old_phone if being.old_phone and rng.random() < share.OLD_SHOWN else being.phone


def _may_be_titled(being: Being, number: str) -> bool:
    """A title says so little that the number must be one of the being's own and the same everywhere."""
    is_own = bool(number) and number == being.phone and not being.old_phone
    return is_own and not being.firm and not being.shared_phone and not being.shares_home


def _everything(being: Being) -> Known:
    """A record nobody could mistake, for the rare one that no draw made fit."""
    return Known(
        phone=being.phone or being.shared_phone,
        place=being.place,
        has_email=bool(being.email),
        has_company=being.employer is not None,
        has_born=being.born is not None,
    )


def _written(being: Being, known: Known, rng: Random) -> tuple[str, ...]:
    """Name, phone, e-mail, company, city, address and birth date."""
    in_traditional = known.style == "traditional"
    may_slip = known.style in ("", "blanks")
    born = being.born if known.has_born else None
    if born and known.is_born_wrong:
        born = writing.mistyped(born, rng)
    home = known.place or being.place
    number = known.phone
    if number not in ("", share.PLACEHOLDER_PHONE):
        number = writing.phone(number, known.is_masked, may_slip, rng)
    return (
        writing.firm_name(being.firm, rng) if being.firm else writing.person_name(being, known.style, rng),
        number,
        writing.email(being.email, rng) if known.has_email else "",
        writing.firm_name(being.employer, rng) if known.has_company and being.employer else "",
        writing.city(home.city.name, rng) if known.has_city else "",
        writing.place(known.place, in_traditional, rng) if known.place else "",
        writing.birthday(born, rng) if born else "",
    )
