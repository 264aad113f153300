"""Made-up customer records read again as a patient person would, without any of the code that wrote them: the way by
which ``journeys/test_people.py`` counts what was promised."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import combinations

from opencc import OpenCC
from pypinyin import lazy_pinyin

import people_shares as share
from people import PersonRecord
from people_words import BRANDS, CITIES

TITLES = ("先生", "女士", "小姐", "总")
HAN = "〇一二三四五六七八九"
_ROADS = "|".join(sorted({road for city in CITIES for _, road in city.roads}, key=len, reverse=True))
_GATE = re.compile(rf"({_ROADS})(\d+|[{HAN}十百零]+)号")
_SPOKEN = re.compile(f"((?P<hundreds>[{HAN}])百)?零?((?P<tens>[{HAN}])?(?P<ten>十))?(?P<ones>[{HAN}])?")
_BRAND = re.compile("|".join(sorted(BRANDS, key=len, reverse=True)))
_TO_SIMPLIFIED = OpenCC("t2s")


@cache
def simplified(text: str) -> str:
    """One width of characters, one script, no blanks."""
    return "".join(str(_TO_SIMPLIFIED.convert(unicodedata.normalize("NFKC", text))).split())


def brand(text: str) -> str:
    found = _BRAND.search(text)
    return found[0] if found else ""


def same_digits(text: str) -> str:
    """Widths and the sign for a number made one; the script left as it is."""
    return text.translate(str.maketrans("０１２３４５６７８９號", "0123456789号"))


def by_truth(records: Iterable[PersonRecord]) -> dict[int, list[PersonRecord]]:
    held: dict[int, list[PersonRecord]] = defaultdict(list)
    for record in records:
        held[record.truth].append(record)
    return held


def pairs_of(records: Iterable[PersonRecord]) -> list[tuple[PersonRecord, PersonRecord]]:
    return [pair for held in by_truth(records).values() for pair in combinations(held, 2)]


def is_firm(record: PersonRecord) -> bool:
    return bool(brand(record.name))


def is_han(name: str) -> bool:
    return not name.isascii()


@cache
def letters(name: str) -> str:
    """What it sounds like, whatever the order of its parts."""
    text = "".join(lazy_pinyin(simplified(name))).lower()
    return "".join(sorted(re.sub("^ceng", "zeng", text)))


@cache
def digits(phone: str) -> str:
    """National digits, asterisks kept."""
    text = re.sub(r"[^\d*]", "", unicodedata.normalize("NFKC", phone))
    return re.sub(r"^(?:00)?86(?=1\d{10}$)", "", text)


def is_mobile(phone: str) -> bool:
    read = digits(phone)
    return len(read) == 11 and read[0] == "1" and read != share.PLACEHOLDER_PHONE


def digits_off(one: str, two: str) -> int:
    """How many digits differ, masked ones not counted; 99 where they cannot be compared."""
    first, second = digits(one), digits(two)
    if not first or len(first) != len(second) or share.PLACEHOLDER_PHONE in (first, second):
        return 99
    return sum(a != b and "*" not in (a, b) for a, b in zip(first, second, strict=True))


def mailbox(email: str) -> str:
    local, _, host = email.lower().partition("@")
    return f"{local.replace('.', '') if host == 'gmail.com' else local}@{host}" if host else ""


def birthday(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))


@cache
def gate(address: str) -> tuple[str, int] | None:
    """Road and number; None where a slip hides them."""
    found = _GATE.search(simplified(address))
    number = _number(found[2]) if found else None
    return (found[1], number) if found and number is not None else None


def _number(text: str) -> int | None:
    if text.isdecimal():
        return int(text)
    if not set(text) & set("十百零"):
        return int("".join(str(HAN.index(each)) for each in text))
    found = _SPOKEN.fullmatch(text)
    if found is None:
        return None
    hundreds, ten, tens, ones = (found[name] or "" for name in ("hundreds", "ten", "tens", "ones"))
    return 100 * HAN.index(hundreds or "〇") + (10 * HAN.index(tens or "一") if ten else 0) + HAN.index(ones or "〇")


def agreed(one: PersonRecord, two: PersonRecord) -> set[str]:
    """By what else than the name a careful reader would take two records for one customer."""
    same_gate = gate(one.address) is not None and gate(one.address) == gate(two.address)
    same_brand = not is_firm(one) and bool(brand(one.company)) and brand(one.company) == brand(two.company)
    found = {
        "phone": digits_off(one.phone, two.phone) <= 1,
        "email": bool(one.email) and mailbox(one.email) == mailbox(two.email),
        "home": same_gate,
        "company": same_brand,
        "birthday": bool(one.birth_date) and birthday(one.birth_date) == birthday(two.birth_date),
    }
    return {name for name, holds in found.items() if holds}
