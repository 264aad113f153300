"""Invented people and companies, with the ways in which one person comes to be written twice.

Phone numbers lie where no subscriber is, yet pass for valid: the ranges that Ofcom (+44 20 7946 0, +44 161 496 0), the
North American plan (555-01), the Bundesnetzagentur (+49 30 23125) and Arcep (+33 1 99 00) keep for fiction; China keeps
none, so the mainland numbers have 1349, a satellite prefix that is not sold to the public. Mail addresses are at
example.com (RFC 2606).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zhiji.operations.sample.words import words

_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_GB_AREAS = ("207946", "161496")
_US_AREAS = ("206", "212", "305", "312", "415", "503", "512", "617", "718", "773")
_COMPANY_SHARE, _PHONE_SHARE, _MAIL_SHARE, _OPT_OUT_SHARE = 0.08, 0.9, 0.85, 0.12


@dataclass(frozen=True)
class Person:
    """One person as one system writes them. phone is E.164, or empty; ``phone_written`` is what the file says.
    ``reading``: a Latin spelling (Chinese names), else the name. ``contact_allowed``: marketing."""

    name: str
    reading: str
    company: str
    phone: str
    phone_written: str
    email: str
    city: str
    country: str
    contact_allowed: bool


class People:
    """Draws people one after another; phones and mail addresses are never given twice."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.places = words()["places"]
        weights = np.array([place["weight"] for place in self.places], dtype=float)
        self.place_share = weights / weights.sum()
        shares = np.array([share for _, _, share in words()["chinese"]["surnames"]], dtype=float)
        self.surname_share = shares / shares.sum()
        self.phones: set[str] = set()
        self.mails = 0

    def draw(self) -> Person:
        place = self.places[self.rng.choice(len(self.places), p=self.place_share)]
        country = place["country"]
        name, reading, company = self._chinese() if country == "CN" else self._western(country)
        phone = self._phone(country) if self.rng.random() < _PHONE_SHARE else ""
        email = self._mail(reading) if self.rng.random() < _MAIL_SHARE else ""
        return Person(
            name=name,
            reading=reading,
            company=company if self.rng.random() < _COMPANY_SHARE else "",
            phone=phone,
            phone_written=written(phone, int(self.rng.integers(2))),
            email=email,
            city=self._one(place["cities"]),
            country=country,
            contact_allowed=bool(self.rng.random() >= _OPT_OUT_SHARE),
        )

    def again(self, person: Person) -> tuple[Person, list[str], str]:
        """The same person as another system has them: the record, what differs, and the certain key that is left
        (``phone``, ``email`` or none: then name and city alone speak for it)."""
        name, how = self._spelled_otherwise(person)
        differs = [how]
        keys = [key for key in ("phone", "email") if getattr(person, key)]
        kept = self._one(keys) if keys and self.rng.random() < 0.8 else ""
        second = replace(person, name=name, company=_company_again(person.company))
        if second.company != person.company:
            differs.append("company_form")
        if kept == "phone":
            second = replace(second, phone_written=written(person.phone, 2 + int(self.rng.integers(2))), email="")
            differs += ["phone_format", *(["email_missing"] if person.email else [])]
        elif kept == "email":
            second = replace(second, email=person.email.upper(), phone="", phone_written="")
            differs += ["email_case", *(["phone_missing"] if person.phone else [])]
        else:
            second = replace(second, phone="", phone_written="", email="")
            differs += [f"{key}_missing" for key in keys]
        return second, differs, kept

    def housemate(self, person: Person) -> Person:
        """Somebody else at the same phone: no duplicate."""
        other = self.draw()
        while other.country != person.country or other.name == person.name:
            other = self.draw()
        return replace(other, phone=person.phone, phone_written=person.phone_written, city=person.city, company="")

    def _chinese(self) -> tuple[str, str, str]:
        table = words()["chinese"]
        surname, surname_reading, _ = table["surnames"][self.rng.choice(len(self.surname_share), p=self.surname_share)]
        if self.rng.random() < 0.25:
            given, given_reading = self._one(table["given"])
        else:
            (first, first_reading), (last, last_reading) = (
                self._one(table["given_first"]),
                self._one(table["given_last"]),
            )
            given, given_reading = first + last, first_reading + last_reading.lower()
        head, trade, form = (self._one(table[f"company_{part}"]) for part in ("heads", "trades", "forms"))
        return surname + given, f"{surname_reading} {given_reading}", f"{head}{trade}{form}"

    def _western(self, country: str) -> tuple[str, str, str]:
        table = words()["western"][country]
        first, last, other = self._one(table["first"]), self._one(table["last"]), self._one(table["last"])
        return f"{first} {last}", f"{first} {last}", self._one(table["company"]).format(last=last, other=other)

    def _phone(self, country: str) -> str:
        for _ in range(50):
            number = self._number(country)
            if number not in self.phones:
                self.phones.add(number)
                return number
        return ""  # a range for fiction is small; in a large company the others have none

    def _number(self, country: str) -> str:
        digits = int(self.rng.integers(10**7))
        return {
            "CN": f"+861349{digits:07d}",
            "GB": f"+44{_GB_AREAS[digits // 1000 % 2]}0{digits % 1000:03d}",
            "US": f"+1{_US_AREAS[digits // 100 % 10]}55501{digits % 100:02d}",
            "DE": f"+493023125{digits % 1000:03d}",
            "FR": f"+3319900{digits % 10000:04d}",
        }[country]

    def _mail(self, reading: str) -> str:
        self.mails += 1
        plain = "".join(c for c in unicodedata.normalize("NFKD", reading.translate(_FOLDED)) if c.isascii())
        local = ".".join(plain.replace("'", "").lower().split())
        return f"{local}{self.mails}@example.com"

    def _spelled_otherwise(self, person: Person) -> tuple[str, str]:
        if person.country == "CN":
            table = words()["chinese"]["traditional"]
            traditional = "".join(table.get(character, character) for character in person.name)
            cut = 2 if person.name[:2] in {entry[0] for entry in words()["chinese"]["surnames"]} else 1
            ways = [(person.reading, "reading"), (f"{person.name[:cut]} {person.name[cut:]}", "blank")]
            ways += [(traditional, "traditional")] if traditional != person.name else []
            return self._way(ways)
        first, last = person.name.split(" ", 1)
        plain = unicodedata.normalize("NFKD", person.name.translate(_FOLDED)).encode("ascii", "ignore").decode()
        at = int(self.rng.integers(1, max(2, len(last) - 1)))
        typo = f"{first} {last[:at]}{last[at + 1]}{last[at]}{last[at + 2 :]}"
        ways = [(person.name.upper(), "case"), (f"{last}, {first}", "order"), (plain, "accents"), (typo, "typo")]
        return self._way([way for way in ways if way[0] != person.name])

    def _way(self, ways: list[tuple[str, str]]) -> tuple[str, str]:
        return ways[int(self.rng.integers(len(ways)))]

    def _one(self, choices: Any) -> Any:
        return choices[int(self.rng.integers(len(choices)))]


def written(phone: str, way: int) -> str:
    """A phone as people write it: 0, 1 as the shop's system does, 2 as at home, 3 in groups. All read back alike."""
    if not phone:
        return ""
    if not phone.startswith("+86"):
        code = 2 if phone.startswith("+1") else 3
        n = phone[code:]
        at_home = f"({n[:3]}) {n[3:6]}-{n[6:]}" if code == 2 else f"0{n[:2]} {n[2:]}"
        return (phone, phone, at_home, f"{phone[:code]} {n[:3]} {n[3:6]} {n[6:]}")[way]
    n = phone[3:]
    return (n, n, f"{n[:3]} {n[3:7]} {n[7:]}", f"+86 {n[:3]}-{n[3:7]}-{n[7:]}")[way]


def _company_again(company: str) -> str:
    for form, other in ((" Ltd", " Limited"), (" GmbH", " G.m.b.H."), (" Inc", " Inc."), ("股份有限公司", "股份公司")):
        if company.endswith(form):
            return company[: -len(form)] + other
    return company.replace("有限公司", "（有限公司）") if company.endswith("有限公司") else company
