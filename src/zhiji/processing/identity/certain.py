"""Pairs that need no model: one address or one number, and names that do not speak against it."""

from __future__ import annotations

import duckdb

from zhiji.processing.identity.groups import Pair

# Two names that may be one person's: the same as read, in either order; or one of them says less than the other.
_NAMES_FIT = """(
    l.letters IS NULL OR r.letters IS NULL OR l.letters = r.letters OR l.letters = r.letters_turned
    OR (l.family_sound IS NOT DISTINCT FROM r.family_sound AND (l.given_sound IS NULL OR r.given_sound IS NULL
        OR jaro_winkler_similarity(l.given_sound, r.given_sound) >= 0.88)))"""
_HOUSES_FIT = (
    "l.branch IS NOT DISTINCT FROM r.branch AND (l.core IS NULL OR r.core IS NULL OR l.core_sound = r.core_sound)"
)
_BIRTHS_FIT = "(l.birth_date IS NULL OR r.birth_date IS NULL OR damerau_levenshtein(l.birth_date, r.birth_date) <= 1)"
_NAMED_ALIKE = "(l.letters = r.letters OR l.letters = r.letters_turned OR l.core_sound = r.core_sound)"


def certain_pairs(engine: duckdb.DuckDBPyConnection, table: str) -> list[Pair]:
    """Of one kind of customers: who share an e-mail address and whose names fit, or a phone number and a name.

    A number alone is no key: households and offices share theirs. Nor is a value that more than
    ``blocking.MOST_SHARED`` records share.
    """
    fit = f"l.unique_id < r.unique_id AND {_HOUSES_FIT} AND {_BIRTHS_FIT}"
    rows = engine.execute(
        f"""SELECT l.unique_id, r.unique_id FROM {table} l JOIN {table} r ON l.k_email = r.k_email
                WHERE {fit} AND {_NAMES_FIT}
            UNION SELECT l.unique_id, r.unique_id FROM {table} l JOIN {table} r ON l.k_phone = r.k_phone
                WHERE {fit} AND {_NAMED_ALIKE}
            ORDER BY 1, 2"""
    ).fetchall()
    return [(int(left), int(right)) for left, right in rows]
