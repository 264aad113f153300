"""Whatever fetches, and however a private host is written: nothing of ours is reached from the screen."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from security.spellings import HOSTS, Resolver
from zhiji.data.sources import rest, sql
from zhiji.kernel import CodedError
from zhiji.platform import egress
from zhiji.platform.egress import addresses, guard
from zhiji.platform.egress.http import GuardedSession

Fetch = Callable[[str, int], object]


class Sentinel:
    """Listens on loopback, IPv4 and IPv6, and remembers each that came."""

    def __init__(self) -> None:
        self.visits = 0
        self.listening: list[socket.socket] = []
        self.port = 0
        for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::1")):
            one = socket.socket(family, socket.SOCK_STREAM)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind((address, self.port))
            except OSError:
                continue  # a machine without IPv6
            one.listen(64)
            self.port = one.getsockname()[1]
            self.listening.append(one)
            threading.Thread(target=self._serve, args=(one,), daemon=True).start()

    def _serve(self, one: socket.socket) -> None:
        with suppress(OSError):
            while True:
                visitor, _ = one.accept()
                self.visits += 1
                visitor.close()

    def close(self) -> None:
        for one in self.listening:
            one.close()


@pytest.fixture
def sentinel() -> Iterator[Sentinel]:
    one = Sentinel()
    yield one
    one.close()


@pytest.fixture(autouse=True)
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    one = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", one)
    return one


def by_socket(host: str, port: int) -> object:
    return egress.connected(host, port, seconds=2).close()


def by_session(host: str, port: int) -> object:
    return GuardedSession().get(f"http://{host}:{port}/", timeout=2)


def by_tls_session(host: str, port: int) -> object:
    return GuardedSession().get(f"https://{host}:{port}/", timeout=2)


def by_postgresql(host: str, port: int) -> object:
    return _opened("postgresql", host, port)


def by_mysql(host: str, port: int) -> object:
    return _opened("mariadb", host, port)


def _opened(dialect: str, host: str, port: int) -> object:
    with sql.opened(sql.Database(dialect, "d", host, port, "u", "p", "plain")) as engine:
        return engine


def by_interface_reached(host: str, port: int) -> object:
    return rest.reach(rest.Interface(f"http://{host}:{port}", auth="none"))


FETCHERS: dict[str, Fetch] = {
    "socket": by_socket, "session": by_session, "session with TLS": by_tls_session, "postgresql": by_postgresql,
    "mysql": by_mysql, "interface": by_interface_reached,
}  # fmt: skip


def reached(sentinel: Sentinel, fetch: Fetch, hosts: Sequence[str] = HOSTS) -> list[str]:
    """The spellings that led to the sentinel."""
    found = []
    for host in hosts:
        before = sentinel.visits
        with suppress(Exception):
            fetch(host, sentinel.port)
        time.sleep(0.02)  # it counts in a thread of its own
        if sentinel.visits != before:
            found.append(host)
    return found


def test_there_are_sixty_spellings() -> None:
    assert len(set(HOSTS)) >= 60


@pytest.mark.parametrize("name", FETCHERS)
def test_no_spelling_of_a_private_host_is_reached(sentinel: Sentinel, name: str) -> None:
    assert reached(sentinel, FETCHERS[name]) == []


@pytest.mark.parametrize("name", FETCHERS)
def test_a_hole_in_the_guard_would_be_seen(sentinel: Sentinel, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "is_open", lambda address: True)
    holes = ["127.0.0.1", "localhost", "loop.evil.test"]
    assert reached(sentinel, FETCHERS[name], holes) == holes


def test_each_refusal_is_a_coded_one() -> None:
    for host in HOSTS:
        with pytest.raises(CodedError) as refusal:
            egress.checked(host, 443)
        assert refusal.value.reason.code in ("egress_refused", "egress_unresolved"), host


def test_what_was_checked_is_what_is_connected_to(sentinel: Sentinel, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is public when it is looked up, and loopback a moment later: it is looked up once."""
    answers = iter(["93.184.216.34"])
    asked, went = [], []

    def resolve(host: str, port: int, *args: object, **kwargs: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers, "127.0.0.1"), port))]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        went.append(address[0])
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(CodedError):
        GuardedSession().get(f"http://rebinding.test:{sentinel.port}/")
    assert (asked, went) == (["rebinding.test"], ["93.184.216.34"])


def test_what_the_installation_allows_by_name_is_reached_and_nothing_beside_it(
    sentinel: Sentinel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIJI_PRIVATE_HOSTS", f"loop.evil.test:{sentinel.port}, 127.0.0.1:1")
    assert reached(sentinel, by_socket) == ["loop.evil.test"]


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1:248:1893:25c8:1946", True), ("64:ff9b::5db8:d822", True),
        ("::ffff:93.184.216.34", True), ("64:ff9b::a00:1", False), ("2002:a00:1::", False), ("::ffff:10.0.0.1", False),
        ("100.127.255.255", False), ("100.128.0.1", True), ("172.32.0.1", True), ("172.31.255.255", False),
    ],
)  # fmt: skip
def test_the_open_internet_ends_where_it_does(text: str, open_: bool) -> None:
    assert addresses.is_open(addresses.ipaddress.ip_address(text)) is open_


@pytest.fixture
def pointing(sentinel: Sentinel) -> Iterator[Callable[[str], int]]:
    """A server that redirects to an address; its port."""
    servers = []

    def serve(location: str) -> int:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(302)
                self.send_header("Location", location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server.server_address[1]

    yield serve
    for server in servers:
        server.shutdown()


def test_no_redirect_leads_to_another_host(
    sentinel: Sentinel, pointing: Callable[[str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for host in HOSTS[:40]:
        port = pointing(f"http://{host}:{sentinel.port}/")
        monkeypatch.setenv("ZHIJI_PRIVATE_HOSTS", f"127.0.0.1:{port}")
        with pytest.raises(Exception) as refusal:  # noqa: PT011 - what requests cannot parse it refuses by itself
            GuardedSession().get(f"http://127.0.0.1:{port}/")
        assert refusal.value.__class__.__module__.startswith(("zhiji.", "requests."))
    assert sentinel.visits == 0
