"""``zhiji source``: systems that data comes from by itself. Passwords and keys come from a prompt, an environment
variable or standard input, never as an argument, which other users of the machine could read."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zhiji.cli import frame
from zhiji.cli.frame import both
from zhiji.cli.options import Json

if TYPE_CHECKING:
    from zhiji.application.sources.queries import Connection, Stream

Code = Annotated[str, typer.Argument(help=both("Short name of the source.", "数据源的简称。"))]
StreamName = Annotated[str, typer.Argument(help=both("Name of the stream.", "数据流的名称。"))]
_SECRET_ENV = typer.Option("--secret-env", help=both("Environment variable that holds the password.",
                                                     "存放密码的环境变量。"))  # fmt: skip
_SECRET_STDIN = typer.Option("--secret-stdin", help=both("Read the password from standard input.",
                                                         "从标准输入读取密码。"))  # fmt: skip


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help=both("Systems that data comes from by itself.", "自动提供数据的系统。"), no_args_is_help=True
    )
    for name, command, en, zh in (
        ("list", source_list, "List sources and their streams.", "列出数据源及其数据流。"),
        ("add", source_add, "Add a database as a source.", "添加数据库作为数据源。"),
        ("take", source_take, "Make a table a stream, its columns matched.", "把一张表设为数据流，并匹配列。"),
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
    _start()
    from zhiji.application.sources import queries
    from zhiji.platform.accounts import operator

    rows = [_told(row) for row in queries.connections(operator())]
    empty = both("No sources yet.", "还没有数据源。")
    frame.show(rows, json, lambda: "\n".join(line for row in rows for line in _lines(row)) or empty)


def source_add(
    code: Code,
    dialect: Annotated[str, typer.Option(help=both("postgresql, mysql, mariadb, sqlite, mssql or oracle.",
                                                   "postgresql、mysql、mariadb、sqlite、mssql 或 oracle。"))],
    database: Annotated[str, typer.Option(help=both("Name of the database, or path of an SQLite file.",
                                                    "数据库名称，或 SQLite 文件的路径。"))],
    host: Annotated[str, typer.Option(help=both("Host name.", "主机名。"))] = "",
    port: Annotated[int, typer.Option(help=both("Port; 0 is the usual one.", "端口；0 为默认端口。"))] = 0,
    user: Annotated[str, typer.Option(help=both("User of the database.", "数据库用户。"))] = "",
    tls: Annotated[str, typer.Option(help=both("verified, encrypted or plain.",
                                               "verified（验证证书）、encrypted（仅加密）或 plain（不加密）。"))
    ] = "verified",
    name: Annotated[str, typer.Option(help=both("What people call it.", "显示名称。"))] = "",
    secret_env: Annotated[str, _SECRET_ENV] = "",
    secret_stdin: Annotated[bool, _SECRET_STDIN] = False,
    json: Json = False,
) -> None:  # fmt: skip
    """Reach it, and keep it only where that works."""
    _start()
    from zhiji.application.sources import services

    settings = {"dialect": dialect, "database": database, "host": host, "port": port, "user": user, "tls": tls}
    if dialect == "sqlite":
        settings["database"] = str(Path(database).resolve())
    secrets = {} if dialect == "sqlite" else {"password": _secret(secret_env, secret_stdin)}
    services.connection_test("sql", settings, secrets)
    row = services.connection_create(
        kind="sql", name=name or code, source_code=code, settings=settings, secrets=secrets
    )
    frame.show(_told(row), json, lambda: both(f"Added {code}.", f"已添加 {code}。"))


def source_take(
    code: Code,
    table: Annotated[str, typer.Argument(help=both("Table or view.", "表或视图。"))],
    kind: Annotated[str, typer.Option("--as", help=both("orders, customers, products, interactions or auto.",
                                                        "orders、customers、products、interactions 或 auto。"))
    ] = "auto",
    schema: Annotated[str, typer.Option(help=both("Schema of the table, where it is not the first.",
                                                  "表所在的模式（非默认时）。"))] = "",
    cursor: Annotated[str, typer.Option(help=both("Column that grows with each change; without it the whole table is "
                                                  "read each time.", "随变更递增的列；不填则每次读取整张表。"))] = "",
    map_: Annotated[list[str] | None, typer.Option("--map", help=both(
        "field=Column, where the match is wrong; may be repeated.", "字段=列名，用于更正匹配；可重复。"))] = None,
    every: Annotated[int, typer.Option(help=both("Minutes between two looks.", "两次读取之间的分钟数。"))] = 15,
    changed: Annotated[str, typer.Option(help=both("Orders that differ from what is stored: replace or add.",
                                                   "与已入库的内容不同的订单：replace 替换，add 追加。"))] = "replace",
    name: Annotated[str, typer.Option(help=both("What the stream is called.", "数据流名称。"))] = "",
    json: Json = False,
) -> None:  # fmt: skip
    """The worker reads it from now on; ``zhiji source run`` does not wait for it."""
    _start()
    from zhiji.application.sources import services
    from zhiji.cli.imports import _pairs

    row = _find(code)
    definition = {"table": table, "table_schema": schema, "cursor": cursor}
    preview = services.stream_preview(row, definition=definition, kind=kind)
    said = _pairs(map_ or [])
    matched = {field: match.name for field, match in preview.mapping.fields.items() if match.name not in said.values()}
    stream = services.stream_create(
        row, name=name or table, kind=preview.kind, definition=definition, mapping={**matched, **said},
        columns=preview.columns, every_minutes=every, changed=changed,
    )  # fmt: skip
    chosen = {field: column for field, column in stream.mapping.items() if column}
    columns = both(", ", "、").join(f"{column} → {field}" for field, column in chosen.items())
    result = {"id": stream.pk, "name": stream.name, "kind": stream.kind, "mapping": chosen}
    frame.show(result, json, lambda: both("Columns: ", "列匹配：") + columns)


def source_test(code: Code, json: Json = False) -> None:
    _start()
    from zhiji.application.sources import services

    found = services.connection_offers(_find(code))
    names = [one.name for one in found]
    frame.show({"source": code, "offers": names}, json, lambda: "\n".join(names))


def source_run(code: Code, stream: StreamName, json: Json = False) -> None:
    _start()
    from zhiji.application.sources import services

    _work(code, stream, services.stream_run_now, json)


def source_backfill(
    code: Code,
    stream: StreamName,
    since: Annotated[str, typer.Option(help=both("Value of the cursor; empty: from the start.",
                                                 "游标的值；留空则从头开始。"))] = "",
    json: Json = False,
) -> None:  # fmt: skip
    _start()
    from zhiji.application.sources import services

    _work(code, stream, lambda row: services.stream_backfill(row, since=since or None), json)


def source_pause(code: Code, stream: StreamName, json: Json = False) -> None:
    _start()
    from zhiji.application.sources import services

    services.stream_pause(_stream(code, stream))
    _show(code, json)


def source_resume(code: Code, stream: StreamName, json: Json = False) -> None:
    _start()
    from zhiji.application.sources import services

    services.stream_resume(_stream(code, stream))
    _show(code, json)


def source_remove(code: Code, json: Json = False) -> None:
    _start()
    from zhiji.application.sources import services

    services.connection_remove(_find(code))
    frame.show({"removed": code}, json, lambda: both(f"Removed {code}.", f"已移除 {code}。"))


def _start() -> None:
    frame.start()
    from zhiji.config import schema

    schema.prepare()


def _secret(variable: str, from_stdin: bool) -> str:
    """From where the person says; a prompt that shows nothing where they say nothing."""
    if variable:
        return os.environ.get(variable, "")
    if from_stdin or not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt(both("Password", "密码"), hide_input=True, default="", show_default=False))


def _find(code: str) -> Connection:
    from zhiji.application.sources import queries
    from zhiji.cli.errors import SourceUnknown
    from zhiji.platform.accounts import operator

    found = queries.connections(operator()).filter(source_code=code).first()
    if found is None:
        raise SourceUnknown(source=code)
    return found


def _stream(code: str, name: str) -> Stream:
    from zhiji.cli.errors import SourceUnknown

    found = _find(code).streams.select_related("connection").filter(name=name).first()
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
    row = _told(_find(code))
    frame.show(row, json, lambda: "\n".join(_lines(row)))


def _told(row: Connection) -> dict[str, Any]:
    from zhiji.application.sources import queries

    return {
        "id": row.pk, "source": row.source_code, "name": row.name, "kind": row.kind,
        "streams": [
            {"id": one.pk, "name": one.name, "kind": one.kind, "state": one.state, "health": queries.health(one),
             "every_minutes": one.every_minutes, "stored_rows": one.stored_rows, "rejected_rows": one.rejected_rows,
             "seen_at": one.seen_at, "reason": one.reason or one.trouble}
            for one in row.streams.all()
        ],
    }  # fmt: skip


def _lines(row: dict[str, Any]) -> list[str]:
    lines = [f"{row['source']}  {row['name']}  ({row['kind']})"]
    for one in row["streams"]:
        rows = both(f"{one['stored_rows']:,} rows stored, {one['rejected_rows']:,} rejected",
                    f"已入库 {one['stored_rows']:,} 行，拒收 {one['rejected_rows']:,} 行")  # fmt: skip
        lines.append(f"  {one['name']:<24} {frame.words('word_health_' + one['health']):<10} {rows}")
    return lines
