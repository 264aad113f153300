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
from zhiji.application.imports.options import ImportOptions
from zhiji.data.sources.files import FileProfile
from zhiji.processing.cleaning import KINDS, REJECT_COLUMNS, Habits, Mapping, Meanings, match_columns
from zhiji.processing.cleaning.habits import DAY_FIRST, MONTH_FIRST

AUTO = "auto"
DEFAULT_SOURCE = "default"
# Ends of the codes of findings that say that an earlier import settled it.
_TAKEN_OVER = ("_as_before", "_as_its_file", "_kept")
_PLACE = ("sheet", "header", "preamble", "columns")
_OF_DAYS = (DAY_FIRST, MONTH_FIRST)
_NEEDED = 2  # so many columns that fit weigh as much as one that is needed and not there
_TOO_LONG = 19  # digits of a key


@dataclass(frozen=True)
class Recalled:
    """What was settled for an earlier file with the same columns. columns: field → column, "" where it has none.
    habits: how columns were read, whether a file showed that or a person said so (see ``cleaning.habits``).
    is_own: that file is this very one, or the one whose rejects this one holds."""

    import_id: int
    kind: str
    columns: dict[str, str]
    values: Meanings = field(default_factory=dict)
    habits: Habits = field(default_factory=dict)
    is_own: bool = False


def shape_of(profile: FileProfile) -> str:
    """A digest of the columns' names in any order; rejects that come back corrected have that of their file.

    Empty where the columns have no names, or two the same: such a file is known by nothing but its bytes.
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


def recall(profile: FileProfile, kind: str, source_code: str, file_id: int | None) -> Recalled | None:
    """What is known from the stored imports of that source and these columns. kind: ``auto`` takes any.

    The same file once more must change nothing, and what is left of one belong to it: these take all from the import of
    their own file. Any other takes columns and meanings from the newest. How it was opened is found anew in each.
    """
    wanted = {"source_code": source_code} if kind == AUTO else {"source_code": source_code, "kind": kind}
    rows = _alike(profile).filter(**wanted).order_by("-pk")
    same = Import.objects.filter(file_id=file_id, state=Import.State.STORED, **wanted).order_by("-pk")
    own = _read_alike(same, profile) or rows.filter(file_id__in=_named(profile)).first()
    row = own or rows.first()
    if row is None:
        return None
    earlier = Mapping.from_json(row.mapping)
    columns = {name: earlier.shown(name) if name in earlier.fields else "" for name in KINDS[row.kind].fields}
    if own is None:
        habits = _taught(rows.filter(kind=row.kind))
    else:
        # Of rejects it is that import that showed it; of the whole file they are its own as they were then.
        shown = {"taught_by": own.pk} if own.file_id != file_id else {}
        known: Habits = own.report.get("habits", {})
        habits = {column: {**shown, **habit, "earlier": own.pk} for column, habit in known.items()}
    return Recalled(row.pk, row.kind, columns, earlier.values, habits, is_own=own is not None)


def _read_alike(rows: QuerySet[Import], profile: FileProfile) -> Import | None:
    """Of imports of one file the first of the same rows: a workbook may have two sheets with the same columns."""
    place = [getattr(profile, name) for name in _PLACE]
    return next((row for row in rows if [row.profile.get(name) for name in _PLACE] == place), None)


def _named(profile: FileProfile) -> set[int]:
    """The files of which rejects say that they come."""
    if not {"error_file", "error_row"} <= set(profile.columns):
        return set()
    place = profile.columns.index("error_file")
    numbers = {cells[place] or "" for cells in profile.sample}
    return {int(number) for number in numbers if number.isdecimal() and len(number) < _TOO_LONG}


def _taught(rows: QuerySet[Import]) -> Habits:
    """Column → what the newest of these imports knew of it; rows: newest first.

    What one took over from another that is no longer stored is known no more. A file brought again, or what was left of
    one, teaches nothing beside it; one that was matched anew, nothing from before it.
    """
    listed = list(rows.values_list("pk", "report__habits", "mapping__same_as", "is_matched_anew"))
    stored = {pk for pk, *_ in listed}
    found: Habits = {}
    for pk, habits, same_as, is_anew in listed:
        if same_as in stored:
            continue
        for column, habit in (habits or {}).items():
            teacher = habit.get("taught_by", pk)
            is_known = habit["by"] != "assumed" and teacher in stored
            if column not in found or (is_known and found[column]["by"] == "assumed"):
                by = habit["by"] if is_known else "assumed"
                found[column] = {**habit, "by": by, "earlier": pk, "taught_by": teacher, "count": 0}
            if teacher == pk and found[column]["reading"] == habit["reading"]:
                found[column]["count"] += habit.get("count", 0)
        if is_anew:
            break
    return found


def recalled_now(row: Import) -> dict[str, Any]:
    """The mapping of an import with what is known of its columns' habits by now."""
    known = None if row.is_matched_anew else _recalled(row)
    habits, same_as = ({}, None) if known is None else (known.habits, known.import_id if known.is_own else None)
    return {**row.mapping, "habits": habits, "same_as": same_as}


