"""An import as the reader sees it: codes become words in the reader's language."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest

from zhiji.application.imports import queries
from zhiji.application.imports.models import Import
from zhiji.application.imports.queries import words
from zhiji.kernel import Language, Reason, render
from zhiji.platform.problems import language_of
from zhiji.processing.cleaning import KINDS, answered, guarded, vocabulary


def row(item: Import, language: Language) -> dict[str, Any]:
    counts = item.report.get("counts") or item.dry_run.get("counts") or {}
    return {
        "id": item.pk,
        "name": item.name,
        "kind": item.kind,
        "source": item.source_code,
        "state": item.state,
        "is_history": item.is_history,
        "created_at": item.created_at,
        "created_by": item.created_by.name or item.created_by.email if item.created_by else None,
        "stored_at": item.stored_at,
        "job_id": item.job_id,
        "counts": {key: value for key, value in counts.items() if isinstance(value, int)},
        "reason": words(item.reason, language) if item.reason else None,
        "is_readable": item.is_readable,
    }


def page(request: HttpRequest, items: Sequence[Import]) -> list[dict[str, Any]]:
    language = language_of(request)
    return [row(item, language) for item in items]


def detail(request: HttpRequest, item: Import) -> dict[str, Any]:
    language = language_of(request)
    account = item.report or item.dry_run
    profile = item.profile
    mapping = {**item.mapping, "notes": [words(note, language) for note in item.mapping.get("notes", [])]}
    return {
        **row(item, language),
        "currency": item.currency,
        "profile": {**profile, "notes": [], "sample": profile.get("sample", [])[:20]},
        "mapping": mapping,
        "values": answered(item.dry_run.get("values", []), item.mapping.get("values", {})),
        "options": item.options,
        "changed": item.changed,
        "findings": [words(finding, language) for finding in account.get("findings", [])],
        "notes": [words(note, language) for note in profile.get("notes", [])],
        "months": account.get("months", []),
        "repeats": account.get("repeats", {}),
        "adds_up": account.get("adds_up"),
        "first_on": account.get("first_on"),
        "last_on": account.get("last_on"),
    }


def kinds() -> list[dict[str, Any]]:
    return [
        {
            "name": kind.name,
            "fields": [
                {
                    "name": f.name,
                    "type": f.type,
                    "required": f.required,
                    "meanings": list(vocabulary(kind.name, f.name)),
                }
                for f in kind.fields.values()
            ],
        }
        for kind in KINDS.values()
    ]


READ_AT_ONCE = 5_000


def rejected(request: HttpRequest, item: Import, after: int, limit: int) -> dict[str, Any]:
    found = queries.rejected_rows(item, language_of(request), after=after, limit=limit + 1)
    return {"items": found[:limit], "next": found[limit - 1]["id"] if len(found) > limit else None}


def rejected_file(request: HttpRequest, item: Import) -> Iterator[str]:
    """CSV (with byte order mark, for spreadsheets) of the rejected rows: original columns, then where and why, and a
    number by which their file is known when they come back."""
    language = language_of(request)
    columns = [str(name) for name in item.profile.get("columns", [])]
    yield "\ufeff" + _line([*columns, "error_row", "error_column", "error_reason", "error_file"])
    after = 0
    while block := queries.rejected(item, after, READ_AT_ONCE):
        for line in block:
            where = {"row": line["row"], "column": line["column"]}
            text = render(Reason(line["code"], {"value": line["value"], **line["params"]}, where), language)
            original = [line["original"].get(name) for name in columns]
            yield _line([*original, line["row"], line["column"], str(text), item.file_id])
        after = block[-1]["id"]


def _line(values: list[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(["" if value is None else guarded(str(value)) for value in values])
    return out.getvalue()
