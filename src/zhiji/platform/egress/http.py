"""A ``requests`` session that goes through the guard: each connection of it, those of redirects too, is made to the
checked address of its host. TLS is verified against the name, as ever. What comes back is bounded in size, time and
depth before anybody reads it.
"""

from __future__ import annotations

import json
import socket
import time
from decimal import Decimal
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from zhiji.platform.egress.errors import AnswerBroken, AnswerTooLarge, AnswerTooSlow, EgressRefused, RedirectElsewhere
from zhiji.platform.egress.guard import connected, host_of

ANSWER_BYTES = 64 * 1024 * 1024
ANSWER_SECONDS = 120.0
JSON_DEPTH = 60
_BLOCK = 64 * 1024
_PATIENCE = (10.0, 60.0)  # seconds for connecting, and between two signs of life
_PORTS = {"http": 80, "https": 443}


class _Guarded:
    """Where urllib3 would resolve a name and connect, the guard does."""

    host: str
    port: int
    timeout: Any

    def _new_conn(self) -> socket.socket:
        return connected(self.host, self.port)


class _Plain(_Guarded, HTTPConnection):
    pass


class _Secure(_Guarded, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **more: Any) -> None:
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **more)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def send(self, request: requests.PreparedRequest, *_: Any, **kwargs: Any) -> requests.Response:
        """Here rather than in the session: an answer that redirects is read too, and must be no less bounded."""
        _expect_plain(request.url or "")
        timeout = kwargs.get("timeout") or _PATIENCE
        answer = super().send(request, stream=True, timeout=timeout, verify=True, cert=None, proxies=None)
        _filled(answer)
        return answer

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        answer = super().build_response(req, resp)
        answer.__class__ = _Answer
        return answer


class _Answer(requests.Response):
    """An answer whose numbers keep every digit: money is never a float on its way in."""

    _read: Any = None

    def json(self, **_: Any) -> Any:
        """Read once, however many ask."""
        if self._read is None:
            self._read = (self._parsed(),)
        return self._read[0]

    def _parsed(self) -> Any:
        text = self.content.decode(self.encoding or "utf-8", "replace").removeprefix("\ufeff")
        if depth(text) > JSON_DEPTH:
            raise AnswerBroken(host=host_of(self.url))
        try:
            return json.loads(text, parse_float=Decimal)
        except ValueError as error:
            raise AnswerBroken(host=host_of(self.url)) from error


class GuardedSession(requests.Session):
    """For all that fetches over HTTP. Knows no proxy and no credentials of the machine; follows a redirect only on the
    same host, scheme and port.

    Raises EgressRefused, EgressUnresolved, EgressBroken, AnswerTooLarge, AnswerTooSlow, RedirectElsewhere; and what
    ``requests`` raises for a connection that broke.
    """

    def __init__(self, only: str = "") -> None:
        """only: an address to whose host, scheme and port every request must go, wherever an answer points on to."""
        super().__init__()
        self.only = _origin(urlsplit(only)) if only else None
        self.trust_env = False
        self.max_redirects = 5
        self.adapters.clear()
        adapter = _Adapter()
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        wanted = urlsplit(request.url or "")
        if self.only is not None and _origin(wanted) != self.only:
            raise RedirectElsewhere(host=self.only[1])
        return super().send(request, **kwargs)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        target = super().get_redirect_target(resp)
        if target is not None:
            origin, wanted = urlsplit(resp.url), urlsplit(urljoin(resp.url, target))
            if _origin(origin) != _origin(wanted):
                raise RedirectElsewhere(host=host_of(resp.url))
        return target


def _expect_plain(url: str) -> None:
    """An address without user information, which is a trick more often than a need."""
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None or "\\" in url or parts.scheme not in _PORTS:
        raise EgressRefused(host=(parts.hostname or "")[:100], where={"field": "url"})


def _origin(parts: Any) -> tuple[str, str, int | None]:
    return parts.scheme, (parts.hostname or ""), parts.port or _PORTS.get(parts.scheme)


def _filled(answer: requests.Response) -> None:
    """Read the answer whole, and leave as soon as it is too large or takes too long."""
    if answer._content is not False:
        return
    began, size, blocks = time.monotonic(), 0, []
    try:
        for block in answer.iter_content(_BLOCK):
            size += len(block)
            if size > ANSWER_BYTES:
                raise AnswerTooLarge(host=host_of(answer.url), limit_mb=ANSWER_BYTES // 1024 // 1024)
            if time.monotonic() - began > ANSWER_SECONDS:
                raise AnswerTooSlow(host=host_of(answer.url), seconds=int(ANSWER_SECONDS))
            blocks.append(block)
    except HTTPError as error:
        raise requests.ConnectionError(error) from error
    finally:
        answer.close()
    answer._content, answer._content_consumed = b"".join(blocks), True


def depth(text: str) -> int:
    """The deepest nesting, from brackets outside strings; found before a parser recurses."""
    deepest = level = 0
    for outside in text.replace("\\\\", "").replace('\\"', "").split('"')[::2]:
        for sign in outside:
            if sign in "[{":
                level += 1
                deepest = max(deepest, level)
            elif sign in "]}":
                level -= 1
    return deepest
