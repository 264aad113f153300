"""Every way of paging brings every record once; what shifts, breaks off, asks for patience or lies is borne."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from interfaces import Answer
from interfaces import Interface as Server
from zhiji.data.sources import rest
from zhiji.data.sources.rest import Endpoint, Finished, Incremental, Interface, Paging, Progress, RestPatience, errors
from zhiji.kernel import clock
from zhiji.platform.egress import AnswerBroken, RedirectElsewhere

KEY = "k-0123456789"


class Shop:
    """Records as the shop has them; ``answer`` serves them in each way of paging."""

    def __init__(self) -> None:
        self.records = [self.record(n) for n in range(1, 26)]
        self.between: list[Any] = []  # done after an answer, one a request

    def record(self, n: int, minute: int | None = None) -> dict[str, Any]:
        at = n if minute is None else minute
        return {"id": n, "total": 12.50 + n, "updated_at": f"2025-03-01T{at // 60:02d}:{at % 60:02d}:00Z"}

    def answer(self, method: str, path: str, query: dict[str, str], body: Any, headers: dict[str, str]) -> Answer:
        if headers.get("Authorization") != f"Bearer {KEY}":
            return 401, {}, {"message": f"no such key {headers.get('Authorization')}"}
        found = [r for r in self.records if r["updated_at"] >= query.get("since", "")]
        found.sort(key=lambda r: (r["updated_at"], r["id"]))
        size = int(query.get("limit", 10))
        more: dict[str, Any] = {}
        out: dict[str, str] = {}
        base = f"http://{headers['Host']}{path}"
        start = (int(query["page"]) - 1) * size if "page" in query else int(query.get("at", query.get("offset", 0)))
        following = start + size if start + size < len(found) else None
        if path == "/linked":
            more["next"] = f"{base}?at={following}" if following else None
        elif path == "/headed" and following:
            out["Link"] = f'<{base}?at={following}>; rel="next"'
        elif path == "/cursor":
            more["after"] = str(following) if following else None
        page = found[start : start + size]
        if self.between:
            self.between.pop(0)()
        return 200, out, {"data": {"items": page}, **more}


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def server(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    one = Server(shop.answer)
    monkeypatch.setenv("ZHIJI_PRIVATE_HOSTS", f"127.0.0.1:{one.port}")
    yield one
    one.close()


PAGING = {
    "linked": Paging("link", path="next"),
    "headed": Paging("header_link"),
    "cursor": Paging("cursor", path="after", param="at"),
    "pages": Paging("page", param="page", size_param="limit", size=10),
    "offsets": Paging("offset", param="offset", size_param="limit", size=10),
}


def endpoint(way: str, **more: Any) -> Endpoint:
    return Endpoint(path=way, records="data.items", paging=PAGING[way], **more)


def interface(server: Server, **more: Any) -> Interface:
    return Interface(base_url=server.url, secret={"secret": KEY}, **more)


def pulled(server: Server, endpoint: Endpoint, folder: Path, **more: Any) -> Finished:
    told = more.pop("interface", interface(server))
    progress = Progress()
    for _ in range(100):
        found = rest.pull(told, endpoint, folder / "pull.jsonl.gz", progress, **more)
        if isinstance(found, Finished):
            (folder / "pages.jsonl").unlink()
            return found
        progress = found
    raise AssertionError("never at its end")


def rows(found: Finished) -> list[dict[str, Any]]:
    if found.path is None:
        return []
    with gzip.open(found.path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def ids(found: Finished) -> list[int]:
    return sorted(int(row["id"]) for row in rows(found))


@pytest.mark.parametrize("way", PAGING)
def test_every_record_comes_once(server: Server, tmp_path: Path, way: str) -> None:
    found = pulled(server, endpoint(way), tmp_path)
    assert ids(found) == list(range(1, 26))
    assert {row["total"] for row in rows(found) if row["id"] == "3"} == {"15.5"}


@pytest.mark.parametrize("way", PAGING)
def test_broken_off_after_each_page_it_goes_on_where_it_stood(server: Server, tmp_path: Path, way: str) -> None:
    found = pulled(server, endpoint(way), tmp_path, time_is_up=lambda: True)
    assert ids(found) == list(range(1, 26))


def test_killed_between_a_page_and_its_note_the_page_is_not_twice(server: Server, tmp_path: Path) -> None:
    class Killed(Exception):
        pass

    kept: list[Progress] = [Progress()]

    def keep(progress: Progress) -> None:
        if len(kept) == 2 and "killed" not in vars(keep):
            keep.killed = True  # type: ignore[attr-defined]
            raise Killed
        kept.append(progress)

    out = tmp_path / "pull.jsonl.gz"
    with pytest.raises(Killed):
        rest.pull(interface(server), endpoint("linked"), out, kept[-1], kept=keep)
    found = rest.pull(interface(server), endpoint("linked"), out, kept[-1], kept=keep)
    assert isinstance(found, Finished)
    assert ids(found) == list(range(1, 26))


@pytest.mark.parametrize("way", ["pages", "offsets"])
def test_a_list_that_shifts_while_it_is_read_loses_nothing(
    server: Server, shop: Shop, tmp_path: Path, way: str
) -> None:
    """After the first page a record of it is changed, so that it moves to the end and all others slip forward: the
    first one of the second page is then on no page that is still asked for."""

    def change() -> None:
        shop.records[4] = shop.record(5, minute=500)

    shop.between = [change]
    found = pulled(server, endpoint(way, incremental=Incremental("updated_at", "since")), tmp_path)
    assert ids(found) == list(range(1, 26))
    assert found.high == "2025-03-01T08:20:00Z"


def test_without_the_second_pass_the_record_would_be_lost(
    server: Server, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhiji.data.sources.rest.pulling.MOST_TURNS", 1)
    shop.between = [lambda: shop.records.__setitem__(4, shop.record(5, minute=500))]
    found = pulled(server, endpoint("pages", incremental=Incremental("updated_at", "since")), tmp_path)
    assert 11 not in ids(found)


def test_only_what_changed_comes_again(server: Server, shop: Shop, tmp_path: Path) -> None:
    asked = endpoint("linked", incremental=Incremental("updated_at", "since", overlap=0))
    first = pulled(server, asked, tmp_path)
    again = pulled(server, asked, tmp_path, since=first.high, tail=first.tail)
    assert (again.path, again.high) == (None, first.high)
    shop.records[2] = shop.record(3, minute=600)
    third = pulled(server, asked, tmp_path, since=again.high, tail=again.tail)
    assert ids(third) == [3, 25]
    assert pulled(server, asked, tmp_path, since=third.high, tail=third.tail).path is None


def test_without_an_incremental_field_all_of_it_comes_only_when_something_differs(
    server: Server, shop: Shop, tmp_path: Path
) -> None:
    first = pulled(server, endpoint("cursor"), tmp_path)
    assert pulled(server, endpoint("cursor"), tmp_path, tail=first.tail).path is None
    shop.records[2]["total"] = 1
    assert len(rows(pulled(server, endpoint("cursor"), tmp_path, tail=first.tail))) == 25


def test_the_latest_of_two_versions_counts(server: Server, shop: Shop, tmp_path: Path) -> None:
    shop.between = [lambda: shop.records.append({**shop.record(2, minute=700), "total": 99})]
    found = pulled(server, endpoint("linked", incremental=Incremental("updated_at", "since")), tmp_path)
    assert [row["total"] for row in rows(found) if row["id"] == "2"] == ["99"]


def test_a_value_of_the_far_future_is_no_position(server: Server, shop: Shop, tmp_path: Path) -> None:
    shop.records.append({"id": 99, "total": 1, "updated_at": "2999-01-01T00:00:00Z"})
    found = pulled(server, endpoint("linked", incremental=Incremental("updated_at", "since")), tmp_path)
    assert 99 in ids(found)
    assert found.high == "2025-03-01T00:25:00Z"


def test_patience_is_honoured_and_what_was_read_is_kept(server: Server, shop: Shop, tmp_path: Path) -> None:
    kept = [Progress()]
    plain, turns = shop.answer, []

    def moody(*asked: Any) -> Answer:
        turns.append(asked)
        return (429, {"Retry-After": "120"}, {}) if len(turns) == 2 else plain(*asked)

    server.answer = moody
    out = tmp_path / "pull.jsonl.gz"
    with pytest.raises(RestPatience) as refusal:
        rest.pull(interface(server), endpoint("linked"), out, kept[-1], kept=kept.append)
    assert timedelta(seconds=110) < refusal.value.until - clock.now() < timedelta(seconds=121)
    found = rest.pull(interface(server), endpoint("linked"), out, kept[-1], kept=kept.append)
    assert isinstance(found, Finished)
    assert ids(found) == list(range(1, 26))
    assert len(turns) == 4


def test_a_passing_fault_is_tried_again(
    server: Server, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    plain, turns = shop.answer, []

    def moody(*asked: Any) -> Answer:
        turns.append(asked)
        return (502, {}, {}) if len(turns) % 2 else plain(*asked)

    server.answer = moody
    assert ids(pulled(server, endpoint("linked"), tmp_path)) == list(range(1, 26))
    server.answer = lambda *asked: (503, {}, {})
    with pytest.raises(errors.RestBroken):
        pulled(server, endpoint("linked"), tmp_path)


def test_the_limit_of_requests_is_kept(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("zhiji.data.sources.rest.client.time.sleep", waited.append)
    pulled(server, endpoint("linked"), tmp_path, interface=interface(server, per_minute=30))
    assert [round(seconds) for seconds in waited if seconds > 0.5] == [2, 2]


@pytest.mark.parametrize(
    ("status", "headers", "content", "expected"),
    [
        (401, {}, {}, errors.RestRefused),
        (403, {}, {}, errors.RestRefused),
        (404, {}, {}, errors.RestMissing),
        (422, {}, {}, errors.RestRejected),
        (200, {}, {"error": "no"}, errors.RestWithoutRecords),
        (200, {}, {"data": {"items": "none"}}, errors.RestWithoutRecords),
        (200, {}, {"data": None, "ok": 40001}, errors.RestRejected),
        (200, {}, b"<html>", AnswerBroken),
        (200, {}, b'{"data": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", AnswerBroken),
        (200, {}, b'{"data": {"items": [', AnswerBroken),
        (302, {"Location": "http://example.com/"}, {}, RedirectElsewhere),
    ],
)
def test_refusals_are_coded_and_leave_no_file(
    server: Server, tmp_path: Path, status: int, headers: dict[str, str], content: Any, expected: type[Exception]
) -> None:
    server.answer = lambda *asked: (status, headers, content)
    told = interface(server, ok_at="ok")
    with pytest.raises(expected) as refusal:
        rest.pull(told, endpoint("linked"), tmp_path / "pull.jsonl.gz", Progress())
    shown = f"{refusal.value!r} {refusal.value.__cause__!r} {refusal.value.__context__!r} {told!r}"
    assert KEY not in shown
    assert not (tmp_path / "pull.jsonl.gz").exists()


def test_a_next_page_elsewhere_gets_no_key(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Server(lambda *asked: (200, {}, {"data": {"items": []}}))
    monkeypatch.setenv("ZHIJI_PRIVATE_HOSTS", "127.0.0.1")
    server.answer = lambda *asked: (200, {}, {"data": {"items": [{"id": 1}]}, "next": f"{other.url}/linked"})
    with pytest.raises(RedirectElsewhere):
        pulled(server, endpoint("linked"), tmp_path)
    assert other.asked == []
    other.close()


def test_pages_without_end_are_ended(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhiji.data.sources.rest.pulling.MOST_PAGES", 30)
    count = iter(range(10_000))
    server.answer = lambda *asked: (200, {}, {"data": {"items": [{"id": next(count)}]}, "next": "/linked?again"})
    with pytest.raises(errors.RestEndless):
        pulled(server, endpoint("linked"), tmp_path)
    server.answer = lambda *asked: (200, {}, {"data": {"items": [{"id": 1}]}})
    assert ids(pulled(server, endpoint("pages"), tmp_path)) == [1]  # its last page for ever


def test_each_way_of_showing_a_key(server: Server, tmp_path: Path) -> None:
    seen = []

    def answer(method: str, path: str, query: dict[str, str], body: Any, headers: dict[str, str]) -> Answer:
        seen.append((query, headers))
        return 200, {}, {"data": {"items": [{"id": 1}]}, "token": {"value": "t-1"}}

    server.answer = answer
    exchange = rest.model.TokenExchange(
        "token", fields={"id": "{client_id}", "s": "{client_secret}"}, token_at="token.value"
    )
    for told in (
        interface(server, auth="header", auth_name="X-Key"),
        interface(server, auth="query", auth_name="key"),
        replace(interface(server, auth="basic", user="u")),
        replace(interface(server, auth="token", exchange=exchange), secret={"client_id": "a", "client_secret": "b"}),
    ):
        pulled(server, endpoint("linked"), tmp_path, interface=told)
    assert seen[0][1]["X-Key"] == KEY
    assert seen[1][0] == {"key": KEY}
    assert seen[2][1]["Authorization"].startswith("Basic ")
    assert (seen[3][0], seen[4][0]) == ({"id": "a", "s": "b"}, {"access_token": "t-1"})
