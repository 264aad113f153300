"""``zhiji resolve``: which records are one customer."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from zhiji.cli import frame
from zhiji.cli.frame import both
from zhiji.cli.options import Json


def register(app: typer.Typer) -> None:
    app.command("resolve", help=both("Join the records of one customer.", "合并属于同一客户的记录。"))(resolve)


def resolve(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=both("Only say what would be joined.", "只说明会合并什么，不写入。"))
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help=both("Take apart what was joined; what people decided stays.",
                                               "撤销合并；人工的决定保留。"))
    ] = False,
    json: Json = False,
) -> None:  # fmt: skip
    """Everything that is stored is looked at anew; prints what was joined and how sure that is."""
    frame.start()
    from zhiji.application.identities import services
    from zhiji.config import schema

    schema.prepare()
    start = services.resolve_look_start if dry_run else services.resolve_undo if undo else services.resolve_start
    result = frame.run(start()).result
    frame.show(result, json, lambda: _text(result))


def _text(result: dict[str, Any]) -> str:
    if "taken_back" in result:
        return frame.words("resolve_undone", customers=result["customers"], moved=result["moved"])
    told = [frame.words("resolve_found", certain=result["certain"], groups=result["groups"], joined=result["joined"])]
    for kind, report in result["models"].items():
        if report["linked"]:
            sure = f"{report['estimated_precision']:.2%}"
            told.append(frame.words(f"resolve_model_{kind}", linked=report["linked"], sure=sure))
    stored = "merged" in result
    counts = {name: result[name] for name in ("customers", "merged" if stored else "moved", "reviews")}
    told.append(frame.words("resolve_stored" if stored else "resolve_would", **counts))
    return "\n".join(told)
