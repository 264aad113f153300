"""Streams: made, changed, paused, resumed, run now, filled back; and which are due."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from zhiji.application.sources import settling
from zhiji.application.sources.errors import (
    SourceSettingsUnfit,
    StreamBusy,
    StreamFieldsMissing,
    StreamNameTaken,
    StreamNeedsOrderNumbers,
    StreamNotRunning,
)
from zhiji.application.sources.kinds import SYSTEMS
from zhiji.application.sources.models import Connection, Run, Stream
from zhiji.application.sources.shapes import MOST_MINUTES, checked_definition
from zhiji.kernel import clock
from zhiji.platform import audit, jobs
from zhiji.platform.models import Job, User
from zhiji.processing.cleaning import KINDS

JOB = "source_pull"
_SETTABLE = ("name", "mapping", "changed", "every_minutes", "definition")


def streams_due() -> int:
    """Queue what is due; how many. Quick, and safe to call twice: a stream has one unfinished job at most."""
    due = Stream.objects.filter(state=Stream.State.RUNNING, next_at__lte=clock.now()).order_by("next_at")[:200]
    busy = set(Job.objects.filter(kind=JOB, state__in=["queued", "running", "waiting"]).values_list(
        "unique_key", flat=True))  # fmt: skip
    fresh = [stream for stream in due if _key(stream) not in busy]
    for stream in fresh:
        _queue(stream, None)
    return len(fresh)


def _key(stream: Stream) -> str:
    return f"{JOB}:{stream.pk}"


def _queue(stream: Stream, by: User | None) -> Job:
    return jobs.enqueue(JOB, by=by, unique_key=_key(stream), stream_id=stream.pk)


def stream_create(
    connection: Connection,
    *,
    name: str,
    kind: str,
    definition: dict[str, Any],
    mapping: dict[str, str],
    columns: dict[str, str],
    every_minutes: int = 15,
    changed: str = "replace",
) -> Stream:
    """A stream that begins at once. mapping: field → column, said in full by the preview that a person has looked at;
    columns: as the preview found them. Raises StreamNameTaken, StreamFieldsMissing, StreamNeedsOrderNumbers and
    SourceSettingsUnfit."""
    row = Stream(
        connection=connection, name=name, kind=kind, definition=checked_definition(connection.kind, definition),
        mapping=_whole(kind, mapping), changed=changed, every_minutes=every_minutes, columns=columns,
        next_at=clock.now(),
    )  # fmt: skip
    _expect_fit(row)
    try:
        with transaction.atomic():
            row.save()
            audit.record("source_stream_create", "source", row.pk, source=connection.pk, kind=kind)
            settling.tell(row)
    except IntegrityError as error:
        raise StreamNameTaken(name=name, where={"field": "name"}) from error
    return row


def _whole(kind: str, mapping: dict[str, str]) -> dict[str, str]:
    """Every field of the kind, so that nothing is matched by itself later on."""
    if kind not in KINDS:
        raise SourceSettingsUnfit(given=kind[:40], where={"field": "kind"})
    unknown = set(mapping) - set(KINDS[kind].fields)
    if unknown:
        raise SourceSettingsUnfit(given=min(unknown)[:40], where={"field": "mapping"})
    return {name: mapping.get(name, "") for name in KINDS[kind].fields}


def _expect_fit(stream: Stream) -> None:
    fields = KINDS[stream.kind].fields.values()
    missing = [field.name for field in fields if field.required and not stream.mapping[field.name]]
    if missing:
        raise StreamFieldsMissing(fields=missing, where={"field": "mapping"})
    is_partial = stream.definition.get("cursor") or stream.definition.get("incremental")
    if stream.kind == "orders" and is_partial and not stream.mapping["order_number"]:
        raise StreamNeedsOrderNumbers(where={"field": "mapping"})
    if not 1 <= stream.every_minutes <= MOST_MINUTES or stream.changed not in ("replace", "add"):
        raise SourceSettingsUnfit(given=str(stream.every_minutes), where={"field": "every_minutes"})


@transaction.atomic
def stream_update(stream: Stream, *, changes: dict[str, Any], columns: dict[str, str] | None = None) -> Stream:
    """Any of name, mapping, changed, every_minutes, definition. columns: as a new preview found them; with them the new
    columns are taken note of. Raises as ``stream_create``, and StreamBusy while an import of it is under way."""
    row = _held(stream)
    if {"mapping", "definition"} & set(changes) and _importing(row):
        raise StreamBusy(name=row.name)
    before = {name: getattr(row, name) for name in changes if name in _SETTABLE}
    for name in before:
        setattr(row, name, changes[name])
    row.definition = checked_definition(row.connection.kind, row.definition)
    row.mapping = _whole(row.kind, row.mapping)
    if columns is not None:
        row.columns, row.offered = columns, []
    _expect_fit(row)
    if _cursor(row.definition) != _cursor(before.get("definition", row.definition)):
        row.position = None  # another column's values say nothing of this one's
        Run.objects.filter(stream=row, state=Run.State.PULLING).delete()
    if Stream.objects.filter(connection=row.connection, name=row.name).exclude(pk=row.pk).exists():
        raise StreamNameTaken(name=row.name, where={"field": "name"})
    row.save()
    after = {name: getattr(row, name) for name in before}
    audit.record("source_stream_update", "source", row.pk, changed=audit.changes(before, after))
    settling.tell(row)
    return row


def _cursor(definition: dict[str, Any]) -> str:
    return str(definition.get("cursor") or (definition.get("incremental") or {}).get("field") or "")


@transaction.atomic
def stream_pause(stream: Stream) -> Stream:
    """Nothing is fetched any more; an import that is under way waits with it."""
    row = _held(stream)
    if row.state != Stream.State.RUNNING:
        raise StreamNotRunning(name=row.name)
    return _set(row, Stream.State.PAUSED, "source_pause")


@transaction.atomic
def stream_resume(stream: Stream) -> Stream:
    """Go on from where it was stored last, at once. The columns as they are now count as those that were agreed on."""
    row = _held(stream)
    if row.reason and row.reason["code"] == "source_column_retyped":
        row.columns.pop(row.reason["params"]["column"], None)
    row.next_at, row.failures, row.trouble = clock.now(), 0, None
    return _set(row, Stream.State.RUNNING, "source_resume")


def _set(row: Stream, state: str, action: str) -> Stream:
    row.state, row.reason = state, None
    row.save()
    audit.record(action, "source", row.pk)
    settling.tell(row)
    return row


def stream_run_now(stream: Stream, *, by: User | None = None) -> Job:
    """Without waiting for its time. Raises StreamNotRunning."""
    if stream.state != Stream.State.RUNNING:
        raise StreamNotRunning(name=stream.name)
    with transaction.atomic():
        audit.record("source_run", "source", stream.pk)
        return _queue(stream, by)


def stream_backfill(stream: Stream, *, since: str | None, by: User | None = None) -> Job:
    """Read again, from a value of the cursor on or from the start; what is stored already changes nothing.

    Raises StreamNotRunning, StreamBusy, and what the system says of the value.
    """
    if stream.state != Stream.State.RUNNING:
        raise StreamNotRunning(name=stream.name)
    system = SYSTEMS[stream.connection.kind]
    position = system.position(stream.connection, stream.definition, since) if since else None
    with transaction.atomic():
        row = _held(stream)
        if Run.objects.filter(stream=row, state__in=Run.UNDER_WAY).exclude(state=Run.State.PULLING).exists():
            raise StreamBusy(name=row.name)
        Run.objects.filter(stream=row, state=Run.State.PULLING).delete()
        Run.objects.create(stream=row, since=position, is_history=True, is_backfill=True)
        audit.record("source_backfill", "source", row.pk, since=since or "")
        return _queue(row, by)


@transaction.atomic
def stream_remove(stream: Stream) -> None:
    """What it brought stays. Raises StreamBusy while an import of it is under way."""
    row = _held(stream)
    if _importing(row):
        raise StreamBusy(name=row.name)
    audit.record("source_stream_remove", "source", row.pk, source=row.connection_id)
    settling.tell(row)
    row.delete()


def _held(stream: Stream) -> Stream:
    return Stream.objects.select_for_update(of=("self",)).select_related("connection").get(pk=stream.pk)


def _importing(row: Stream) -> bool:
    return Run.objects.filter(stream=row, state=Run.State.IMPORTING).exists()
