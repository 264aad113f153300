"""Adding a source and taking what it has. Passwords and keys come from a prompt, an environment variable or standard
input, never as an argument, which other users of the machine could read."""

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
    from zhiji.application.sources.queries import Connection

Code = Annotated[str, typer.Argument(help=both("Short name of the source.", "数据源的简称。"))]
_FILE = both("JSON file with what the options do not say.", "JSON 文件，写明选项之外的设置。")


def source_add(
    code: Code,
    dialect: Annotated[str, typer.Option(help=both("postgresql, mysql, mariadb, sqlite, mssql or oracle.",
                                                   "postgresql、mysql、mariadb、sqlite、mssql 或 oracle。"))] = "",
    database: Annotated[str, typer.Option(help=both("Name of the database, or path of an SQLite file.",
                                                    "数据库名称，或 SQLite 文件的路径。"))] = "",
    host: Annotated[str, typer.Option(help=both("Host name.", "主机名。"))] = "",
    port: Annotated[int, typer.Option(help=both("Port; 0 is the usual one.", "端口；0 为默认端口。"))] = 0,
    tls: Annotated[str, typer.Option(help=both("verified, encrypted or plain.",
                                               "verified（验证证书）、encrypted（仅加密）或 plain（不加密）。"))
    ] = "verified",
    preset: Annotated[str, typer.Option(help=both("Ready configuration of an interface, as shopify.",
                                                  "接口的现成配置，如 youzan。"))] = "",
    base_url: Annotated[str, typer.Option(help=both("Address of an interface.", "接口地址。"))] = "",
    settings: Annotated[Path | None, typer.Option(help=_FILE)] = None,
    user: Annotated[str, typer.Option(help=both("User, or what the interface calls you.",
                                                "用户名，或接口中的账户标识。"))] = "",
    name: Annotated[str, typer.Option(help=both("What people call it.", "显示名称。"))] = "",
    secret_env: Annotated[list[str] | None, typer.Option(help=both(
        "Environment variable that holds the password; name=VARIABLE where there are several.",
        "存放密码的环境变量；有多个时写 名称=变量。"))] = None,
    secret_stdin: Annotated[bool, typer.Option("--secret-stdin", help=both(
        "Read the password from standard input, a line each.", "从标准输入读取密码，每行一个。"))] = False,
    json: Json = False,
) -> None:  # fmt: skip
    """Reach it, and keep it only where that works. A database has a dialect, an interface a preset or an address."""
    start()
    from zhiji.application.sources import queries, services

    told_file = _read(settings)
    if dialect:
        path = str(Path(database).resolve()) if dialect == "sqlite" else database
        kind, names = "sql", [] if dialect == "sqlite" else ["password"]
        said = {"dialect": dialect, "database": path, "host": host, "port": port, "user": user, "tls": tls, **told_file}
    else:
        ready = next((one for one in queries.preset_list() if one.code == preset), None)
        said = {**(ready.settings if ready else {}), **({"preset": preset} if ready else {}), **told_file}
        said |= {"base_url": base_url} if base_url else {}
        said |= {"user": user} if user else {}
        kind, names = "rest", ready.secrets if ready else ["secret"]
    secrets = _secrets(names, secret_env or [], secret_stdin)
    services.connection_test(kind, said, secrets)
    row = services.connection_create(kind=kind, name=name or code, source_code=code, settings=said, secrets=secrets)
    frame.show(told(row), json, lambda: both(f"Added {code}.", f"已添加 {code}。"))


def source_take(
    code: Code,
    what: Annotated[str, typer.Argument(help=both("Table, view, or list of a ready configuration.",
                                                  "表、视图，或现成配置中的列表。"))],
    kind: Annotated[str, typer.Option("--as", help=both("orders, customers, products, interactions or auto.",
                                                        "orders、customers、products、interactions 或 auto。"))
    ] = "auto",
    schema: Annotated[str, typer.Option(help=both("Schema of the table, where it is not the first.",
                                                  "表所在的模式（非默认时）。"))] = "",
    cursor: Annotated[str, typer.Option(help=both("Column that grows with each change; without it the whole table is "
                                                  "read each time.", "随变更递增的列；不填则每次读取整张表。"))] = "",
    definition: Annotated[Path | None, typer.Option(help=_FILE)] = None,
    map_: Annotated[list[str] | None, typer.Option("--map", help=both(
        "field=Column, where the match is wrong; may be repeated.", "字段=列名，用于更正匹配；可重复。"))] = None,
    every: Annotated[int, typer.Option(help=both("Minutes between two looks.", "两次读取之间的分钟数。"))] = 15,
    changed: Annotated[str, typer.Option(help=both("Orders that differ from what is stored: replace or add.",
                                                   "与已入库的内容不同的订单：replace 替换，add 追加。"))] = "replace",
    name: Annotated[str, typer.Option(help=both("What the stream is called.", "数据流名称。"))] = "",
    json: Json = False,
) -> None:  # fmt: skip
    """The worker reads it from now on; ``zhiji source run`` does not wait for it."""
    start()
    from zhiji.application.sources import queries, services
    from zhiji.cli.imports import _pairs

    row = find(code)
    preset = next((one for one in queries.preset_list() if one.code == row.settings.get("preset")), None)
    ready = preset.endpoints.get(what, {}) if preset else {}
    table = {"table": what, "table_schema": schema, "cursor": cursor} if row.kind == "sql" else {"path": what}
    wanted = {**(ready.get("definition") or table), **_read(definition)}
    preview = services.stream_preview(row, definition=wanted, kind=ready.get("kind", kind) if kind == "auto" else kind)
    said = _pairs(map_ or [])
    found = {field: match.name for field, match in preview.mapping.fields.items()}
    found = {field: column for field, column in ready.get("mapping", found).items() if column not in said.values()}
    stream = services.stream_create(
        row, name=name or what, kind=preview.kind, definition=wanted, mapping={**found, **said},
        columns=preview.columns, every_minutes=every, changed=changed,
    )  # fmt: skip
    chosen = {field: column for field, column in stream.mapping.items() if column}
    columns = both(", ", "、").join(f"{column} → {field}" for field, column in chosen.items())
    result = {"id": stream.pk, "name": stream.name, "kind": stream.kind, "mapping": chosen}
    frame.show(result, json, lambda: both("Columns: ", "列匹配：") + columns)


def _read(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    import json

    from zhiji.platform.errors import InputInvalid

    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputInvalid(field=path.name, problem=str(error)[:100], where={"field": path.name}) from error
    return found if isinstance(found, dict) else {}


def _secrets(names: list[str], variables: list[str], from_stdin: bool) -> dict[str, str]:
    """From where the person says; a prompt that shows nothing where they say nothing."""
    given: dict[str, str] = {}
    for word in variables:
        name, equals, variable = word.partition("=")
        given[name if equals else names[0]] = os.environ.get(variable if equals else name, "")
    for name in [one for one in names if one not in given]:
        if from_stdin or not sys.stdin.isatty():
            given[name] = sys.stdin.readline().rstrip("\n")
        else:
            given[name] = str(typer.prompt(name, hide_input=True, default="", show_default=False))
    return given


def start() -> None:
    frame.start()
    from zhiji.config import schema

    schema.prepare()


def find(code: str) -> Connection:
    from zhiji.application.sources import queries
    from zhiji.cli.errors import SourceUnknown
    from zhiji.platform.accounts import operator

    found = queries.connections(operator()).filter(source_code=code).first()
    if found is None:
        raise SourceUnknown(source=code)
    return found


def told(row: Connection) -> dict[str, Any]:
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
