"""``zhiji workspace``: prepare a workspace (folders, keys, schema), see which there are, choose the one to serve."""

from __future__ import annotations

import json as json_format
import sys
from typing import Annotated, Any

import typer

from zhiji.cli import frame
from zhiji.cli.frame import both
from zhiji.cli.options import Json


def register(app: typer.Typer) -> None:
    group = typer.Typer(help=both("The folders that hold companies.", "存放公司数据的工作区。"), no_args_is_help=True)
    prepare_help = both("Make folders and keys, bring the schema up to date.", "建立文件夹与密钥，更新数据库结构。")
    group.command("prepare", help=prepare_help)(workspace_prepare)
    group.command("list", help=both("List the workspaces.", "列出工作区。"))(workspace_list)
    app.add_typer(group, name="workspace")


def workspace_prepare(
    setup_link: Annotated[
        bool, typer.Option("--setup-link", help=both("Also make a set-up link if nobody can sign in yet.",
                                                     "尚无用户时同时生成初始设置链接。"))
    ] = False,
    admin_from_stdin: Annotated[
        bool, typer.Option("--admin-from-stdin", help=both("Take over an administrator, as JSON on standard input.",
                                                           "从标准输入（JSON）接入管理员。"))
    ] = False,
    json: Json = False,
) -> None:  # fmt: skip
    """Everything that must be so before the server starts; safe to run again at any time."""
    frame.start()
    from zhiji.application.accounts import queries, services
    from zhiji.config import schema

    done: dict[str, Any] = schema.prepare()
    if admin_from_stdin:
        done["ticket"] = services.workspace_receive(**json_format.load(sys.stdin))
    done["needs_setup"] = queries.setup_needed()
    if setup_link and done["needs_setup"]:
        done["setup_token"] = services.setup_link_create()
    frame.show(done, json, lambda: done["workspace"])


def workspace_list(json: Json = False) -> None:
    from zhiji.platform.environment import home
    from zhiji.platform.workspace import Workspace, chosen_name

    folders = sorted(path.name for path in (home() / "workspaces").glob("*") if Workspace(path).exists)
    rows = [{"name": name, "chosen": name == chosen_name()} for name in folders]
    frame.show(rows, json, lambda: "\n".join(f"{'*' if row['chosen'] else ' '} {row['name']}" for row in rows))
