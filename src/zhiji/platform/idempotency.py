"""A write with an ``Idempotency-Key`` has one effect, however often it is sent.

Ordinarily the key's row, the effect and the stored answer commit together: a second request with the key waits for the
first on the database's own lock. Two kinds of routes say that this is not for them. ``question`` changes nothing that
a second time would change again, so that a key means nothing to it; the same holds for uploads, whose body is streamed
and whose content is kept once. ``lasting`` reads a large file or talks to a server of others: it must not hold the
database's write lock meanwhile, so its key is claimed first, the work runs by itself, and the answer is stored last.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, resolve

from zhiji.kernel import CodedError, Reason, clock
from zhiji.platform import problems
from zhiji.platform.errors import IdempotencyKeyReused, InputInvalid, ServiceBusy
from zhiji.platform.models import IdempotencyKey
from zhiji.platform.sealing import SealBroken, seal, unseal
from zhiji.platform.workspace import workspace

KEPT = timedelta(hours=24)
# Longer than any route may work; a claim that is older belongs to a server that was killed.
CLAIMED = timedelta(minutes=15)
WAIT_SECONDS = 30.0
_QUESTION, _LASTING = "question", "lasting"
# Addresses of the framework's own, which are only read.
_PAGES = {"openapi-json", "api-root"}

View = TypeVar("View", bound=Callable[..., Any])


def question(view: View) -> View:
    """A route of the API that only answers, though it is sent as a write; keys are passed over."""
    view.keyed = _QUESTION  # type: ignore[attr-defined]
    return view


def lasting(view: View) -> View:
    """A route that may take long: nothing is locked while it works. Killed in between, it may be sent again."""
    view.keyed = _LASTING  # type: ignore[attr-defined]
    return view


class IdempotencyMiddleware:
    """Answers of 5xx are not stored: the effect was rolled back, so the client may try again. Another body under the
    same key is refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key or request.method in ("GET", "HEAD", "OPTIONS") or not request.user.is_authenticated:
            return self.get_response(request)
        if len(key) > 200:
            too_long = Reason("problem_too_long", {"max_length": 200})
            return problems.answer(request, InputInvalid(field="Idempotency-Key", problem=too_long.to_json()))
        kind = _keyed(request)
        if kind == _QUESTION or request.content_type == "multipart/form-data":
            return self.get_response(request)
        sent = hashlib.sha256(b"\0".join([(request.content_type or "").encode(), request.body])).hexdigest()
        mine = {"actor_id": request.user.pk, "route": f"{request.method} {request.path}"[:200], "key": key}
        try:
            return self._after_a_claim(request, mine, sent) if kind == _LASTING else self._at_once(request, mine, sent)
        except _RolledBack as rolled:
            return rolled.response
        except CodedError as error:
            return problems.answer(request, error)
        except problems.DATABASE_FAULTS as error:
            return problems.answer(request, problems.database_fault(request, error))

    def _at_once(self, request: HttpRequest, mine: dict[str, Any], sent: str) -> HttpResponse:
        with transaction.atomic():
            row, _ = _take(mine, sent)
            if row.status is not None:
                return _stored(row)
            response = self.get_response(request)
            if _is_passing(response):
                raise _RolledBack(response)
            _store(row, response)
            return response

    def _after_a_claim(self, request: HttpRequest, mine: dict[str, Any], sent: str) -> HttpResponse:
        row = _claim(mine, sent)
        if row.status is not None:
            return _stored(row)
        held = IdempotencyKey.objects.filter(pk=row.pk, created_at=row.created_at)
        try:
            response = self.get_response(request)
        except BaseException:
            held.delete()
            raise
        if _is_passing(response):
            held.delete()
        elif held.exists():
            _store(row, response)
        return response


def _keyed(request: HttpRequest) -> str:
    """What the asked route says of itself, see ``question`` and ``lasting``."""
    try:
        view = resolve(request.path_info).func
    except Http404:
        return ""
    for operation in _operations(view):
        if request.method in operation.methods:
            return str(getattr(operation.view_func, "keyed", ""))
    return ""


def _operations(view: Any) -> list[Any]:
    """The framework hands out one function a path; what it closes over knows the path's operations by their methods."""
    cells = getattr(view, "__closure__", None) or ()
    return [operation for cell in cells for operation in getattr(cell.cell_contents, "operations", ())]


def expect_operations(routes: Iterable[URLPattern | URLResolver]) -> None:
    """At start: raises RuntimeError where the framework keeps its operations elsewhere than ``_operations`` looks.

    What a route says of itself would be passed over in silence then: a long upload would hold the database's lock.
    """
    ours = [route for route in routes if not isinstance(route, URLPattern) or route.name not in _PAGES]
    hidden = [str(route.pattern) for route in ours if not _operations(route.callback)]
    if hidden:
        raise RuntimeError(f"operations of {', '.join(hidden)} cannot be found: adapt idempotency to this django-ninja")


def _is_passing(response: HttpResponse) -> bool:
    return response.status_code >= 500 or bool(getattr(response, "streaming", False))


def _take(mine: dict[str, Any], sent: str) -> tuple[IdempotencyKey, bool]:
    """The key's row, and whether it is new; waits where another transaction is about to make it."""
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(**mine, request_hash=sent), True
    except IntegrityError:
        row = IdempotencyKey.objects.select_for_update().get(**mine)
    if row.created_at < clock.now() - KEPT:
        row.delete()
        return IdempotencyKey.objects.create(**mine, request_hash=sent), True
    if row.request_hash != sent:
        raise IdempotencyKeyReused()
    return row, False


def _claim(mine: dict[str, Any], sent: str) -> IdempotencyKey:
    """The row that is now this request's own, or that of a finished one; waits while another is at work."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        try:
            with transaction.atomic():
                row, is_new = _take(mine, sent)
                if not is_new and row.status is None and row.created_at < clock.now() - CLAIMED:
                    row.created_at, is_new = clock.now(), True
                    row.save(update_fields=["created_at"])
        except IdempotencyKey.DoesNotExist:
            continue  # its request broke at this very moment: the key is free again
        if is_new or row.status is not None:
            return row
        time.sleep(0.1)
    raise ServiceBusy()


def _store(row: IdempotencyKey, response: HttpResponse) -> None:
    row.status, row.body = response.status_code, _sealed(row, response.content)
    row.content_type = response.get("Content-Type", "")[:100]
    row.save(update_fields=["status", "body", "content_type"])


class _RolledBack(Exception):
    def __init__(self, response: HttpResponse) -> None:
        self.response = response


def _label(row: IdempotencyKey) -> str:
    return f"{row.actor_id} {row.route} {row.key}"


def _sealed(row: IdempotencyKey, body: bytes) -> bytes:
    return seal(workspace().answer_key, body, _label(row))


def _opened(row: IdempotencyKey) -> bytes:
    try:
        return unseal(workspace().answer_key, row.body, _label(row))
    except SealBroken as error:
        raise IdempotencyKeyReused() from error


def prune() -> None:
    """Forget answers older than a day; the worker's scheduler calls this."""
    IdempotencyKey.objects.filter(created_at__lt=clock.now() - KEPT).delete()


def _stored(row: IdempotencyKey) -> HttpResponse:
    response = HttpResponse(_opened(row), status=row.status or 200, content_type=row.content_type)
    response["Idempotent-Replay"] = "true"
    return response
