"""How two records are compared, field by field: from the same to the near to the different.

Each comparison is a ladder of levels; what a level says for or against is learned from the data (``model``). A value
that many share says less than a rare one (term frequency). Unknown on either side says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import splink.comparison_level_library as levels
from splink.comparison_library import CustomComparison
from splink.internals.comparison_level_creator import ComparisonLevelCreator

from zhiji.processing.identity.standard import CUSTOM

# The level of two names that no weight of other evidence makes one.
ANOTHER_NAME = "another_name"
# What can tell one person from all others of the same name and town. Without agreement in any of it nobody is joined.
TELLING = ("phone", "email", "birth_date", "street", "employer")
# Agreement that many neighbours have, too: the same road, the same year.
NOT_TELLING = {"street": ("near",), "birth_date": ("same_part",)}
# Jaro-Winkler from which two spellings are near. Below .88 unrelated names of one language begin to meet.
_NEAR = 0.88


@dataclass(frozen=True)
class Field:
    """One comparison. columns: all that its levels read, the first of which says whether anything is known."""

    name: str
    columns: tuple[str, ...]
    make: Callable[[], CustomComparison]


def _unknown(*columns: str) -> ComparisonLevelCreator:
    sql = " OR ".join(f"{column}_l IS NULL OR {column}_r IS NULL" for column in columns)
    return levels.CustomLevel(sql, "unknown").configure(is_null_level=True)


def _says(sql: str, label: str) -> ComparisonLevelCreator:
    return levels.CustomLevel(sql, label)


def _same(column: str) -> ComparisonLevelCreator:
    return levels.ExactMatchLevel(column, term_frequency_adjustments=True).configure(label_for_charts="same")


def _near(column: str) -> ComparisonLevelCreator:
    return levels.JaroWinklerLevel(column, _NEAR).configure(label_for_charts="near")


def _typing_error(column: str) -> ComparisonLevelCreator:
    return _says(_one_slip(column), "typing_error")


def _one_slip(column: str) -> str:
    """SQL: one sign is another, is missing, is too many, or has changed places with its neighbour.

    That distance takes six times as long as the plain one, so it is asked only of what could be that near: to change
    places are two plain steps.
    """
    one, other = f"{column}_l", f"{column}_r"
    near = f"abs(length({one}) - length({other})) <= 1 AND levenshtein({one}, {other}) <= 2"
    return f"{near} AND damerau_levenshtein({one}, {other}) <= 1"


def _different() -> ComparisonLevelCreator:
    return levels.ElseLevel().configure(label_for_charts="different")


def _made(name: str, *ladder: ComparisonLevelCreator) -> CustomComparison:
    return CustomComparison(output_column_name=name, comparison_levels=[*ladder, _different()])


# Chinese given names that are read otherwise are two people's, however near: brothers, sisters and twins share all the
# rest. Of two that are written in Latin letters one may be mistyped.
_CHINESE = "script_l IS NOT NULL AND script_r IS NOT NULL"
_ANOTHER = (
    f"{_CHINESE} AND (script_l = 'han' OR script_r = 'han' OR damerau_levenshtein(given_sound_l, given_sound_r) > 1)"
)
_LATIN = f"NOT ({_CHINESE} AND (script_l = 'han' OR script_r = 'han'))"
_READ_ALIKE = "letters_l = letters_r OR letters_l = letters_turned_r"


def _given() -> CustomComparison:
    turned = "given_sound_l = family_sound_r AND family_sound_l = given_sound_r"
    return _made(
        "given", _unknown("given"), _same("given"), _says("given_sound_l = given_sound_r", "reads_alike"),
        _says(f"({turned}) OR {_READ_ALIKE}", "turned"),
        _says(_ANOTHER, ANOTHER_NAME),
        _says(f"{_LATIN} AND damerau_levenshtein(given_sound_l, given_sound_r) <= 1", "typing_error"),
        _says(f"{_LATIN} AND jaro_winkler_similarity(given_sound_l, given_sound_r) >= {_NEAR}", "near"),
    )  # fmt: skip


def _family() -> CustomComparison:
    turned = "given_sound_l = family_sound_r AND family_sound_l = given_sound_r"
    return _made(
        "family", _unknown("family"), _same("family"), _says("family_sound_l = family_sound_r", "reads_alike"),
        _says(f"({turned}) OR {_READ_ALIKE}", "turned"),
        _says(f"{_LATIN} AND jaro_winkler_similarity(family_sound_l, family_sound_r) >= {_NEAR}", "near"),
    )  # fmt: skip


def _core() -> CustomComparison:
    within = "least(length(core_l), length(core_r)) >= 2 AND (contains(core_l, core_r) OR contains(core_r, core_l))"
    return _made(
        "core", _unknown("core"), _same("core"), _says("core_sound_l = core_sound_r", "reads_alike"), _near("core"),
        _says(within, "within"), _says("jaccard(core_l, core_r) >= 0.6", "many_words"),
    )  # fmt: skip


def _branch() -> CustomComparison:
    """A house and its branch, and two branches, are customers of their own, though they share a number."""
    same = _says("branch_l IS NOT DISTINCT FROM branch_r", "same")
    another = levels.ElseLevel().configure(label_for_charts=ANOTHER_NAME)
    return CustomComparison(output_column_name="branch", comparison_levels=[same, another])


def _employer() -> CustomComparison:
    return _made(
        "employer", _unknown("employer"), _same("employer"), _near("employer"),
        _says("contains(employer_l, employer_r) OR contains(employer_r, employer_l)", "within"),
    )  # fmt: skip


def _phone() -> CustomComparison:
    return _made(
        "phone", _unknown("phone"), _same("phone"), _says("right(phone_l, 7) = right(phone_r, 7)", "same_ending"),
        _typing_error("phone"),
    )  # fmt: skip


def _email() -> CustomComparison:
    return _made(
        "email", _unknown("email"), _same("email"), _says("email_user_l = email_user_r", "same_user"), _near("email"),
    )  # fmt: skip


def _street() -> CustomComparison:
    numbers = "numbers_l IS NOT DISTINCT FROM numbers_r"
    near = f"(jaro_winkler_similarity(street_l, street_r) >= {_NEAR} OR jaccard(street_l, street_r) >= 0.75)"
    begins = "split_part(numbers_l, ' ', 1) = split_part(numbers_r, ' ', 1)"
    return _made(
        "street", _unknown("street"), _same("street"), _says(f"{numbers} AND {near}", "near_same_numbers"),
        _says(f"{begins} AND {near}", "same_house"), _says(near, "near"),
    )  # fmt: skip


def _birth_date() -> CustomComparison:
    year = "left(birth_date_l, 4) = left(birth_date_r, 4)"
    day = "right(birth_date_l, 5) = right(birth_date_r, 5)"
    return _made(
        "birth_date", _unknown("birth_date"), _same("birth_date"), _typing_error("birth_date"),
        _says(f"({year}) OR ({day})", "same_part"),
    )  # fmt: skip


def _code(column: str) -> Callable[[], CustomComparison]:
    return lambda: _made(column, _unknown(column), _same(column), _typing_error(column))


def _word(column: str) -> Callable[[], CustomComparison]:
    return lambda: _made(column, _unknown(column), _same(column), _typing_error(column), _near(column))


PERSON_FIELDS = (
    Field("given", ("given", "given_sound", "family_sound", "letters", "letters_turned", "script"), _given),
    Field("family", ("family", "family_sound", "given_sound", "letters", "letters_turned", "script"), _family),
    Field("employer", ("employer",), _employer),
)
ORGANISATION_FIELDS = (
    Field("core", ("core", "core_sound"), _core),
    Field("branch", ("branch",), _branch),
)
SHARED_FIELDS = (
    Field("phone", ("phone",), _phone),
    Field("email", ("email", "email_user"), _email),
    Field("birth_date", ("birth_date",), _birth_date),
    Field("street", ("street", "numbers"), _street),
    Field("postcode", ("postcode",), _code("postcode")),
    Field("city", ("city",), _word("city")),
    Field("province", ("province",), _code("province")),
)


def custom(index: int, *, is_prose: bool) -> Field:
    """A custom field: words are compared as words, codes and numbers sign by sign."""
    column = f"{CUSTOM}{index}"
    return Field(column, (column,), _word(column) if is_prose else _code(column))


def usable(fields: Sequence[Field], filled: Mapping[str, int], distinct: Mapping[str, int]) -> list[Field]:
    """Those of which two records at least say something, and not all the same."""
    return [
        field for field in fields
        if field.name == "branch" or (filled.get(field.columns[0], 0) >= 2 and distinct.get(field.columns[0], 0) >= 2)
    ]  # fmt: skip
