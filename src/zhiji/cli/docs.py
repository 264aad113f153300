"""``zhiji docs``: the parts of the documentation that come from the code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import typer

from zhiji.cli import frame
from zhiji.cli.docs_expectations import expectations
from zhiji.cli.frame import both
from zhiji.cli.tables import row


def register(app: typer.Typer) -> None:
    group = typer.Typer(help=both("Print reference documentation.", "打印参考文档。"), no_args_is_help=True)
    group.command("settings", help=both("All environment variables, as a table.", "全部环境变量（表格）。"))(settings)
    group.command("cli", help=both("All commands and options, as tables.", "全部命令与选项（表格）。"))(commands)
    expected = both(
        "What is expected of files and fields, and what happens otherwise.",
        "对文件和字段的要求，以及不符合时如何处理。",
    )
    group.command("expectations", help=expected)(expectations)
    group.command("openapi", help=both("The contract of the HTTP API, as JSON.", "HTTP API 的契约（JSON）。"))(openapi)
    app.add_typer(group, name="docs")


def settings() -> None:
    from zhiji.platform.environment import SETTINGS

    print(row("Name", "Default", "Meaning", "含义"))
    print("|---|---|---|---|")
    for one in SETTINGS:
        print(row(f"`{one.name}`", f"`{one.default}`" if one.default else "", one.en, one.zh))


def openapi() -> None:
    """OpenAPI 3.1 of all routes; keys sorted, so that a changed route is a small difference."""
    frame.start()
    from zhiji.config.api import api

    print(json.dumps(api.get_openapi_schema(), indent=1, sort_keys=True, ensure_ascii=False, default=str))


def commands() -> None:
    from zhiji.cli.app import build

    root = typer.main.get_command(build())
    for path, command in _walk("zhiji", root):
        if hasattr(command, "commands"):
            continue
        en, zh = _words(command.help)
        print(f"### `{path}`\n\n{en} {zh}\n")
        rows = [_option(parameter) for parameter in command.params if parameter.name != "help"]
        if rows:
            print(row("Option", "Meaning", "含义"))
            print("|---|---|---|")
            print("\n".join(rows) + "\n")


def _walk(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, child in sorted(getattr(command, "commands", {}).items()):
        if not child.hidden:
            yield from _walk(f"{path} {name}", child)


def _words(shown: str | None) -> tuple[str, str]:
    return frame.PAIRS.get((shown or "").strip(), ((shown or "").strip(), ""))


def _option(parameter: Any) -> str:
    if parameter.param_type_name == "option":
        name = " ".join([*parameter.opts, *parameter.secondary_opts])
    else:
        name = str(parameter.name).upper()
    return row(f"`{name}`", *_words(getattr(parameter, "help", "")))
