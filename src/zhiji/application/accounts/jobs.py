"""Background entrances: mail that leaves, and a password reset, so that the answer takes as long for any address."""

from __future__ import annotations

from django.db import transaction

from zhiji.application.accounts import services
from zhiji.platform import outbox
from zhiji.platform.jobs import Task
from zhiji.platform.models import User


def password_reset_mail(task: Task) -> bool:
    """params: ``user_id`` (0: nobody has that address) and ``page``, the address that the link leads to."""
    user = User.objects.filter(pk=task.params["user_id"], is_active=True).first()
    if user is None or task.checkpoint.get("queued"):
        return True
    # With the checkpoint: a second link, made after a kill, would end the one that the first mail carries.
    with transaction.atomic():
        services.password_reset_link_send(by=None, user=user, page=task.params["page"])
        task.checkpoint["queued"] = True
        task.save()
    return True


JOBS = {"password_reset_mail": password_reset_mail, outbox.RELAY: outbox.mail_relay}
POLLED = (outbox.mail_sweep,)
