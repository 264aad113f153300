"""Versions, a frozen snapshot, shared segments, and the bars of the bridge, which are rows of a path only."""

from __future__ import annotations

from datetime import date

from security.matrix.oracle import Row
from security.matrix.world import World, rows
from zhiji.application.predictions.models import LedgerSnapshot, ModelVersion
from zhiji.application.segments.models import Segment

DAY = date(2024, 1, 1)


@rows("prediction")
def _versions(world: World) -> list[Row]:
    made = [
        ModelVersion.objects.create(task="customer_value", version=n, as_of=DAY, horizon_days=91, state="withheld")
        for n in (1, 2)
    ]
    return [Row(version.pk) for version in made]


@rows("snapshot")
def _snapshots(world: World) -> list[Row]:
    version = ModelVersion.objects.first()
    made = LedgerSnapshot.objects.create(
        version=version, task="customer_value", as_of=DAY, due_on=DAY, entries=0, digest="x", previous_digest="x"
    )
    return [Row(made.pk)]


@rows("segment")
def _segments(world: World) -> list[Row]:
    made = []
    for owner in (world.owners()[0].id, None):
        rule = {"field": "city", "value": ["x"]}
        made.append(Segment.objects.create(name="s", definition=rule, owner_id=owner, is_shared=True))
    return [Row(segment.pk) for segment in made]


@rows("bar")
def _bars(world: World) -> list[Row]:
    return [Row("new")]  # type: ignore[arg-type]
