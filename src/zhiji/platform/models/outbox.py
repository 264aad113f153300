"""What is to leave this installation, written together with what it speaks of."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from zhiji.platform.models.accounts import OneUseLink


class OutgoingMail(models.Model):
    """A mail on its way out. ``key`` names it to the world (Message-ID), the same at every try.

    ``sealed`` holds what its words need, above all a link that works once, encrypted with a key outside the database.
    It is wiped when the mail was sent, or when its link is over and must never be sent.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"
        EXPIRED = "expired"

    # Who manages users sees it: it tells whom somebody invited, and who forgot a password.
    scope_object: ClassVar[str] = "user"
    scope_owner: ClassVar[None] = None

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=40)
    to = models.EmailField(max_length=254)
    language = models.CharField(max_length=2)
    sealed = models.BinaryField(null=True)
    link = models.ForeignKey(OneUseLink, null=True, on_delete=models.CASCADE, related_name="mails")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    reason = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["state", "next_at"], name="mail_due"),)
