"""The client of one interface: dlt's, with the guarded session, the key, the limit, and patience for passing faults."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from zhiji.data.sources.rest.errors import (
    RestBroken,
    RestMissing,
    RestPatience,
    RestRefused,
    RestRejected,
)
from zhiji.data.sources.rest.flattening import at, text
from zhiji.data.sources.rest.model import Endpoint, Interface, Paging
from zhiji.kernel import clock
from zhiji.platform.egress import host_of
from zhiji.platform.egress.http import GuardedSession

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client.client import RESTClient
    from dlt.sources.helpers.rest_client.paginators import BasePaginator

_TRIES = 3
_PASSING = (500, 502, 503, 504, 520, 522, 524)
_LONGEST_WAIT = timedelta(hours=6)
_SHORT = timedelta(seconds=5)


class Key(AuthBase):
    """Puts the key where the interface expects it; into a next address too, which often comes without."""

    def __init__(self, header: str = "", value: str = "", param: str = "") -> None:
        self.header, self.value, self.param = header, value, param

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.header:
            request.headers[self.header] = self.value
        if self.param:
            parts = urlsplit(request.url or "")
            query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != self.param]
            request.url = urlunsplit(parts._replace(query=urlencode([*query, (self.param, self.value)])))
        return request


def client_of(interface: Interface, *, time_is_up: Callable[[], bool]) -> RESTClient:
    """A client that pages as an endpoint says. Raises what getting a passing key raises."""
    from dlt.sources.helpers.rest_client.client import RESTClient

    session = _Patient(interface, time_is_up)
    return RESTClient(
        base_url=interface.base_url.rstrip("/") + "/", headers=dict(interface.headers), auth=_key(interface, session),
        session=session,
    )  # fmt: skip


def hooks(interface: Interface) -> dict[str, Any]:
    """What looks at each answer, in place of dlt's own, which would put the address into its error."""
    return {"response": [lambda answer, *_, **__: expect_success(interface, answer)]}


class _Patient(GuardedSession):
    """Waits between requests as the limit says, and tries passing faults again, while the step has time."""

    def __init__(self, interface: Interface, time_is_up: Callable[[], bool]) -> None:
        super().__init__(only=interface.base_url)
        self.gap = 60.0 / interface.per_minute if interface.per_minute else 0.0
        self.time_is_up = time_is_up
        self.asked_at = 0.0

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        for turn in range(_TRIES):
            time.sleep(max(0.0, self.asked_at + self.gap - time.monotonic()))
            self.asked_at = time.monotonic()
            try:
                return super().send(request, **kwargs)
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
                if turn + 1 == _TRIES or self.time_is_up():
                    raise RestBroken(host=host_of(request.url), status=0) from _bare(error)
            except RestBroken:
                if turn + 1 == _TRIES or self.time_is_up():
                    raise
            except requests.RequestException as error:
                raise RestRejected(host=host_of(request.url), status=0) from _bare(error)
            time.sleep(2.0**turn)
        raise RestBroken(host=host_of(request.url), status=0)


def _bare(error: Exception) -> Exception:
    """The kind of a fault without its words: they hold the address, and with it a key."""
    return RuntimeError(type(error).__name__)


def _key(interface: Interface, session: requests.Session) -> AuthBase | None:
    secret = interface.secret.get("secret", "")
    if interface.auth == "bearer":
        return Key("Authorization", f"Bearer {secret}")
    if interface.auth == "header":
        return Key(interface.auth_name or "X-API-Key", secret)
    if interface.auth == "query":
        return Key(param=interface.auth_name or "api_key", value=secret)
    if interface.auth == "basic":
        return HTTPBasicAuth(interface.user, secret)
    if interface.auth == "token" and interface.exchange is not None:
        return _exchanged(interface, session)
    return None


