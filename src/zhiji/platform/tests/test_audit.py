"""The audit trail shows every way of changing what was written."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from zhiji.platform import audit
from zhiji.platform.models import AuditEntry, AuditHead

pytestmark = pytest.mark.django_db
ROWS = 1000


@pytest.fixture
def trail(request: pytest.FixtureRequest) -> list[int]:
    """Ids of a thousand entries, or of fewer where the test says so."""
    for number in range(getattr(request, "param", ROWS)):
        audit.record("test", "thing", number, amount=number)
    assert audit.first_broken() is None
    return list(AuditEntry.objects.order_by("pk").values_list("pk", flat=True))


def entries() -> list[AuditEntry]:
    return list(AuditEntry.objects.order_by("pk"))


EDITS: dict[str, Callable[[AuditEntry], None]] = {
    "action": lambda entry: setattr(entry, "action", "other"),
    "details": lambda entry: entry.details.update(amount=-1),
    "object_id": lambda entry: setattr(entry, "object_id", "x"),
    "actor_id": lambda entry: setattr(entry, "actor_id", 7),
    "actor_kind": lambda entry: setattr(entry, "actor_kind", "user"),
    "request_id": lambda entry: setattr(entry, "request_id", "x"),
    "at": lambda entry: setattr(entry, "at", entry.at.replace(microsecond=(entry.at.microsecond + 1) % 10**6)),
}


def before(rows: list[AuditEntry], number: int) -> str:
    return rows[number - 1].hash if number else "0" * 64


def test_each_of_a_thousand_edits_shows_at_its_row(trail: list[int]) -> None:
    rows, fields, detected = entries(), list(EDITS), 0
    for number, edited in enumerate(entries()):
        EDITS[fields[number % len(fields)]](edited)
        detected += audit.first_broken([edited, *rows[number + 1 : number + 2]], before(rows, number)) == edited.pk
    assert detected == ROWS


def test_each_of_a_thousand_cuts_shows(trail: list[int]) -> None:
    rows = entries()
    detected = sum(
        audit.first_broken([rows[cut + 1]], before(rows, cut)) == rows[cut + 1].pk for cut in range(ROWS - 1)
    )
    AuditEntry.objects.filter(pk=trail[-1]).delete()
    detected += audit.first_broken() == trail[-1]
    assert detected == ROWS, "a cut end is known by the sealed head"
    AuditEntry.objects.filter(pk=trail[500]).delete()
    assert audit.first_broken() == trail[501]


@pytest.mark.parametrize("trail", [100], indirect=True)
def test_swapped_rows_show(trail: list[int]) -> None:
    rows, chance = entries(), random.Random(7)
    for _ in range(50):
        one, other = sorted(chance.sample(range(100), 2))
        moved = rows.copy()
        moved[one], moved[other] = moved[other], moved[one]
        assert audit.first_broken(moved) == rows[other].pk


@pytest.mark.parametrize("trail", [100], indirect=True)
def test_a_trail_written_anew_shows(trail: list[int]) -> None:
    """Whoever edits a row and works out all later hashes again still lacks the key of the seal."""
    previous = AuditEntry.objects.get(pk=trail[49]).hash
    for entry in AuditEntry.objects.filter(pk__gte=trail[50]).order_by("pk"):
        entry.details["amount"], entry.previous_hash = -1, previous
        entry.hash = previous = audit._hash(entry)
        entry.save()
    AuditHead.objects.update(last_hash=previous)
    assert audit.first_broken() == trail[-1]


@pytest.mark.parametrize("trail", [100], indirect=True)
def test_a_cut_is_not_healed_by_the_next_entry(trail: list[int]) -> None:
    AuditEntry.objects.filter(pk__gt=trail[89]).delete()
    audit.record("test", "thing", "after")
    assert audit.first_broken() is not None
    AuditHead.objects.all().delete()
    audit.record("test", "thing", "after the head was removed")
    assert audit.first_broken() is not None


def test_an_empty_trail_is_whole() -> None:
    assert audit.first_broken() is None


def test_a_rolled_back_write_leaves_no_trace() -> None:
    from django.db import transaction

    audit.record("test", "thing", 1)
    with transaction.atomic():
        audit.record("test", "thing", 2)
        transaction.set_rollback(True)
    audit.record("test", "thing", 3)
    assert [entry.object_id for entry in entries()] == ["1", "3"]
    assert audit.first_broken() is None


def test_details_survive_the_database() -> None:
    assert connection.vendor in ("sqlite", "postgresql")
    audit.record("test", "thing", "名", text="知己", nested={"b": [1, 2.5, None], "a": True})
    assert audit.first_broken() is None


@pytest.mark.parametrize("trail", [20], indirect=True)
def test_a_trail_that_grows_while_it_is_read_is_whole(trail: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    walk = audit._walk

    def walk_slowly(*given: Any) -> Any:
        found = walk(*given)
        audit.record("written_meanwhile", "customer", 1)
        return found

    monkeypatch.setattr(audit, "_walk", walk_slowly)
    assert audit.first_broken() is None


@pytest.mark.parametrize("trail", [20], indirect=True)
def test_a_row_put_behind_the_sealed_head_shows(trail: list[int]) -> None:
    last = AuditEntry.objects.get(pk=trail[-1])
    forged = AuditEntry(at=last.at, actor_kind="user", action="forged", details={}, previous_hash=last.hash)
    forged.hash = audit._hash(forged)
    forged.save(force_insert=True)
    assert audit.first_broken() == forged.pk
