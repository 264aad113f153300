"""Words of other systems: states, kinds of lines, consent, currencies. One look-up a distinct word, joined in
columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

import duckdb

from zhiji.processing.cleaning.kinds import lexicon

# Offered where a file's own word for a currency is not known.
CURRENCIES = ("CNY", "HKD", "TWD", "USD", "EUR", "GBP", "JPY", "KRW", "SGD", "AUD", "CAD", "CHF")
_SIGNS = {
    "¥": "CNY",
    "￥": "CNY",
    "元": "CNY",
    "人民币": "CNY",
    "rmb": "CNY",
    "$": "USD",
    "us$": "USD",
    "£": "GBP",
    "€": "EUR",
}


def fold_word(word: str) -> str:
    """NFKC, lower case, single blanks, no blanks at the ends."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", word).casefold()).strip()


@cache
def _reverse(section: str) -> dict[str, str]:
    return {fold_word(word): meaning for meaning, words in lexicon()[section].items() for word in words}


def order_state(word: str) -> str | None:
    """Ours for a platform's state; None when nobody told us what it means."""
    return _reverse("states").get(fold_word(word).replace(", ", ",").replace("_", " ").strip()) or _reverse(
        "states"
    ).get(fold_word(word))


def line_kind(word: str) -> str | None:
    """The kind of a line as the file names it."""
    return _reverse("line_kinds").get(fold_word(word))


def customer_kind(word: str) -> str | None:
    """``person`` or ``organisation``: by the words, or how they begin (``企业客户``)."""
    plain = fold_word(word)
    for kind, beginnings in lexicon()["customer_kinds"].items():
        if plain.startswith(tuple(beginnings)):
            return str(kind)
    return None


def region(country: str) -> str | None:
    """ISO 3166 of a country's name, for reading phone numbers."""
    return _reverse("countries").get(fold_word(country))


def currency(word: str) -> str | None:
    """ISO 4217, upper case."""
    plain = fold_word(word)
    return _SIGNS.get(plain) or (plain.upper() if re.fullmatch(r"[a-z]{3}", plain) else None)


def is_dated(word: str) -> bool:
    """Whether a cell holds a day rather than a word."""
    return re.match(r"\d{4}[-/.年]\d|\d{1,2}[-/.]\d{1,2}[-/.]\d{2}", fold_word(word)) is not None


def contact_allowed(word: str, refuses: bool) -> bool | None:
    """What a cell of a consent column says; None for a word that nobody knows. The day of a refusal is a refusal."""
    plain = fold_word(word)
    words = lexicon()["consent"]["words"]
    if plain in words["refused"]:
        return False
    if plain in words["yes"]:
        return not refuses
    if plain in words["no"]:
        return refuses
    return False if refuses and is_dated(word) else None


def map_words(
    connection: duckdb.DuckDBPyConnection,
    *,
    table: str,
    column: str,
    meaning: Callable[[str], str | bool | None],
    kind: str = "VARCHAR",
    otherwise: bool | None = None,
) -> dict[str, int]:
    """Makes ``table(raw, value)`` of the distinct cells of ``received.column``. Returns unknown words with their
    counts; their value is ``otherwise``."""
    rows = connection.execute(
        f"SELECT {column}, count(*) FROM received WHERE broken IS NULL AND {column} IS NOT NULL GROUP BY 1"
    ).fetchall()
    connection.execute(f"CREATE TEMP TABLE {table} (raw VARCHAR, value {kind})")
    unknown: dict[str, int] = {}
    known = []
    for raw, count in rows:
        if not fold_word(raw):
            continue
        value = meaning(raw)
        if value is None:
            unknown[raw] = count
            value = otherwise
        if value is not None:
            known.append((raw, value))
    load_pairs(connection, table, known, kind)
    return unknown


def load_pairs(
    connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[str, str | bool]], kind: str
) -> None:
    """Inserts many (raw, value) rows by column."""
    if not rows:
        return
    raws, values = zip(*rows, strict=True)
    connection.execute(
        f"INSERT INTO {table} SELECT unnest(?::VARCHAR[]), unnest(?::{kind}[])", [list(raws), list(values)]
    )
