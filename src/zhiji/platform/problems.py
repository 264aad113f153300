"""The one shape in which the API refuses: code, words for the reader, place, remedy, reference."""

from __future__ import annotations

from typing import Any

import orjson
import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from zhiji.kernel import CodedError, Language, Reason, render
from zhiji.platform.errors import DatabaseUnavailable, ServiceBusy

log = structlog.get_logger(__name__)
RETRY_AFTER_SECONDS = 5
# What the drivers raise when the database cannot serve just now; a mistake of ours is never one of these.
DATABASE_FAULTS = (OperationalError, InterfaceError)
# PostgreSQL's: lock not available in time, deadlock, no serial order.
_WAITED = {"55P03", "40P01", "40001"}


def language_of(request: HttpRequest) -> Language:
    """The reader's language: the user's own, else the page's choice, else what the browser prefers."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return "zh" if user.language == "zh" else "en"
    return preferred(request)


def preferred(request: HttpRequest) -> Language:
    """What the page or the browser asks for, whoever reads."""
    wanted = request.headers.get("Accept-Language", "")
    return "zh" if wanted.lower().startswith("zh") else "en"


def problem(reason: Reason, language: Language, reference: str) -> dict[str, Any]:
    text = render(Reason(reason.code, {"reference": reference, **reason.params}, reason.where), language)
    return {
        "code": reason.code,
        "what": text.what,
        "why": text.why,
        "remedy": text.remedy,
        "where": {key: str(value) for key, value in reason.where.items()},
        "reference": reference,
    }


def answer(request: HttpRequest, error: CodedError) -> HttpResponse:
    reference = getattr(request, "request_id", "")
    body = orjson.dumps(problem(error.reason, _reader(request), reference))
    response = HttpResponse(body, status=error.status, content_type="application/problem+json")
    if error.status == 503:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _reader(request: HttpRequest) -> Language:
    """Who the reader is may be what the database could not say."""
    try:
        return language_of(request)
    except DATABASE_FAULTS:
        return preferred(request)


def database_fault(request: HttpRequest, error: Exception) -> CodedError:
    """Waited too long for another writer's lock, or there is no database to ask: two codes, both 503."""
    waited = waited_too_long(error)
    log.warning("database_fault", reference=getattr(request, "request_id", ""), waited=waited, error=str(error)[:300])
    return ServiceBusy() if waited else DatabaseUnavailable()


def waited_too_long(error: Exception) -> bool:
    """Whether the fault is another's lock, and not the database itself."""
    return getattr(error.__cause__, "sqlstate", None) in _WAITED or "locked" in str(error)
