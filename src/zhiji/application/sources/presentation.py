"""Sources as the reader sees them: codes become words in the reader's language; no secret, and no address with one."""

from __future__ import annotations

from typing import Any

from zhiji.application.sources import queries
from zhiji.application.sources.models import Connection, Run, Stream
from zhiji.application.sources.services import Preview
from zhiji.application.sources.systems import Offered
from zhiji.kernel import Language, Reason, render

_SHOWN_ROWS = 20


def words(reason: dict[str, Any], language: Language) -> dict[str, Any]:
    text = render(Reason.from_json(reason), language)
    return {"code": reason["code"], "params": reason.get("params", {}), "what": text.what, "why": text.why,
            "remedy": text.remedy}  # fmt: skip


def connection(row: Connection, language: Language) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "name": row.name,
        "source": row.source_code,
        "settings": row.settings,
        "has_secret": row.sealed is not None,
        "streams": [stream(one, language) for one in row.streams.all()],
        "created_at": row.created_at,
    }


def stream(row: Stream, language: Language) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "kind": row.kind,
        "state": row.state,
        "health": queries.health(row),
        "reason": words(row.reason, language) if row.reason else None,
        "trouble": words(row.trouble, language) if row.trouble else None,
        "failures": row.failures,
        "every_minutes": row.every_minutes,
        "next_at": row.next_at,
        "seen_at": row.seen_at,
        "stored_at": row.stored_at,
        "stored_rows": row.stored_rows,
        "rejected_rows": row.rejected_rows,
    }


def stream_whole(row: Stream, language: Language) -> dict[str, Any]:
    return {
        **stream(row, language),
        "source_id": row.connection_id,
        "definition": row.definition,
        "mapping": row.mapping,
        "changed": row.changed,
        "columns": [{"name": name, "family": family} for name, family in row.columns.items()],
        "offered": row.offered,
        "position": (row.position or {}).get("value", ""),
        "notes": [words(note, language) for note in row.notes],
    }


def run(row: Run, language: Language) -> dict[str, Any]:
    counts = {name: int(row.counts.get(name, 0)) for name in ("received", "stored", "redelivered", "rejected")}
    return {
        "id": row.pk,
        "state": row.state,
        "is_backfill": row.is_backfill,
        "pulled": row.pulled_rows,
        **counts,
        "import_id": row.import_id,
        "reason": words(row.reason, language) if row.reason else None,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
    }


def offered(found: list[Offered]) -> list[dict[str, Any]]:
    return [{"name": one.name, "is_view": one.is_view, "definition": one.definition} for one in found]


def systems(language: Language) -> dict[str, Any]:
    return {
        "dialects": queries.dialects(),
        "presets": [
            {
                "code": one.code,
                "name": one.zh if language == "zh" else one.en,
                "settings": one.settings,
                "secrets": one.secrets,
                "endpoints": [
                    {"name": name, "kind": told["kind"], "definition": told["definition"], "mapping": told["mapping"]}
                    for name, told in one.endpoints.items()
                ],
            }
            for one in queries.preset_list()
        ],
    }


def preview(found: Preview) -> dict[str, Any]:
    mapping = found.mapping
    return {
        "kind": found.kind,
        "columns": [{"name": name, "family": found.columns.get(name, "text")} for name in found.profile.columns],
        "rows": found.profile.sample[:_SHOWN_ROWS],
        "mapping": {
            name: {"column": match.name, "confidence": match.confidence, "by": match.by}
            for name, match in mapping.fields.items()
        },
        "missing": mapping.missing,
    }
