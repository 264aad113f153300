"""Versions of models, the scores they give, and the ledger: frozen predictions, and apart from them how it turned out.

The ledger's tables are append-only: the database refuses every update, deletion and replacement, and to empty them
(migrations 0002, 0006 and 0007), and a chain of digests shows a row that was cut out or slipped in all the same
(``ledger.check``). Fields that came later are null in what was frozen before them, and stand in no digest there. The
times of snapshots and settlements stand in no digest either, but in the audit trail.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from zhiji.data.store.models import Customer

LOOKS_BACK = models.Q(known_to__gt=models.F("as_of"))


class ModelVersion(models.Model):
    """One fitted model with its back-test. At most one version a task and horizon serves.

    state: ``published`` (amounts shown), ``ranking_only`` (rank, no currency), ``withheld`` (the plain rule serves) or
    ``not_enough_evidence``. ``backtest``, ``card`` and ``reasons`` hold codes and figures, never words. ``card``: lake,
    code_version, seed, signature, ``customers`` scored, ``history_days``, ``horizons`` that could be back-tested,
    ``covered_to``: the last day of the data then.
    ``run``: the refresh that made it; one that is taken up again after a kill finds its version there.
    """

    scope_object: ClassVar[str] = "prediction"
    scope_owner: ClassVar[None] = None

    task = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    as_of = models.DateField()
    horizon_days = models.PositiveIntegerField()
    state = models.CharField(max_length=24)
    candidate = models.CharField(max_length=60, blank=True)
    rule = models.CharField(max_length=60, blank=True)
    reasons = models.JSONField(default=list)
    backtest = models.JSONField(default=dict)
    card = models.JSONField(default=dict)
    path = models.CharField(max_length=300, blank=True)
    signature = models.CharField(max_length=64, blank=True)
    is_serving = models.BooleanField(default=False)
    run = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["task", "version"], name="model_version_once"),
            models.UniqueConstraint(fields=["task", "run"], condition=~models.Q(run=""), name="one_version_a_run"),
            models.UniqueConstraint(
                fields=["task", "horizon_days"], condition=models.Q(is_serving=True), name="one_model_serves"
            ),
        )


class CustomerScore(models.Model):
    """What the serving version says of a customer, with up to three reasons as codes and parameters."""

    scope_object: ClassVar[str] = "customer"
    scope_owner: ClassVar[str] = "customer__owner"
    scope_team: ClassVar[str] = "customer__team"

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    value_score = models.FloatField()
    rank = models.IntegerField()
    rule_score = models.FloatField(null=True)
    expected_orders = models.FloatField(null=True)
    expected_value_micros = models.BigIntegerField(null=True)
    value_low_micros = models.BigIntegerField(null=True)
    value_high_micros = models.BigIntegerField(null=True)
    probability_active = models.FloatField(null=True)
    reasons = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["version", "customer"], name="score_once"),)


class ScoreFeedback(models.Model):
    """Somebody says that a score is wrong, and how. One word a person, customer and version; said again, it replaces.

    ``score`` and ``expected_value_micros`` are what was shown when it was said. It changes no score: whoever keeps the
    model reads it beside the back-test. With the customer it goes; the audit trail keeps that it was said.
    """

    scope_object: ClassVar[str] = "activity"
    scope_owner: ClassVar[str] = "customer__owner"
    scope_team: ClassVar[str] = "customer__team"

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="feedback")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    verdict = models.CharField(max_length=12)
    text = models.TextField(max_length=2_000, blank=True)
    score = models.FloatField()
    expected_value_micros = models.BigIntegerField(null=True)
    said_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["version", "customer", "author"], name="feedback_once"),)


class LedgerSnapshot(models.Model):
    """All predictions of one version on one day, frozen when they are first shown.

    ``digest`` covers what it is about, the entries and the digest of the snapshot before: an edit shows. The audit
    trail keeps each digest too, so that a snapshot cut off at the end shows as well.

    ``known_to``: the last day that the data covered then. Where it is later than ``as_of`` the snapshot looks back:
    what it speaks of had begun to be known, so it is a test, no word given beforehand. Null: from before it was kept.

    ``number``: the words about that day and horizon are counted, those said beforehand and those looking back apart.
    The first is never replaced and is the one that counts; a later one is what was shown after the record had changed.
    """

    scope_object: ClassVar[str] = "prediction"
    scope_owner: ClassVar[None] = None

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT)
    task = models.CharField(max_length=40)
    as_of = models.DateField()
    due_on = models.DateField()
    known_to = models.DateField(null=True)
    number = models.PositiveIntegerField(default=1)
    entries = models.IntegerField()
    digest = models.CharField(max_length=64)
    previous_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["task", "as_of", "due_on", "number"], condition=~LOOKS_BACK, name="one_word_a_number"
            ),
            models.UniqueConstraint(
                fields=["task", "as_of", "due_on", "number"], condition=LOOKS_BACK, name="one_look_back_a_number"
            ),
        )


class LedgerEntry(models.Model):
    """One customer's frozen prediction, by the model and by the rule.

    The customer is a plain number: erasure of a person leaves the figure without a name. ``pseudonyms`` of the
    customer's identities, with a space between, find them again under another number (an import was undone and done
    again): see ``pseudonyms``, also for what erasure does. Null: frozen before these were kept.
    """

    snapshot = models.ForeignKey(LedgerSnapshot, on_delete=models.PROTECT, related_name="rows")
    customer_ref = models.BigIntegerField()
    rank = models.IntegerField()
    value_score = models.FloatField()
    rule_score = models.FloatField(null=True)
    expected_value_micros = models.BigIntegerField(null=True)
    value_low_micros = models.BigIntegerField(null=True)
    value_high_micros = models.BigIntegerField(null=True)
    pseudonyms = models.TextField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["snapshot", "customer_ref"], name="entry_once"),)
        indexes = (models.Index(fields=["snapshot", "rank"], name="entry_by_rank"),)


class LedgerSettlement(models.Model):
    """What happened by ``due_on``, as the record had it when the data covered it, or had it later: the first
    (``number`` 1) stands, and is followed by a correcting one where the record now says another sum or number of orders
    of somebody, or has another silence.

    ``summary``: totals, coverage and money by band, for the model and for the rule, in integers of micros, over the
    ``customers`` of whom the record knows, or knew at an earlier settlement; ``unknown`` counts the others, of whom
    nothing is said (erased, or gone with an undone import). ``corrected``: of how many a correction says another sum or
    number of orders. ``silent_days``: for so long nobody ordered in the horizon, where that is longer than ever
    before it.
    """

    scope_object: ClassVar[str] = "prediction"
    scope_owner: ClassVar[None] = None

    snapshot = models.ForeignKey(LedgerSnapshot, on_delete=models.PROTECT, related_name="settlements")
    number = models.PositiveIntegerField(default=1)
    summary = models.JSONField()
    digest = models.CharField(max_length=64)
    settled_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["snapshot", "number"], name="settlement_once"),)


class LedgerOutcome(models.Model):
    """What one customer really did in the horizon of one entry, by the first settlement. ``customer_ref``: under which
    number they were found, where it was no longer the frozen one."""

    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, primary_key=True, related_name="outcome")
    actual_value_micros = models.BigIntegerField()
    actual_orders = models.IntegerField()
    customer_ref = models.BigIntegerField(null=True)


class LedgerCorrection(models.Model):
    """What a correcting settlement says of one entry, where that is not what was said before; with the customer's
    number at that time. The newest is what holds."""

    settlement = models.ForeignKey(LedgerSettlement, on_delete=models.PROTECT, related_name="corrections")
    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="corrections")
    actual_value_micros = models.BigIntegerField()
    actual_orders = models.IntegerField()
    customer_ref = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["settlement", "entry"], name="corrected_once"),)


class LedgerLook(models.Model):
    """A mark of the record by which a snapshot was last settled or found right: while it is the same, nothing is read
    again. No part of the ledger; without it there is only more to read. ``unknown``: number and pseudonyms of the
    entries of which nothing was ever said; null where those are many."""

    snapshot = models.OneToOneField(LedgerSnapshot, on_delete=models.CASCADE, primary_key=True, related_name="look")
    mark = models.CharField(max_length=64)
    unknown = models.JSONField(null=True)


class LedgerNumber(models.Model):
    """Who bears today what a dead number of the ledger bore: a customer was taken away by an undo, and came again under
    another number. A row for each number below the ledger's highest under which no customer is.

    No part of the ledger, and renewed at each refresh: see ``numbers``. ``pseudonyms``: as the newest entry has them,
    empty where there is none; ``customer``: null while nobody bears one of them.
    """

    customer_ref = models.BigIntegerField(primary_key=True)
    pseudonyms = models.TextField(blank=True)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="+")


class LedgerPseudonym(models.Model):
    """The salt of an identity's pseudonym, under a keyed hash of the identity; erasure deletes it: ``pseudonyms``."""

    identity_hash = models.CharField(max_length=32, unique=True)
    salt = models.CharField(max_length=32)
