"""Signed deliveries: whose they are, whether they are fresh, and whether they came before.

The signature is HMAC-SHA256, in hex, over the time (seconds since 1970, as text), a point and the body as it is sent.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from datetime import timedelta

from django.db import IntegrityError, transaction

from zhiji.application.events.errors import HookRefused, HookReplayed, HookSecretUnreadable, HookStale, HookTaken
from zhiji.application.events.models import Hook, HookDelivery
from zhiji.kernel import clock
from zhiji.platform import audit
from zhiji.platform.models import User
from zhiji.platform.scope import get_scoped, require_all
from zhiji.platform.sealing import SealBroken, seal, unseal
from zhiji.platform.workspace import workspace

TOLERANCE_SECONDS = 300
# A signature may be of a clock that is fast, and is then let through for longer.
KEPT = timedelta(seconds=2 * TOLERANCE_SECONDS)


def hook_create(*, user: User, source: str) -> tuple[Hook, str]:
    """A door for this source; its secret is told once. Raises HookTaken."""
    require_all(user, "source", "write")
    secret, label = secrets.token_urlsafe(32), secrets.token_hex(16)
    sealed = seal(workspace().source_key, secret.encode(), _label(label))
    try:
        with transaction.atomic():
            hook = Hook.objects.create(source=source, sealed=sealed, seal_label=label, created_by=user)
            audit.record("hook_create", "source", hook.pk, source=source)
    except IntegrityError as error:
        raise HookTaken(source=source) from error
    return hook, secret


@transaction.atomic
def hook_delete(*, user: User, hook_id: int) -> None:
    hook = get_scoped(user, Hook, hook_id, "write")
    audit.record("hook_delete", "source", hook.pk, source=hook.source)
    hook.delete()


def opened(*, source: str, said_at: str, signature: str, body: bytes) -> Hook:
    """The door that this delivery may pass. Who cannot sign learns nothing, not even whether there is such a door.

    Raises HookRefused, HookStale, HookReplayed, HookSecretUnreadable.
    """
    hook = Hook.objects.filter(source=source).first()
    if hook is None or not (said_at.isascii() and said_at.isdigit() and len(said_at) <= 12):
        raise HookRefused()
    try:
        secret = unseal(workspace().source_key, hook.sealed, _label(hook.seal_label))
    except SealBroken as error:
        raise HookSecretUnreadable(source=source) from error
    if not hmac.compare_digest(signature_of(secret, said_at, body), signature.encode(errors="replace")):
        raise HookRefused()
    if abs(time.time() - int(said_at)) > TOLERANCE_SECONDS:
        raise HookStale(seconds=TOLERANCE_SECONDS)
    if HookDelivery.objects.filter(hook=hook, signature=signature).exists():
        raise HookReplayed()
    return hook


def passed(hook: Hook, signature: str) -> None:
    """After its events were taken in: until then it may be sent again as it is. Of two at once both may pass, and their
    events have one effect all the same."""
    HookDelivery.objects.get_or_create(hook=hook, signature=signature, defaults={"received_at": clock.now()})


def signature_of(secret: bytes, said_at: str, body: bytes) -> bytes:
    return hmac.new(secret, said_at.encode() + b"." + body, hashlib.sha256).hexdigest().encode()


def forget_old() -> None:
    """Signatures whose time lets nobody through any more."""
    HookDelivery.objects.filter(received_at__lt=clock.now() - KEPT).delete()


def _label(label: str) -> str:
    return f"hook {label}"
