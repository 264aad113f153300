"""Doors for systems that sign what they send instead of bearing a token."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class Hook(models.Model):
    """One source's door. Its secret is sealed under the workspace's key, bound to ``seal_label``."""

    scope_object: ClassVar[str] = "source"
    scope_owner: ClassVar[None] = None

    source = models.CharField(max_length=40, unique=True)
    sealed = models.BinaryField()
    seal_label = models.CharField(max_length=32)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)


class HookDelivery(models.Model):
    """A signature that was used: it opens the door once. Kept for as long as its time would let it through."""

    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="deliveries")
    signature = models.CharField(max_length=64)
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["hook", "signature"], name="signature_once"),)
