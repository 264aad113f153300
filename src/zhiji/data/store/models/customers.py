"""Customers, the ids under which sources know them, and the projection that lists read."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from zhiji.data.landing.models import Source
from zhiji.platform.models import Team


class Customer(models.Model):
    """One person or organisation that buys: derived from its source records, owned by a user and a team.

    ``field_sources`` says for each derived field which source record it came from. Soft-deleted rows keep their
    history.
    """

    scope_object: ClassVar[str] = "customer"
    scope_owner: ClassVar[str] = "owner"
    scope_team: ClassVar[str] = "team"

    class Kind(models.TextChoices):
        PERSON = "person"
        ORGANISATION = "organisation"
        UNKNOWN = "unknown"

    name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.UNKNOWN)
    company = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    phone_is_masked = models.BooleanField(default=False)
    email = models.CharField(max_length=254, blank=True)
    country = models.CharField(max_length=100, blank=True)
    city = models.CharField(max_length=100, blank=True)
    address = models.CharField(max_length=500, blank=True)
    # None: never asked. False is honoured by every export meant for contact.
    contact_allowed = models.BooleanField(null=True)
    registered_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL)
    extra = models.JSONField(default=dict)
    field_sources = models.JSONField(default=dict)
    deleted_at = models.DateTimeField(null=True)
    # All its identities are those of another customer now: it is in no list, and what people wrote of it stays its own.
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.DO_NOTHING, related_name="merged", db_index=False, db_constraint=False
    )
    # Raised by each change, so that two editors of one page cannot overwrite each other unseen.
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (
            models.Index(
                fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name="customer_by_merged_into"
            ),
        )


class Identity(models.Model):
    """The id under which a source knows a customer. Orders refer to it, so customers can be merged and parted.

    ``home``: the customer that was made for it. ``customer``: the home of the first of its group (see
    ``IdentityLink``), so parting a group gives each identity its own customer back, under its own number.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    external_id = models.CharField(max_length=200)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.SET_NULL, related_name="identities")
    # Without a constraint: each removal of a customer would look through all identities (see ``OrderLine.product``).
    home = models.ForeignKey(
        Customer, null=True, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    # Undo needs to know which customers exist only because of one batch.
    first_batch_id = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "external_id"], name="identity_once"),)


class IdentityLink(models.Model):
    """Two identities, and what was found of whether they are one customer. ``left`` is the smaller.

    ``evidence``: of each field that was compared, its level and weight in bits; no value of the records. ``doubt``:
    0 where it is as good as certain either way, 1 where it is even. ``word``: what a person says of the pair, a copy of
    what ``DecidedPair`` holds; it stands above what was found. Customers follow from both
    (``processing.pipelines.regrouping``).
    """

    class State(models.TextChoices):
        LINKED = "linked"
        REVIEW = "review"

    class By(models.TextChoices):
        KEY = "key"
        MODEL = "model"

    left = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
    right = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices)
    by = models.CharField(max_length=8, choices=By.choices)
    weight = models.FloatField(null=True)
    probability = models.FloatField(null=True)
    doubt = models.FloatField(default=0.0)
    word = models.CharField(max_length=9, blank=True, default="")
    evidence = models.JSONField(default=dict)
    found_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["left", "right"], name="identity_link_once"),
            models.CheckConstraint(condition=models.Q(left__lt=models.F("right")), name="identity_link_in_order"),
        )
        indexes = (models.Index(fields=["state", "word", "-doubt", "id"], name="link_by_doubt"),)


