"""``zhiji backup``, ``restore`` and ``verify``: the whole workspace out, back, and proved."""

from __future__ import annotations

import json as json_format
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from zhiji.cli import frame
from zhiji.cli.frame import both
from zhiji.cli.options import Json

_LOST = {
    "sessions": ("everybody must sign in again", "所有人须重新登录"),
    "model_signatures": ("models are fitted anew by the next refresh", "下次刷新时重新拟合模型"),
    "audit_seal": ("the seal of the audit trail can no longer be checked", "审计记录的封印无法再验证"),
    "stored_answers": ("stored answers to repeated requests cannot be read", "重复请求的已存答复无法读取"),
}


def register(app: typer.Typer) -> None:
    app.command("backup", help=both("Save the whole workspace.", "备份整个工作区。"))(backup)
    app.command("restore", help=both("Bring a workspace back from a backup.", "从备份恢复工作区。"))(restore)
    app.command("verify", help=both("Prove that a backup is whole.", "验证备份是否完好。"))(verify)
    app.command("restored", hidden=True)(restored)


def _folder() -> Path:
    from zhiji.platform.environment import setting
    from zhiji.platform.workspace import workspace

    return Path(setting("ZHIJI_BACKUP_FOLDER") or workspace().backups)


def backup(
    to: Annotated[
        Path | None, typer.Option("--to", help=both("Folder to write into; by default the workspace's own.",
                                                    "写入的文件夹；默认为工作区内的文件夹。"))
    ] = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Save database, landed files and models as of one moment; proved by a restore to a scratch folder."""
    frame.start()
    from zhiji.operations.backup import backup_create
    from zhiji.platform import audit
    from zhiji.platform.database import database_url
    from zhiji.platform.workspace import workspace

    done = backup_create(workspace(), to or _folder(), database_url=database_url())
    audit.record("backup_create", "company", Path(done["path"]).name, verified=done["verified"])
    frame.show(done, json, lambda: "\n".join([
        both("Backup: ", "备份：") + done["path"],
        both("Keys (keep them elsewhere): ", "密钥（请另处保管）：") + done["keys"],
        both(f"{done['rows']:,} rows, {done['files']:,} files, {done['bytes']:,} bytes; {_proof(done)}.",
             f"{done['rows']:,} 行，{done['files']:,} 个文件，{done['bytes']:,} 字节；{_proof(done)}。"),
    ]))  # fmt: skip


def _proof(done: dict[str, Any]) -> str:
    if done["verified"] == "restored":
        return both("restored to a scratch folder and found equal", "已试恢复到临时文件夹并核对一致")
    return both("files compared, database read through (no right to make a scratch database)",
                "文件已核对，数据库已通读（无权建立临时数据库）")  # fmt: skip


def verify(
    path: Annotated[
        Path | None, typer.Argument(metavar="BACKUP", help=both("A backup, or a folder of them (the newest is taken).",
                                                                "备份，或备份所在的文件夹（取最新）。"))
    ] = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Restore it to a scratch folder and compare every file and table with the backup's list."""
    from zhiji.operations.backup import backup_verify
    from zhiji.platform.database import database_url

    done = backup_verify(path or _folder(), database_url=database_url())
    rows, files = f"{done['rows']:,}", f"{done['files']:,}"
    frame.show(done, json, lambda: both(f"Whole: {done['path']} ({rows} rows, {files} files)",
                                        f"完好：{done['path']}（{rows} 行，{files} 个文件）"))  # fmt: skip


def restore(
    path: Annotated[
        Path, typer.Argument(metavar="BACKUP", help=both("A backup, or a folder of them (the newest is taken).",
                                                         "备份，或备份所在的文件夹（取最新）。"))
    ],
    into: Annotated[str, typer.Option("--into", help=both("Name of the workspace; by default the one it came from.",
                                                          "工作区名称；默认为备份时的名称。"))] = "",
    keys: Annotated[Path | None, typer.Option("--keys", help=both("The file with the keys; by default beside it.",
                                                                  "密钥文件；默认在备份旁边。"))] = None,
    without_keys: Annotated[bool, typer.Option("--without-keys", help=both("Go on without the keys.",
                                                                           "没有密钥也继续。"))] = False,
    replace: Annotated[bool, typer.Option("--replace", help=both("Move what is there aside.",
                                                                 "将现有内容移到一旁。"))] = False,
    json: Json = False,
) -> None:  # fmt: skip
    """Refuses a workspace that is not empty, and a backup of a newer program; a kill leaves nothing half-done."""
    from zhiji.operations.backup import Restore, backup_restore
    from zhiji.operations.backup.keys import beside
    from zhiji.operations.backup.manifest import found_in, read
    from zhiji.platform.database import database_url
    from zhiji.platform.environment import home

    backup_path = found_in(path.expanduser().resolve())
    if keys is None and not without_keys and not beside(backup_path).exists() and sys.stdin.isatty():
        said = input(both("File with the keys (empty: none): ", "密钥文件（留空表示没有）：")).strip()
        keys = Path(said) if said else None
    into = into or read(backup_path).workspace
    url = database_url(into)
    done = backup_restore(Restore(
        backup=backup_path, workspaces=home() / "workspaces", into=into, accept=_accept,
        finish=lambda root: _finish(root, url), key_file=keys, without_keys=without_keys, replace=replace,
        database_url=url,
    ))  # fmt: skip
    frame.show(done, json, lambda: _told(done))


def _told(done: dict[str, Any]) -> str:
    lines = [both(f"Restored to workspace {done['workspace']}: {done['rows']:,} rows, as of {done['created_at']}.",
                  f"已恢复到工作区 {done['workspace']}：{done['rows']:,} 行，截至 {done['created_at']}。")]  # fmt: skip
    if done["moved_aside"]:
        lines.append(both("What was there is kept at ", "原有内容保留在 ") + done["moved_aside"])
    lines += [both("Lost without the keys: ", "因缺少密钥而失去：") + both(*_LOST[code]) for code in done["lost"]]
    return "\n".join(lines)


def _accept(steps: list[str]) -> None:
    """Refuses a schema that this program does not know, before anything is copied. Errors: SchemaNewer."""
    frame.start()
    from django.db.migrations.loader import MigrationLoader

    from zhiji.config.schema import SchemaNewer

    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    if unknown := sorted(set(steps) - known):
        raise SchemaNewer(names=unknown[:5])


def _finish(root: Path, url: str) -> None:
    """In a process of its own, whose workspace is the folder that has no name yet; its database has its name."""
    from zhiji.cli.errors import JobRefused
    from zhiji.kernel import Reason
    from zhiji.platform.database import in_schema, schema_of
    from zhiji.platform.environment import home

    name = root.relative_to(home() / "workspaces").as_posix()
    pinned = in_schema(url, schema_of(url)) if url else ""
    environment = {**os.environ, "ZHIJI_WORKSPACE": name, "ZHIJI_HOME": str(home()), "DATABASE_URL": pinned}
    words = [sys.executable, "-m", "zhiji.cli", "restored", "--json"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "{}"
        try:
            raise JobRefused(Reason.from_json(json_format.loads(said)))
        except (ValueError, KeyError):
            raise JobRefused(Reason("command_broke", {"detail": said[:300]})) from None


def restored(json: Json = False) -> None:
    """What follows a restore, within it: an older schema is brought up to date, what is derived is built again.

    A capability's ``jobs.py`` may have ``RESTORED``, functions that are called here in order of the capabilities.
    """
    frame.start()
    from zhiji.config import discovery, schema

    done = schema.prepare()
    for module in discovery.parts("jobs"):
        for function in getattr(module, "RESTORED", ()):
            function()
    frame.show(done, json, lambda: str(done["workspace"]))
