"""The ends of a run. The position of a stream moves here and nowhere else: in the one transaction that marks the run as
stored, which begins only once its import says that it is.

The import's own commit decides. Killed before it, the run goes on with that import; killed between it and this, the run
finds its import stored and comes here again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from zhiji.application.imports.queries import Import
from zhiji.application.sources.models import Run, Stream
from zhiji.kernel import Reason, clock
from zhiji.platform import audit, live

_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)


@transaction.atomic
def stored(stream: Stream, run: Run, row: Import) -> None:
    counts = {name: int(value) for name, value in row.report["counts"].items() if isinstance(value, int)}
    kept = {"stored_rows": F("stored_rows") + counts.get("stored", 0), "stored_at": row.stored_at}
    _over(stream, run, Run.State.STORED, counts=counts, kept={**kept, **_rejects(counts)})


@transaction.atomic
def rejected(stream: Stream, run: Run, row: Import) -> None:
    """Every row is in quarantine, where it stays to be seen; the stream goes on behind them."""
    counts = {name: int(value) for name, value in row.dry_run["counts"].items() if isinstance(value, int)}
    _over(stream, run, Run.State.REJECTED, counts=counts, kept=_rejects(counts))


@transaction.atomic
def nothing(stream: Stream, run: Run) -> None:
    """There was nothing that had not been there before."""
    _over(stream, run, Run.State.NOTHING, counts={}, kept={})


def _rejects(counts: dict[str, int]) -> dict[str, Any]:
    return {"rejected_rows": F("rejected_rows") + counts.get("rejected", 0)}


def _over(stream: Stream, run: Run, state: str, *, counts: dict[str, int], kept: dict[str, Any]) -> None:
    """A back-fill moves the position only with its last window, by when it has passed where the stream was."""
    now = clock.now()
    if not run.is_backfill or run.is_last:
        kept["position"] = run.until
    Run.objects.filter(pk=run.pk).update(state=state, counts=counts, finished_at=now)
    if not run.is_last:
        Run.objects.create(stream=stream, since=run.until, is_history=run.is_history, is_backfill=run.is_backfill)
    Stream.objects.filter(pk=stream.pk).update(
        **kept, failures=0, trouble=None, seen_at=now, next_at=_next(stream, now) if run.is_last else now
    )
    audit.record(f"source_run_{state}", "source", stream.pk, run=run.pk, counts=counts)
    tell(stream)


def _next(stream: Stream, now: datetime) -> datetime:
    return now + timedelta(minutes=stream.every_minutes)


@transaction.atomic
def troubled(stream: Stream, reason: Reason, *, after: timedelta | None = None) -> None:
    """A passing fault: the run stays as it is and is taken up again, each time a little later."""
    pause = after or min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(stream.failures, 12))
    Stream.objects.filter(pk=stream.pk).update(
        failures=F("failures") + 1, trouble=reason.to_json(), next_at=clock.now() + pause
    )
    tell(stream)


@transaction.atomic
def waiting(stream: Stream, until: datetime) -> None:
    """The source asked for patience, or its limit is used up: no fault."""
    Stream.objects.filter(pk=stream.pk).update(next_at=until, seen_at=clock.now())


@transaction.atomic
def stopped(stream: Stream, run: Run | None, reason: Reason) -> None:
    """Somebody has to look: nothing is fetched any more until the stream is resumed."""
    if run is not None:
        Run.objects.filter(pk=run.pk).update(state=Run.State.FAILED, reason=reason.to_json(), finished_at=clock.now())
    Stream.objects.filter(pk=stream.pk).update(state=Stream.State.STOPPED, reason=reason.to_json(), trouble=None)
    audit.record("source_stopped", "source", stream.pk, code=reason.code)
    tell(stream)


def tell(stream: Stream) -> None:
    live.publish("source", id=stream.connection_id, stream=stream.pk)
