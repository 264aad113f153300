"""An entry of the ledger finds its customer again after an undo; who is not found is left out, and said to be."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pandas as pd
import pytest

from zhiji.application.predictions import ledger, pseudonyms, settling
from zhiji.application.predictions.models import (
    LedgerEntry,
    LedgerOutcome,
    LedgerPseudonym,
    LedgerSettlement,
    LedgerSnapshot,
    ModelVersion,
)
from zhiji.data.landing.models import Batch, Source
from zhiji.data.store.models import Customer, Identity
from zhiji.kernel import MICROS
from zhiji.platform import audit
from zhiji.platform.workspace import workspace

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
DAY = date(2024, 1, 1)
NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def batch() -> Batch:
    return Batch.objects.create(source=Source.objects.create(code="shop"), kind="orders", received_at=NOON)


def brought(batch: Batch, *names: str) -> dict[str, int]:
    """Customers as an import makes them, each known to the shop by its name."""
    found = {}
    for name in names:
        customer = Customer.objects.create(known_at=NOON)
        Identity.objects.create(source=batch.source, external_id=name, customer=customer, first_batch_id=batch.pk)
        found[name] = customer.pk
    return found


def undone() -> None:
    """As an undo leaves it: no identity, no customer."""
    Identity.objects.all().delete()
    Customer.objects.all().delete()


def version() -> ModelVersion:
    return ModelVersion.objects.create(task="customer_value", version=1, as_of=DAY, horizon_days=91, state="published")


def frozen(ids: dict[str, int], *, known_to: date = DAY) -> LedgerSnapshot:
    """Each customer is said to spend ten."""
    count = len(ids)
    frame = pd.DataFrame(
        {
            "customer_id": list(ids.values()), "value_rank": range(1, count + 1),
            "value_score": 10.0, "rule_score": 8.0,
            **{name: pd.array([amount * MICROS] * count, dtype="Int64") for name, amount in
               (("expected_value_micros", 10), ("value_low_micros", 0), ("value_high_micros", 20))},
        }
    )  # fmt: skip
    made = ledger.freeze(version(), frame, known_to=known_to)
    assert made is not None
    return made


def came(ids: dict[str, int], **amounts: int) -> pd.DataFrame:
    """One order a customer, in the window."""
    on = pd.Timestamp(DAY + timedelta(days=9))
    rows = [(ids[name], on, amount * MICROS) for name, amount in amounts.items()]
    return pd.DataFrame(rows, columns=["customer_id", "value_on", "amount_micros"])


def settled(days: pd.DataFrame) -> dict[str, Any]:
    assert settling.settle(days, DAY + timedelta(days=91)) == 1
    assert ledger.broken() is None
    return dict(LedgerSettlement.objects.get().summary)


def test_who_was_undone_and_brought_in_again_is_found_under_the_new_number(batch: Batch) -> None:
    before = brought(batch, "A", "B", "C")
    frozen(before)
    undone()
    again = brought(batch, "C", "A", "B", "D")
    assert not set(again.values()) & set(before.values())
    summary = settled(came(again, A=5, B=7, D=100))
    assert (summary["customers"], summary["unknown"], summary["actual_micros"]) == (3, 0, 12 * MICROS)
    found = {
        outcome.entry.customer_ref: (outcome.customer_ref, outcome.actual_value_micros, outcome.actual_orders)
        for outcome in LedgerOutcome.objects.select_related("entry")
    }
    assert found == {
        before["A"]: (again["A"], 5 * MICROS, 1),
        before["B"]: (again["B"], 7 * MICROS, 1),
        before["C"]: (again["C"], 0, 0),
    }


def test_of_whom_nothing_is_known_is_in_no_sum(batch: Batch) -> None:
    before = brought(batch, "A", "B", "C")
    frozen(before)
    Identity.objects.filter(external_id="B").delete()
    Customer.objects.filter(pk=before["B"]).delete()
    summary = settled(came(before, A=5))
    assert (summary["customers"], summary["unknown"]) == (2, 1)
    assert (summary["said_micros"], summary["rule_micros"], summary["actual_micros"]) == (
        20 * MICROS, 16 * MICROS, 5 * MICROS,
    )  # fmt: skip
    assert sum(tenth["customers"] for tenth in summary["tenths"]) == 2
    assert not LedgerOutcome.objects.filter(entry__customer_ref=before["B"]).exists()


def test_while_nobody_is_there_it_waits(batch: Batch) -> None:
    frozen(brought(batch, "A", "B"))
    undone()
    nothing = came({})
    assert settling.settle(nothing, DAY + timedelta(days=91)) == 0
    assert not LedgerSettlement.objects.exists()
    again = brought(batch, "A", "B")
    assert settled(came(again, B=3))["actual_micros"] == 3 * MICROS


def test_nobody_stands_for_two_entries_and_who_was_parted_stands_for_one(batch: Batch) -> None:
    before = brought(batch, "A", "B", "C")
    second = Identity.objects.create(source=batch.source, external_id="A2", customer_id=before["A"], first_batch_id=1)
    frozen(before)
    # B was joined with C; A went, and came again as two.
    Identity.objects.filter(external_id="B").update(customer_id=before["C"])
    Identity.objects.filter(external_id="A").delete()
    second.delete()
    Customer.objects.filter(pk__in=[before["A"], before["B"]]).delete()
    again = brought(batch, "A", "A2")
    summary = settled(came({**again, "C": before["C"]}, A=1, A2=2, C=4))
    assert (summary["customers"], summary["unknown"], summary["actual_micros"]) == (2, 1, 7 * MICROS)


def test_erasure_leaves_the_figures_and_nobody_to_be_found(batch: Batch) -> None:
    before = brought(batch, "A", "B")
    frozen(before)
    kept = list(LedgerEntry.objects.values())
    first = pseudonyms.assigned()[before["B"]]
    pseudonyms.forget([before["B"]])
    undone()
    assert list(LedgerEntry.objects.values()) == kept
    again = brought(batch, "A", "B")
    summary = settled(came(again, A=5, B=7))
    assert (summary["customers"], summary["unknown"], summary["actual_micros"]) == (1, 1, 5 * MICROS)
    # Somebody under the same id is somebody else to the ledger.
    assert pseudonyms.assigned()[again["B"]] != first


def test_no_id_of_a_source_is_kept(batch: Batch) -> None:
    frozen(brought(batch, "alice@example.com"))
    texts = [*LedgerEntry.objects.values_list("pseudonyms", flat=True)]
    texts += [text for row in LedgerPseudonym.objects.values_list("identity_hash", "salt") for text in row]
    plain = {hashlib.sha256(text).hexdigest()[:32] for text in (b"alice@example.com", b"shop\0alice@example.com")}
    assert all(len(text) == 32 and "alice" not in text and text not in plain for text in texts)


def test_without_the_key_nothing_that_is_kept_can_be_computed(batch: Batch) -> None:
    """By HMAC from its definition (RFC 2104): with the key of the workspace it is what is kept, with none it is not."""
    frozen(brought(batch, "A"))
    (row,), (borne,) = LedgerPseudonym.objects.all(), LedgerEntry.objects.values_list("pseudonyms", flat=True)
    key = (workspace().keys / "ledger.key").read_bytes()
    assert len(key) >= 32

    def computed(key: bytes) -> tuple[str, str]:
        return _hmac(key, b"identity\0shop\0A"), _hmac(key, b"pseudonym\0" + row.salt.encode() + b"\0shop\0A")

    assert computed(key) == (row.identity_hash, borne)
    assert not set(computed(b"")) & {row.identity_hash, borne}
    (workspace().keys / "ledger.key").write_bytes(bytes(32))
    assert pseudonyms.homes() == {}, "who has the database alone finds nobody"
    (workspace().keys / "ledger.key").write_bytes(key)
    assert list(pseudonyms.homes()) == [borne]


def _hmac(key: bytes, text: bytes) -> str:
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + text).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).hexdigest()[:32]


def test_what_was_frozen_before_pseudonyms_is_whole_and_found_by_number(batch: Batch) -> None:
    """Digests as they were made then: nothing of the later fields in them."""
    ids, row = brought(batch, "A", "B"), version()
    about = ["0" * 64, row.pk, "customer_value", "2024-01-01", "2024-04-01", 2]
    entries = [(ids[name], rank, 10.0, 8.0, 10_000_000, 0, 20_000_000) for rank, name in enumerate(("A", "B"), 1)]
    digest = hashlib.sha256(orjson.dumps(about) + b"".join(orjson.dumps(entry) for entry in entries)).hexdigest()
    snapshot = LedgerSnapshot.objects.create(
        version=row, task="customer_value", as_of=DAY, due_on=DAY + timedelta(days=91), entries=2, digest=digest,
        previous_digest="0" * 64,
    )  # fmt: skip
    audit.record(ledger.FROZEN, "prediction", snapshot.pk, digest=digest)
    for ref, rank, score, rule, said, low, high in entries:
        LedgerEntry.objects.create(
            snapshot=snapshot, customer_ref=ref, rank=rank, value_score=score, rule_score=rule,
            expected_value_micros=said, value_low_micros=low, value_high_micros=high,
        )  # fmt: skip
    assert ledger.broken() is None
    Identity.objects.filter(external_id="B").delete()
    Customer.objects.filter(pk=ids["B"]).delete()
    again = brought(batch, "B")
    summary = settled(came({**ids, **again}, A=5, B=7))
    assert (summary["customers"], summary["unknown"], summary["actual_micros"]) == (1, 1, 5 * MICROS)
