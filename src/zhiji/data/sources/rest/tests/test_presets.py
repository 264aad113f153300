"""Each ready configuration reads a hand-written sample in the shape that its system publishes, and each column of its
mapping is there; what the import makes of the values is asked in ``application.sources``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interfaces import Answer
from interfaces import Interface as Server
from zhiji.data.sources import rest
from zhiji.data.sources.rest import Endpoint, Finished, Interface, Progress
from zhiji.data.sources.rest.model import TokenExchange

SAMPLES = Path(__file__).parent / "samples"
LISTS = [(code, name) for code, preset in rest.presets().items() for name in preset.endpoints]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    one = Server(lambda *asked: (500, {}, {}))
    monkeypatch.setenv("ZHIJI_PRIVATE_HOSTS", f"127.0.0.1:{one.port}")
    yield one
    one.close()


def serving(server: Server, sample: Any, exchange: dict[str, Any] | None) -> None:
    """The sample as the first page; an empty list of the same shape for any other."""
    served = []

    def answer(method: str, path: str, query: dict[str, str], body: Any, headers: dict[str, str]) -> Answer:
        if exchange and path.endswith(exchange["path"]):
            value: Any = "token-1"
            for name in reversed(exchange["token_at"].split(".")):
                value = {name: value}
            return 200, {}, {"success": True, "errcode": 0, "code": {"errcode": "0"}, **value}
        served.append((method, path, query, body))
        return 200, {}, sample if len(served) == 1 else emptied(sample)

    server.answer = answer


def emptied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: emptied(inner) for name, inner in value.items()}
    return [] if isinstance(value, list) else value


@pytest.mark.parametrize(("code", "name"), LISTS)
def test_a_sample_is_read_and_every_mapped_column_is_there(
    server: Server, tmp_path: Path, code: str, name: str
) -> None:
    preset = rest.presets()[code]
    told = preset.endpoints[name]
    sample = json.loads((SAMPLES / f"{code}_{name}.json").read_text(encoding="utf-8"))
    settings = {**preset.settings, "base_url": server.url}
    exchange = settings.pop("exchange", None)
    serving(server, sample, exchange)
    interface = Interface(
        **settings, user="someone", secret={"secret": "s", "client_id": "c", "client_secret": "cs"},
        exchange=TokenExchange(**exchange) if exchange else None,
    )  # fmt: skip
    found = rest.pull(interface, Endpoint.from_json(told["definition"]), tmp_path / "out.jsonl.gz", Progress())
    assert isinstance(found, Finished)
    assert found.rows >= found.records == 1
    assert {column for column in told["mapping"].values() if column not in found.columns} == set()
    since = told["definition"].get("incremental")
    assert bool(found.high) == bool(since)
