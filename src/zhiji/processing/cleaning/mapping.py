"""Which column of a file is which field: by name, by content, or as a person says."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingABC
from dataclasses import asdict, dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any

from zhiji.data.sources.files import FileProfile
from zhiji.processing.cleaning.content import Content, fits, look_at
from zhiji.processing.cleaning.errors import (
    KindUnknown,
    MappingColumnTwice,
    MappingColumnUnknown,
    MappingFieldUnknown,
)
from zhiji.processing.cleaning.formulas import unguarded
from zhiji.processing.cleaning.habits import Habit, Habits
from zhiji.processing.cleaning.kinds import KINDS, Field, Kind, folded

# Columns of a file of rejects that came back corrected: the imports' ``rejected_file`` writes them.
REJECT_COLUMNS = {"error_row": "row", "error_file": "file", "error_column": "column", "error_reason": "reason"}
_FUZZY = 0.86
_ACCEPT = 0.6
_STANDS_IN, _STOOD_IN = {"ordered_at": "paid_at"}, 0.7


@dataclass(frozen=True)
class Match:
    """One field's column. ``by``: ``name``, ``content``, ``given`` by a person, or ``recalled`` from an earlier file.
    ``alternatives``: other columns, best first."""

    column: int
    name: str
    confidence: float
    by: str
    alternatives: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Mapping:
    """Which column is which field.

    fields: field → Match. extras: columns kept as further attributes. missing: required fields without a column.
    corrects: ``row`` and, where there, ``file`` → column, when the file is a corrected file of rejects.
    values: what a person said that words of the file mean (see ``vocabularies.Meanings``).
    recalled: the import of an earlier file with the same columns whose columns and meanings these are.
    habits: how its columns and those of others like it were read, column → Habit as JSON.
    same_as: the import of this very file, or of the one whose rejects it holds; its habits hold, whatever these
    rows show.
    """

    kind: str
    columns: list[str]
    fields: dict[str, Match]
    extras: list[int]
    missing: list[str]
    corrects: dict[str, int] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    recalled: int | None = None
    habits: Habits = field(default_factory=dict)
    same_as: int | None = None

    @property
    def is_settled(self) -> bool:
        """Whether the habits are those of these very rows."""
        return self.same_as is not None or bool(self.corrects)

    @property
    def has_money(self) -> bool:
        """Whether the columns say what an order came to, in one of the ways that there are."""
        has = self.fields
        return "amount" in has or "order_amount" in has or ("quantity" in has and "unit_price" in has)

    def column(self, name: str) -> str | None:
        """``c3``, or None."""
        match = self.fields.get(name)
        return None if match is None else f"c{match.column}"

    def shown(self, name: str) -> str:
        """The name that the person gave the column of a field."""
        match = self.fields.get(name)
        return name if match is None else match.name

    def habit(self, name: str, *readings: str) -> Habit | None:
        """How the column of a field was read in the earlier file; None where that is not known or none of these."""
        found = self.habits.get(self.shown(name))
        return Habit(**{"earlier": self.recalled, **found}) if found and found["reading"] in readings else None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Mapping:
        return cls(**{**value, "fields": {key: Match(**match) for key, match in value["fields"].items()}})


def match_columns(
    profile: FileProfile, kind: str, overrides: MappingABC[str, str | int | None] | None = None
) -> Mapping:
    """Matches the columns of a file to the fields of a kind (``KINDS``).

    overrides: field → name or position (from 0) of its column, or None or "" for: this field has none. Names win over
    content; content serves files without a header and required fields that no name matched.
    Raises KindUnknown, MappingFieldUnknown, MappingColumnUnknown, MappingColumnTwice.
    """
    if kind not in KINDS:
        raise KindUnknown(given=kind, known=list(KINDS))
    wanted = KINDS[kind]
    corrects = _corrections(profile.columns)
    free = [i for i in range(len(profile.columns)) if i not in _reject_positions(profile.columns)]
    given, withheld = _given(profile, wanted, overrides or {})
    content = look_at(profile.sample, len(profile.columns))
    scores = _name_scores(profile, wanted, content, free) if profile.header else {}
    matched = dict(given)
    taken = {match.column for match in given.values()}
    for (name, column), score in sorted(scores.items(), key=lambda item: -item[1]):
        if name in matched or name in withheld or column in taken or score < _ACCEPT:
            continue
        matched[name] = Match(
            column, profile.columns[column], round(score, 3), "name", _others(scores, name, column, profile)
        )
        taken.add(column)
    for name, column, confidence in _by_content(
        wanted, content, [i for i in free if i not in taken], matched, withheld, profile
    ):
        matched[name] = Match(column, profile.columns[column], confidence, "content")
        taken.add(column)
    _let_stand_in(matched, withheld)
    ordered = {name: matched[name] for name in wanted.fields if name in matched}
    return Mapping(
        kind=kind,
        columns=list(profile.columns),
        fields=ordered,
        extras=[i for i in free if i not in taken],
        missing=[spec.name for spec in wanted.fields.values() if spec.required and spec.name not in matched],
        corrects=corrects,
    )


def _let_stand_in(matched: dict[str, Match], withheld: set[str]) -> None:
    """Where a file says nothing of one time but the other, that one stands for it: many shops export when an order was
    paid, and not when it was placed. What a person said stays."""
    for name, other in _STANDS_IN.items():
        if name not in matched and name not in withheld and other in matched and matched[other].by == "name":
            matched[name] = replace(matched.pop(other), confidence=_STOOD_IN)


def as_it_left(profile: FileProfile) -> FileProfile:
    """A file of rejects that came back, with the names and the sample of the file that they were left of (see
    ``formulas``); any other as it is."""
    if not _reject_positions(profile.columns):
        return profile
    sample = [[cell if cell is None else unguarded(cell) for cell in cells] for cells in profile.sample]
    return replace(profile, columns=[unguarded(name) for name in profile.columns], sample=sample)


def _reject_positions(columns: list[str]) -> dict[int, str]:
    names = {name: i for i, name in enumerate(columns) if name in REJECT_COLUMNS}
    if not {"error_row", "error_column", "error_reason"} <= set(names):
        return {}
    return {i: REJECT_COLUMNS[name] for name, i in names.items()}


def _corrections(columns: list[str]) -> dict[str, int]:
    return {what: i for i, what in _reject_positions(columns).items() if what in ("row", "file")}


def _given(
    profile: FileProfile, kind: Kind, overrides: MappingABC[str, str | int | None]
) -> tuple[dict[str, Match], set[str]]:
    given: dict[str, Match] = {}
    withheld: set[str] = set()
    for name, wanted in overrides.items():
        if name not in kind.fields:
            raise MappingFieldUnknown(given=name, known=list(kind.fields))
        if wanted is None or wanted == "":
            withheld.add(name)
            continue
        column = _find_column(profile.columns, wanted)
        for other, match in given.items():
            if match.column == column:
                raise MappingColumnTwice(column=profile.columns[column], field=name, other=other)
        given[name] = Match(column, profile.columns[column], 1.0, "given")
    return given, withheld


def _find_column(columns: list[str], wanted: str | int) -> int:
    if isinstance(wanted, int):
        if 0 <= wanted < len(columns):
            return wanted
        raise MappingColumnUnknown(column=str(wanted), columns=list(columns[:50]))
    if wanted in columns:
        return columns.index(wanted)
    alike = [i for i, name in enumerate(columns) if folded(name) == folded(wanted)]
    if len(alike) == 1:
        return alike[0]
    raise MappingColumnUnknown(column=wanted, columns=list(columns[:50]))


def _name_scores(
    profile: FileProfile, kind: Kind, content: list[Content], free: list[int]
) -> dict[tuple[str, int], float]:
    """(field, column) → how well name and content agree, 0 to 1."""
    scores = {}
    for spec in kind.fields.values():
        for column in free:
            score = _name_score(spec, profile.columns[column])
            if score > 0.5:
                agreed = fits(spec.type, content[column])
                score = score if agreed else score * 0.5
                if score > 0.3:
                    scores[spec.name, column] = score
    return scores


def _name_score(spec: Field, column: str) -> float:
    names = [folded(name) for name in (spec.name, *spec.names)]
    for shown, penalty in ((column, 0.0), (_without_brackets(column), 0.02)):
        mine = folded(shown)
        if mine in names:
            return 1.0 - penalty - 0.001 * names.index(mine)
    mine = folded(_without_brackets(column))
    if len(mine) < 4:
        return 0.0
    # Names of too different a length cannot be alike enough; comparing them is what takes the time.
    alike = [other for other in names if 2 * min(len(mine), len(other)) >= _FUZZY * (len(mine) + len(other))]
    best = max((SequenceMatcher(None, mine, other).ratio() for other in alike), default=0.0)
    return 0.9 * best if best >= _FUZZY else 0.0


def _without_brackets(column: str) -> str:
    """``金额(元)`` → ``金额``."""
    for opening in ("(", "（", "["):
        column = column.split(opening)[0]
    return column


def _others(scores: dict[tuple[str, int], float], name: str, chosen: int, profile: FileProfile) -> list[str]:
    rest = [(score, column) for (other, column), score in scores.items() if other == name and column != chosen]
    return [profile.columns[column] for _, column in sorted(rest, reverse=True)[:3]]


def _by_content(
    kind: Kind,
    content: list[Content],
    free: list[int],
    matched: dict[str, Match],
    withheld: set[str],
    profile: FileProfile,
) -> list[tuple[str, int, float]]:
    """Fields found by what stands in the columns, in the order of how sure that is."""
    open_fields = [spec for spec in kind.fields.values() if spec.name not in matched and spec.name not in withheld]
    money = {"amount", "order_amount", "unit_price"}
    if profile.header:
        has_money = bool(money & set(matched))
        open_fields = [
            spec
            for spec in open_fields
            if (spec.required and spec.type == "instant")
            or spec.type in ("email", "phone")
            or (spec.name == "amount" and not has_money)
        ]
    found: list[tuple[str, int, float]] = []
    left = list(free)
    for wanted, test, confidence in _CONTENT_RULES:
        spec = next((spec for spec in open_fields if spec.type == wanted and spec.name not in _NEVER_BY_CONTENT), None)
        candidates = [column for column in left if test(content[column])]
        if wanted == "id":
            spec = next(
                (s for s in open_fields if s.name in ("customer_external_id", "external_id", "product_code")), None
            )
        if wanted == "amount":
            candidates = candidates[::-1]  # a file without names puts the money last
            spec = next((s for s in open_fields if s.name in ("amount", "price")), None)
        if spec is not None and candidates:
            found.append((spec.name, candidates[0], confidence))
            left.remove(candidates[0])
            open_fields.remove(spec)
    return found


_NEVER_BY_CONTENT = {"paid_at", "line_number"}
_CONTENT_RULES: tuple[tuple[str, Callable[[Content], bool], float], ...] = (
    ("email", lambda seen: seen.emails > 0.9, 0.9),
    ("phone", lambda seen: seen.phones > 0.9 and seen.dates < 0.1, 0.8),
    ("instant", lambda seen: seen.dates > 0.95, 0.9),
    ("amount", lambda seen: seen.numbers > 0.95 and seen.fractions > 0.3, 0.8),
    ("id", lambda seen: seen.ids > 0.95 and seen.fractions == 0, 0.6),
    ("quantity", lambda seen: seen.numbers > 0.95 and seen.fractions == 0 and seen.short > 0.9, 0.6),
    ("amount", lambda seen: seen.numbers > 0.95, 0.5),
)
