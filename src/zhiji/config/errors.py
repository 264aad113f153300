"""How faults leave the server: always coded, always with a reference, never a traceback."""

from __future__ import annotations

import sys
from typing import Any

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from zhiji.kernel import CodedError, MoneyError, Reason
from zhiji.platform import problems
from zhiji.platform.disk import fullness
from zhiji.platform.errors import CrossSiteRefused, InputInvalid, InternalFault, NotFound, NotSignedIn
from zhiji.platform.unfit import unfit

log = structlog.get_logger(__name__)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - the framework's signature
    return problems.answer(request, CrossSiteRefused())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return problems.answer(request, NotFound(object="page", where={"path": request.path[:200]}))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return problems.answer(request, InputInvalid(field="request", problem=Reason("problem_malformed").to_json()))


def server_error(request: HttpRequest) -> HttpResponse:
    """What broke outside the API's own handlers: in a session, in a token's note of use."""
    error = sys.exc_info()[1]
    if full := fullness(error):
        return problems.answer(request, full)
    if isinstance(error, problems.DATABASE_FAULTS):
        return problems.answer(request, problems.database_fault(request, error))
    return problems.answer(request, InternalFault())


def _from_validation(error: ValidationError) -> InputInvalid:
    path, problem = unfit(error.errors[0]) if error.errors else ((), Reason("problem_not_as_expected"))
    # Where it was sent comes first; a body is named by the route's own parameter, which nobody outside knows.
    below = path[2:] if path[:1] == ("body",) else path[1:]
    field = ".".join(below)[:200] or "request"
    return InputInvalid(field=field, problem=problem.to_json(), where={"field": field})


def install(api: NinjaAPI) -> None:
    """Teach the API to answer every kind of exception in the one shape."""

    def handle(request: HttpRequest, error: Any) -> HttpResponse:
        if isinstance(error, CodedError):
            coded = error
        elif isinstance(error, ValidationError):
            coded = _from_validation(error)
        elif isinstance(error, AuthenticationError):
            coded = NotSignedIn()
        elif isinstance(error, Http404):
            coded = NotFound(object="page")
        elif isinstance(error, HttpError) and error.status_code == 403:
            # The only 403 that the framework itself raises is a missing or wrong CSRF token.
            coded = CrossSiteRefused()
        elif isinstance(error, HttpError):
            # The only other one is a body that is no JSON.
            coded = InputInvalid(field="request", problem=Reason("problem_malformed").to_json())
        elif isinstance(error, MoneyError):
            coded = InputInvalid(field="amount", problem=str(error)[:200])
        elif full := fullness(error):
            log.error("disk_full", reference=getattr(request, "request_id", ""), error=str(error)[:300])
            coded = full
        elif isinstance(error, problems.DATABASE_FAULTS):
            coded = problems.database_fault(request, error)
        else:
            log.exception("request_broke", reference=getattr(request, "request_id", ""), exc_info=error)
            coded = InternalFault()
        return problems.answer(request, coded)

    for kind in (CodedError, ValidationError, AuthenticationError, Http404, HttpError, Exception):
        api.add_exception_handler(kind, handle)