def _exchanged(interface: Interface, session: requests.Session) -> AuthBase:
    """A passing key for the lasting ones, got anew for each step."""
    exchange = interface.exchange
    if exchange is None:
        raise LookupError("no exchange")
    known = {"user": interface.user, **interface.secret}
    fields = {name: _filled_in(value, known) for name, value in exchange.fields.items()}
    sent = {"query": "params", "form": "data", "json": "json"}[exchange.sent_as]
    url = interface.base_url.rstrip("/") + "/" + exchange.path.lstrip("/")
    answer = session.request(exchange.method, url, **{sent: fields})  # type: ignore[arg-type]
    expect_success(interface, answer)
    token = text(at(answer.json(), exchange.token_at))
    if not token:
        raise RestRefused(host=host_of(url), status=answer.status_code)
    return (
        Key("Authorization", f"Bearer {token}")
        if exchange.used_as == "bearer"
        else Key(param=exchange.name, value=token)
    )


def _filled_in(text: str, known: dict[str, str]) -> str:
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def expect_success(interface: Interface, answer: requests.Response) -> None:
    """Raises RestPatience, RestBroken, RestRefused, RestMissing, RestRejected."""
    host, status = host_of(answer.url), answer.status_code
    if status == 429 or (status == 503 and "Retry-After" in answer.headers):
        raise RestPatience(until=_retry_at(answer), host=host)
    if status in _PASSING or status == 408:
        raise RestBroken(host=host, status=status)
    if status in (401, 403):
        raise RestRefused(host=host, status=status)
    if status in (404, 410):
        raise RestMissing(host=host, path=urlsplit(answer.url).path[:200])
    if status >= 400:
        raise RestRejected(host=host, status=status)
    if interface.ok_at and not 300 <= status < 400:
        said = text(at(answer.json(), interface.ok_at))
        if said is not None and said.lower() not in interface.ok_values:
            raise RestRejected(host=host, status=said[:40])


def _retry_at(answer: requests.Response) -> datetime:
    """As the service says, in seconds or as a date; a minute from now where it does not."""
    said, now = answer.headers.get("Retry-After", ""), clock.now()
    try:
        until = now + timedelta(seconds=float(said))
    except (ValueError, OverflowError):
        try:
            until = parsedate_to_datetime(said)
        except (ValueError, TypeError):
            until = now + timedelta(minutes=1)
    return min(max(until, now + _SHORT), now + _LONGEST_WAIT)


def paginator_of(endpoint: Endpoint, at_value: int | None = None) -> BasePaginator:
    """at_value: page or offset with which a pull that was broken off goes on."""
    from dlt.sources.helpers.rest_client import paginators

    paging = endpoint.paging
    if paging.kind == "link":
        return paginators.JSONLinkPaginator(next_url_path=paging.path)
    if paging.kind == "header_link":
        return paginators.HeaderLinkPaginator()
    place: dict[str, Any] = {"cursor_body_path": paging.param} if paging.in_body else {"cursor_param": paging.param}
    if paging.kind == "cursor":
        return paginators.JSONResponseCursorPaginator(cursor_path=paging.path, **place)
    if paging.kind == "page":
        page = {"page_body_path": paging.param} if paging.in_body else {"page_param": paging.param}
        first = paging.first if at_value is None else at_value
        return paginators.PageNumberPaginator(base_page=paging.first, page=first, total_path=None, **page)  # type: ignore[arg-type]
    if paging.kind == "offset":
        return _offset(paging, at_value)
    return paginators.SinglePagePaginator()


def _offset(paging: Paging, at_value: int | None) -> BasePaginator:
    from dlt.sources.helpers.rest_client import paginators

    names = ("offset_body_path", "limit_body_path") if paging.in_body else ("offset_param", "limit_param")
    place: dict[str, Any] = dict(zip(names, (paging.param, paging.size_param or "limit"), strict=True))
    return paginators.OffsetPaginator(limit=paging.size, offset=at_value or 0, total_path=None, **place)