class CustomerListRow(models.Model):
    """What lists of a million rows read: one narrow, indexed row a customer, written by refresh and by each change.

    Money is in micros of the company's currency. Scores are empty until a refresh, ``expected_*`` wherever a model
    is withheld.
    """

    scope_object: ClassVar[str] = "customer"
    scope_owner: ClassVar[str] = "owner"
    scope_team: ClassVar[str] = "team"

    customer = models.OneToOneField(Customer, primary_key=True, on_delete=models.CASCADE, related_name="row")
    external_id = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True)
    # Pinyin of Han names, so that a list of both scripts has one order.
    name_sort = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=100, blank=True)
    city = models.CharField(max_length=100, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False)
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, db_index=False)
    orders = models.IntegerField(default=0)
    spend_micros = models.BigIntegerField(default=0)
    first_order_on = models.DateField(null=True)
    last_order_on = models.DateField(null=True)
    usual_gap_days = models.FloatField(null=True)
    # The days after an order within which the next one usually comes; later than the high end is late.
    usual_gap_low_days = models.FloatField(null=True)
    usual_gap_high_days = models.FloatField(null=True)
    mean_order_micros = models.BigIntegerField(default=0)
    rfm_segment = models.CharField(max_length=30, blank=True)
    band = models.CharField(max_length=30, blank=True)
    value_score = models.FloatField(null=True)
    value_rank = models.IntegerField(null=True)
    expected_orders = models.FloatField(null=True)
    expected_value_micros = models.BigIntegerField(null=True)
    value_low_micros = models.BigIntegerField(null=True)
    value_high_micros = models.BigIntegerField(null=True)
    probability_active = models.FloatField(null=True)
    overdue_days = models.FloatField(null=True)
    at_stake_micros = models.BigIntegerField(null=True)
    contact_allowed = models.BooleanField(null=True)
    as_of = models.DateField(null=True)

    class Meta:
        # Named in ``data.store.paging``, which says which one a page walks.
        indexes = (
            models.Index(fields=["spend_micros", "customer"], name="row_by_spend"),
            models.Index(fields=["last_order_on", "customer"], name="row_by_last_order"),
            models.Index(fields=["orders", "customer"], name="row_by_orders"),
            models.Index(fields=["value_score", "customer"], name="row_by_value"),
            models.Index(fields=["name_sort", "customer"], name="row_by_name"),
            models.Index(fields=["at_stake_micros", "customer"], name="row_by_stake"),
            models.Index(fields=["overdue_days", "customer"], name="row_by_overdue"),
            models.Index(fields=["rfm_segment", "spend_micros", "customer"], name="row_by_segment"),
            models.Index(fields=["rfm_segment", "last_order_on", "customer"], name="row_segment_last"),
            models.Index(fields=["rfm_segment", "orders", "customer"], name="row_segment_orders"),
            models.Index(fields=["rfm_segment", "value_score", "customer"], name="row_segment_value"),
            models.Index(fields=["rfm_segment", "name_sort", "customer"], name="row_segment_name"),
            models.Index(fields=["band", "spend_micros", "customer"], name="row_band_spend"),
            models.Index(fields=["band", "last_order_on", "customer"], name="row_band_last"),
            models.Index(fields=["band", "orders", "customer"], name="row_band_orders"),
            models.Index(fields=["band", "value_score", "customer"], name="row_band_value"),
            models.Index(fields=["band", "name_sort", "customer"], name="row_band_name"),
            models.Index(fields=["country", "spend_micros", "customer"], name="row_by_country"),
            models.Index(fields=["owner", "spend_micros", "customer"], name="row_by_owner"),
            models.Index(fields=["team", "spend_micros", "customer"], name="row_by_team"),
            models.Index(fields=["city", "customer"], name="row_by_city"),
            models.Index(fields=["contact_allowed", "customer"], name="row_by_contact"),
        )


class CustomerSearch(models.Model):
    """The words of a customer as the search index takes them (see ``data.store.search``).

    On SQLite triggers carry them into the full-text table ``store_customerwords``; on PostgreSQL a column ``vector``
    of this table, unknown to the ORM, holds them with their positions. A migration that rebuilds this table on SQLite
    loses the triggers and must make them again.
    """

    customer = models.OneToOneField(Customer, primary_key=True, on_delete=models.CASCADE)
    tokens = models.TextField()


class MergedScores(models.Model):
    """The scores of a customer's list row while it is merged into another, put back when it is parted again."""

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    scores = models.JSONField(default=dict)
