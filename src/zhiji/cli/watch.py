"""``zhiji watch``: the watched folder by hand, for a machine on which ``zhiji serve`` does not run all day."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from zhiji.cli import frame
from zhiji.cli.frame import both
from zhiji.cli.options import Json


def register(app: typer.Typer) -> None:
    app.command("watch", help=both("Import what lies in the watched folder now.", "导入监视文件夹中现有的文件。"))(
        watch
    )


def watch(
    pause: Annotated[float, typer.Option(min=0.1, help=both("Seconds between the two looks that find a file whole.",
                                                            "两次查看之间的秒数，用于确认文件已完整。"))] = 2.0,
    json: Json = False,
) -> None:  # fmt: skip
    """Take every file whose size has stopped changing; the worker of ``zhiji serve`` does the same twice a minute."""
    frame.start()
    from zhiji.config import schema
    from zhiji.operations.watch import Inbox
    from zhiji.platform.models import Job
    from zhiji.platform.workspace import workspace

    schema.prepare()
    inbox = Inbox()
    inbox.poll()
    time.sleep(pause)
    inbox.poll()
    due = Job.objects.filter(kind="inbox_take", state__in=["queued", "running"]).order_by("pk")
    taken: list[dict[str, Any]] = [frame.run(job).result for job in due]
    result = {"folder": str(workspace().watched), "files": [one for one in taken if one]}
    frame.show(result, json, lambda: _text(result))


def _text(result: dict[str, Any]) -> str:
    lines = [frame.words("inbox_came_of", file=one["file"], outcome=one["outcome"]) for one in result["files"]]
    empty = both(f"Nothing lies in {result['folder']}", f"{result['folder']} 中没有待导入的文件")
    return "\n".join(lines) or empty
