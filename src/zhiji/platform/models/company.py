"""The company that runs this workspace."""

from __future__ import annotations

from django.db import models


class Company(models.Model):
    """One row. Changing ``zone`` or ``currency`` after the first import is refused: days and sums would shift."""

    name = models.CharField(max_length=200, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    zone = models.CharField(max_length=64, default="Asia/Shanghai")
    # ISO 3166 of the country whose phone numbers are written without a +; empty: such numbers are not read.
    region = models.CharField(max_length=2, default="CN", db_default="CN", blank=True)
    language = models.CharField(max_length=2, default="zh")
    is_sample = models.BooleanField(default=False)
    # Per cent of spend that is margin; until it is entered, screens say "spend" and not "worth".
    margin_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    # A history import is taken as known this many days after it happened.
    history_lag_days = models.PositiveSmallIntegerField(default=0)
    # Identical lines of one file are kept and flagged; this switch counts them once. Reversible.
    count_identical_lines_once = models.BooleanField(default=False)
    # How far predictions look; offered are the horizons that could be back-tested.
    horizon_days = models.PositiveSmallIntegerField(default=91)
    calls_per_day = models.PositiveSmallIntegerField(default=20)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="one_company"),)