def _recalled(row: Import) -> Recalled | None:
    return recall(FileProfile.from_json(row.profile), row.kind, row.source_code, row.file_id)


def outdated(row: Import) -> str | None:
    """A column that this import, which was tried, would by now read otherwise; None where all is as it was.

    That is so where what it took over is known no more, and where it assumed, or took over, what is known otherwise;
    never where a person has said it of this file.
    """
    known = None if row.is_matched_anew else _recalled(row)
    is_own = known is not None and known.is_own
    columns = {match["name"] for match in row.mapping["fields"].values()}
    says_days = ImportOptions(**row.options).day_first is not None
    for column, used in row.dry_run.get("habits", {}).items():
        is_of_days = used["reading"] in _OF_DAYS
        if is_of_days and says_days:
            continue
        habit = known.habits.get(column) if known else None
        if habit is not None and (habit["reading"] in _OF_DAYS) != is_of_days:
            habit = None  # the column was another field's then
        is_known = habit is not None and (is_own or habit["by"] != "assumed")
        is_shown = used["by"] != "assumed" and "taught_by" not in used
        has_turned = habit is not None and is_known and habit["reading"] != used["reading"]
        is_lost = used["by"] != "assumed" and not is_shown and not is_known
        if column in columns and (is_lost or (has_turned and (is_own or not is_shown))):
            return str(column)
    return None


def read_after(row: Import) -> list[int]:
    """Stored imports in which something hung on what this one showed."""
    alike = Import.objects.filter(shape=row.shape, source_code=row.source_code, kind=row.kind).exclude(shape="")
    others = alike.filter(state=Import.State.STORED).exclude(pk=row.pk).order_by("pk")
    found = []
    for pk, habits, findings in others.values_list("pk", "report__habits", "report__findings"):
        taken = {column for column, habit in (habits or {}).items() if habit.get("taught_by") == row.pk}
        told = (finding for finding in findings or [] if finding["code"].endswith(_TAKEN_OVER))
        if any(finding.get("where", {}).get("column") in taken for finding in told):
            found.append(pk)
    return found


def source_of(profile: FileProfile) -> str:
    """The source that files with these columns came from, for a door where nobody can say it.

    Raises ImportSourceUnclear where they came from several: numbers of one system mean nothing in another.
    """
    known = sorted(set(_alike(profile).values_list("source_code", flat=True)))
    if len(known) > 1:
        raise ImportSourceUnclear(sources=known, where={"field": "source"})
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
            mapping, fields=fields, recalled=recalled.import_id, values=recalled.values, habits=recalled.habits,
            same_as=recalled.import_id if recalled.is_own else None,
        )  # fmt: skip
    if kind != AUTO:
        return match_columns(profile, kind, said)
    tried = [match_columns(profile, name) for name in KINDS]
    # A file with most columns of one kind is of that kind, though it lacks one that is needed: that is said then, where
    # another kind that needs less would take it for something that it is not.
    best = max(tried, key=lambda mapping: len(mapping.fields) - _NEEDED * _lacking(mapping))
    return match_columns(profile, best.kind, said) if said else best


def _lacking(mapping: Mapping) -> int:
    return len(mapping.missing) + (mapping.kind == "orders" and not mapping.has_money)


def merged(*meanings: Meanings) -> Meanings:
    """One after the other, the later the stronger, word by word."""
    after: Meanings = {}
    for each in meanings:
        for name, words in each.items():
            after.setdefault(name, {}).update(words)
    return after
