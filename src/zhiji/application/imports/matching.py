"""Which columns and meanings a file gets: as the person says, else as an earlier file with the same columns, else by
name and content."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import QuerySet

from zhiji.application.imports.errors import ImportSourceUnclear
from zhiji.application.imports.models import Import
from zhiji.data.sources.files import OPTIONS, FileProfile
from zhiji.processing.cleaning import KINDS, REJECT_COLUMNS, Habits, Mapping, Meanings, match_columns

AUTO = "auto"
DEFAULT_SOURCE = "default"


@dataclass(frozen=True)
class Recalled:
    """What was settled for an earlier file with the same columns. columns: field → column, "" where it has none.
    habits: how its columns were read, whether it showed that or a person said so (see ``cleaning.habits``)."""

    import_id: int
    kind: str
    columns: dict[str, str]
    values: Meanings = field(default_factory=dict)
    habits: Habits = field(default_factory=dict)


def shape_of(profile: FileProfile) -> str:
    """A digest of the columns' names in any order; rejects that come back corrected have that of their file.

    Empty where the columns have no names, or two the same: such a file is known by nothing.
    """
    names = [name for name in profile.columns if name not in REJECT_COLUMNS]
    if not profile.header or len(set(names)) < len(names):
        return ""
    return hashlib.sha256(json.dumps(sorted(names)).encode()).hexdigest()


def _alike(profile: FileProfile) -> QuerySet[Import]:
    """Stored imports of files with the same columns; one that was undone teaches nothing."""
    shape = shape_of(profile)
    if not shape:
        return Import.objects.none()
    return Import.objects.filter(shape=shape, state=Import.State.STORED)


def recall(profile: FileProfile, kind: str, source_code: str) -> Recalled | None:
    """What is known from the newest stored import of that source and these columns. kind: ``auto`` takes any.

    How a file was opened is not: that is found anew in each.
    """
    rows = _alike(profile).filter(source_code=source_code)
    row = (rows if kind == AUTO else rows.filter(kind=kind)).order_by("-pk").first()
    if row is None:
        return None
    earlier = Mapping.from_json(row.mapping)
    columns = {name: earlier.shown(name) if name in earlier.fields else "" for name in KINDS[row.kind].fields}
    return Recalled(row.pk, row.kind, columns, earlier.values, row.report.get("habits", {}))


def source_of(profile: FileProfile) -> str:
    """The source that files with these columns came from, for a door where nobody can say it.

    Raises ImportSourceUnclear where they came from several: numbers of one system mean nothing in another.
    """
    known = sorted(set(_alike(profile).values_list("source_code", flat=True)))
    if len(known) > 1:
        raise ImportSourceUnclear(sources=", ".join(known), where={"field": "source"})
    return known[0] if known else DEFAULT_SOURCE


def match(profile: FileProfile, kind: str, said: dict[str, str], recalled: Recalled | None = None) -> Mapping:
    """The columns matched. said: field → column, stronger than what is recalled, which is stronger than the match.

    ``auto`` without anything recalled takes the kind that most columns speak for: fewest required fields missing, then
    most columns given a field.
    """
    if recalled is not None:
        taken = set(said.values())
        kept = {name: "" if column in taken else column for name, column in recalled.columns.items()}
        mapping = match_columns(profile, recalled.kind, {**kept, **said})
        fields = {
            name: found if name in said else replace(found, by="recalled") for name, found in mapping.fields.items()
        }
        return replace(
            mapping, fields=fields, recalled=recalled.import_id, values=recalled.values, habits=recalled.habits
        )
    if kind != AUTO:
        return match_columns(profile, kind, said)
    tried = [match_columns(profile, name) for name in KINDS]
    best = min(tried, key=lambda mapping: (len(mapping.missing), -len(mapping.fields)))
    return match_columns(profile, best.kind, said) if said else best


def merged(*meanings: Meanings) -> Meanings:
    """One after the other, the later the stronger, word by word."""
    after: Meanings = {}
    for each in meanings:
        for name, words in each.items():
            after.setdefault(name, {}).update(words)
    return after


def file_options(options: dict[str, Any] | None) -> dict[str, Any]:
    """Those that say how the file is opened."""
    return {key: value for key, value in (options or {}).items() if key in OPTIONS}
