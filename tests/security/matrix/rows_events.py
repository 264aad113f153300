"""A day of events and a signed door: each belongs to nobody, so only a permission that reaches everything sees it."""

from __future__ import annotations

from datetime import date

from security.matrix.oracle import Row
from security.matrix.world import World, rows
from zhiji.application.events.models import Hook
from zhiji.data.landing.models import Batch, Source
from zhiji.kernel import clock


@rows("event_day")
def _days(_: World) -> list[Row]:
    source = Source.objects.create(code="events")
    made = Batch.objects.create(
        source=source, kind="orders", day=date(2026, 3, 1), is_history=False, state=Batch.State.STORED,
        received_at=clock.now(),
    )  # fmt: skip
    return [Row(made.pk, None, None, has_team=False)]


@rows("hook")
def _hooks(_: World) -> list[Row]:
    return [Row(Hook.objects.create(source="signed", sealed=b"", seal_label="matrix").pk, None, None, has_team=False)]
