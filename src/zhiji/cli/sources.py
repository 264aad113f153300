"""``zhiji source``: systems that data comes from by itself. Passwords and keys come from a prompt, an environment
variable or standard input, never as an argument, which other users of the machine could read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from zhiji.cli import frame, sources_adding
from zhiji.cli.frame import both
from zhiji.cli.options import Json
from zhiji.cli.sources_adding import Code, find, start, told

if TYPE_CHECKING:
    from zhiji.application.sources.queries import Stream

StreamName = Annotated[str, typer.Argument(help=both("Name of the stream.", "数据流的名称。"))]


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help=both("Systems that data comes from by itself.", "自动提供数据的系统。"), no_args_is_help=True
    )
    for name, command, en, zh in (
        ("list", source_list, "List sources and their streams.", "列出数据源及其数据流。"),
        ("add", sources_adding.source_add, "Add a database or an interface.", "添加数据库或接口。"),
        ("take", sources_adding.source_take, "Make a table or list a stream.", "把一张表或一个列表设为数据流。"),
        ("test", source_test, "Reach a source and list what it has.", "连接数据源并列出其内容。"),
        ("run", source_run, "Read what is new now.", "立即读取新内容。"),
        ("pause", source_pause, "Pause a stream.", "暂停数据流。"),
        ("resume", source_resume, "Resume a stream.", "继续数据流。"),
        ("backfill", source_backfill, "Read again, from a value or the start.", "从某个值或从头重新读取。"),
        ("remove", source_remove, "Remove a source; what it brought stays.", "移除数据源；已导入的内容保留。"),
    ):  # fmt: skip
        group.command(name, help=both(en, zh))(command)
    app.add_typer(group, name="source")


def source_list(json: Json = False) -> None:
    start()
    from zhiji.application.sources import queries
    from zhiji.platform.accounts import operator

    rows = [told(row) for row in queries.connections(operator())]
    empty = both("No sources yet.", "还没有数据源。")
    frame.show(rows, json, lambda: "\n".join(line for row in rows for line in _lines(row)) or empty)


def source_test(code: Code, json: Json = False) -> None:
    start()
    from zhiji.application.sources import services

    found = services.connection_offers(find(code))
    names = [one.name for one in found]
    frame.show({"source": code, "offers": names}, json, lambda: "\n".join(names))


def source_run(code: Code, stream: StreamName, json: Json = False) -> None:
    start()
    from zhiji.application.sources import services

    _work(code, stream, services.stream_run_now, json)


def source_backfill(
    code: Code,
    stream: StreamName,
    since: Annotated[str, typer.Option(help=both("Value of the cursor; empty: from the start.",
                                                 "游标的值；留空则从头开始。"))] = "",
    json: Json = False,
) -> None:  # fmt: skip
    start()
    from zhiji.application.sources import services

    _work(code, stream, lambda row: services.stream_backfill(row, since=since or None), json)


def source_pause(code: Code, stream: StreamName, json: Json = False) -> None:
    start()
    from zhiji.application.sources import services

    services.stream_pause(_stream(code, stream))
    _show(code, json)


def source_resume(code: Code, stream: StreamName, json: Json = False) -> None:
    start()
    from zhiji.application.sources import services

    services.stream_resume(_stream(code, stream))
    _show(code, json)


def source_remove(code: Code, json: Json = False) -> None:
    start()
    from zhiji.application.sources import services

    services.connection_remove(find(code))
    frame.show({"removed": code}, json, lambda: both(f"Removed {code}.", f"已移除 {code}。"))


def _stream(code: str, name: str) -> Stream:
    from zhiji.cli.errors import SourceUnknown

    found = find(code).streams.select_related("connection").filter(name=name).first()
    if found is None:
        raise SourceUnknown(source=f"{code} {name}")
    return found


def _work(code: str, name: str, start: Any, json: bool) -> None:
    """Run it here, to its end; a stream that stopped or could not reach its source is a refusal."""
    from zhiji.cli.errors import JobRefused
    from zhiji.kernel import Reason

    frame.run(start(_stream(code, name)))
    stream = _stream(code, name)
    if told := stream.reason or stream.trouble:
        raise JobRefused(Reason.from_json(told))
    _show(code, json)


def _show(code: str, json: bool) -> None:
    row = told(find(code))
    frame.show(row, json, lambda: "\n".join(_lines(row)))


def _lines(row: dict[str, Any]) -> list[str]:
    lines = [f"{row['source']}  {row['name']}  ({row['kind']})"]
    for one in row["streams"]:
        rows = both(f"{one['stored_rows']:,} rows stored, {one['rejected_rows']:,} rejected",
                    f"已入库 {one['stored_rows']:,} 行，拒收 {one['rejected_rows']:,} 行")  # fmt: skip
        lines.append(f"  {one['name']:<24} {frame.words('word_health_' + one['health']):<10} {rows}")
    return lines
