"""What every request passes: a reference id, the token's user, the actor of the audit, idempotent writes."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from datetime import timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import UpdateError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from zhiji.kernel import CodedError, clock
from zhiji.platform import accounts, problems
from zhiji.platform.context import Actor, acting
from zhiji.platform.errors import IdempotencyKeyReused, InputInvalid, NotSignedIn
from zhiji.platform.models import IdempotencyKey
from zhiji.platform.workspace import workspace

GetResponse = Callable[[HttpRequest], HttpResponse]
KEPT = timedelta(hours=24)
SEEN_EVERY_SECONDS = 300
_NONCE = 12


class ActorMiddleware:
    """Gives the request an id, signs in the bearer of an API token, and says who acts for the audit."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = secrets.token_hex(8)  # type: ignore[attr-defined]
        kind = "user"
        header = request.headers.get("Authorization", "")
        if header.startswith("Bearer "):
            user = accounts.token_user(header.removeprefix("Bearer ").strip())
            if user is None:
                return problems.answer(request, NotSignedIn())
            request.user = user
            kind = "token"
            # A token is not sent by a browser on its own, so there is nothing to forge across sites.
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        elif request.user.is_authenticated:
            _keep_alive(request)
        who = request.user.pk if request.user.is_authenticated else None
        with acting(Actor(kind if who else "visitor", who, request.request_id)):  # type: ignore[attr-defined]
            response = self.get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        if request.path.startswith("/api/"):
            response.setdefault("Cache-Control", "no-store")
        return response


def _keep_alive(request: HttpRequest) -> None:
    """A session ends when it was idle for its whole age; it is not written more often than every five minutes."""
    if time.time() - request.session.get("seen", 0) > SEEN_EVERY_SECONDS:
        request.session["seen"] = int(time.time())
        # Now and not after the answer: where it must wait too long, nothing was done yet.
        try:
            request.session.save()
        except UpdateError:
            # It was ended elsewhere while this request began.
            request.user = AnonymousUser()
        request.session.modified = False


class IdempotencyMiddleware:
    """A write with an ``Idempotency-Key`` has one effect, however often it is sent.

    The key's row, the effect and the stored answer commit together. A second request with the key waits for the first
    (on the database's own lock), then gets the stored answer; another body under the same key is refused.
    Answers of 5xx are not stored: the effect was rolled back, so the client may try again.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key or request.method in ("GET", "HEAD", "OPTIONS") or not request.user.is_authenticated:
            return self.get_response(request)
        if len(key) > 200:
            return problems.answer(request, InputInvalid(field="Idempotency-Key", problem="> 200"))
        sent = hashlib.sha256(b"\0".join([(request.content_type or "").encode(), request.body])).hexdigest()
        route = f"{request.method} {request.path}"[:200]
        try:
            with transaction.atomic():
                row = self._take(request.user.pk, route, key, sent)
                if row.status is not None:
                    return _stored(row)
                response = self.get_response(request)
                if response.status_code >= 500 or getattr(response, "streaming", False):
                    raise _RolledBack(response)
                row.status, row.body = response.status_code, _sealed(row, response.content)
                row.content_type = response.get("Content-Type", "")[:100]
                row.save(update_fields=["status", "body", "content_type"])
                return response
        except _RolledBack as rolled:
            return rolled.response
        except CodedError as error:
            return problems.answer(request, error)
        except problems.DATABASE_FAULTS as error:
            return problems.answer(request, problems.database_fault(request, error))

    def _take(self, actor_id: int, route: str, key: str, sent: str) -> IdempotencyKey:
        mine = {"actor_id": actor_id, "route": route, "key": key}
        try:
            with transaction.atomic():
                return IdempotencyKey.objects.create(**mine, request_hash=sent)
        except IntegrityError:
            row = IdempotencyKey.objects.select_for_update().get(**mine)
        if row.created_at < clock.now() - KEPT:
            row.delete()
            return IdempotencyKey.objects.create(**mine, request_hash=sent)
        if row.request_hash != sent:
            raise IdempotencyKeyReused()
        return row


class _RolledBack(Exception):
    def __init__(self, response: HttpResponse) -> None:
        self.response = response


def _label(row: IdempotencyKey) -> bytes:
    return f"{row.actor_id} {row.route} {row.key}".encode()


def _sealed(row: IdempotencyKey, body: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(workspace().answer_key).encrypt(nonce, body, _label(row))


def _opened(row: IdempotencyKey) -> bytes:
    kept = bytes(row.body or b"")
    try:
        return AESGCM(workspace().answer_key).decrypt(kept[:_NONCE], kept[_NONCE:], _label(row))
    except (InvalidTag, ValueError) as error:
        raise IdempotencyKeyReused() from error


def prune() -> None:
    """Forget answers older than a day; the worker's scheduler calls this."""
    IdempotencyKey.objects.filter(created_at__lt=clock.now() - KEPT).delete()


def _stored(row: IdempotencyKey) -> HttpResponse:
    response = HttpResponse(_opened(row), status=row.status or 200, content_type=row.content_type)
    response["Idempotent-Replay"] = "true"
    return response
