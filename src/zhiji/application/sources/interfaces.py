"""JSON interfaces as a kind of source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zhiji.application.sources import secret
from zhiji.application.sources.drift import expect_present
from zhiji.application.sources.errors import SourceOrdersInLines
from zhiji.application.sources.models import Connection, Run, Stream
from zhiji.application.sources.systems import Brought, Offered
from zhiji.data.sources import rest
from zhiji.data.sources.rest import Endpoint, Interface, Progress
from zhiji.data.sources.rest.model import TokenExchange
from zhiji.platform.jobs import Task


class RestSystem:
    """Lists of an interface; of a ready configuration, those that it knows."""

    suffix = "jsonl.gz"

    def offered(self, settings: dict[str, Any], secrets: dict[str, str]) -> list[Offered]:
        interface = _interface(settings, secrets)
        preset = rest.presets().get(settings["preset"])
        rest.reach(interface)
        return [Offered(name, False, told["definition"]) for name, told in preset.endpoints.items()] if preset else []

    def sample(self, connection: Connection, definition: dict[str, Any], out: Path, rows: int) -> dict[str, str]:
        return rest.sample(_of(connection), Endpoint.from_json(definition), out, rows)

    def position(self, connection: Connection, definition: dict[str, Any], value: str) -> dict[str, Any]:  # noqa: ARG002
        return {"value": value.strip(), "tail": ""}

    def pull(self, stream: Stream, run: Run, out: Path, task: Task) -> Brought | None:
        since = run.since or {}
        progress = Progress.from_json(run.progress) if run.progress else Progress()
        with task.held():
            found = rest.pull(
                _of(stream.connection), Endpoint.from_json(stream.definition), out, progress,
                since=since.get("value", ""), tail=since.get("tail", ""), mark=f"run {run.pk}",
                wanted=tuple(column for column in stream.mapping.values() if column),
                one_record_of=stream.mapping.get("order_number", "") if stream.kind == "orders" else "",
                time_is_up=task.time_is_up, kept=lambda at: _keep(run, at),
            )  # fmt: skip
        if isinstance(found, Progress):
            return None
        if found.repeated:
            raise SourceOrdersInLines(number=found.repeated[:80], where={"column": stream.mapping["order_number"]})
        if found.path is not None:
            expect_present(stream, found.columns, found.records)
        until = {"value": found.high, "tail": found.tail}
        return Brought(found.path, found.rows, until, True, columns=found.columns)


def _keep(run: Run, at: Progress) -> None:
    Run.objects.filter(pk=run.pk).update(progress=at.to_json())


def _of(connection: Connection) -> Interface:
    return _interface(connection.settings, secret.opened(connection))


def _interface(settings: dict[str, Any], secrets: dict[str, str]) -> Interface:
    told = {name: value for name, value in settings.items() if name not in ("preset", "exchange")}
    exchange = TokenExchange(**settings["exchange"]) if settings.get("exchange") else None
    return Interface(**told, exchange=exchange, secret=secrets)
