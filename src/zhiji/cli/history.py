"""``zhiji imports``: what was imported; take one back; count identical lines once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from zhiji.cli import frame
from zhiji.cli.frame import both
from zhiji.cli.options import Json

if TYPE_CHECKING:
    from zhiji.application.imports.queries import Import

SHOWN = 50


def register(app: typer.Typer) -> None:
    group = typer.Typer(help=both("See imports and take them back.", "查看导入记录，撤销导入。"), no_args_is_help=True)
    for name, command, *words in (
        ("list", listed, "The latest imports, newest first.", "最近的导入，新的在前。"),
        ("undo", undo, "Take an import back whole; later ones stay.", "整批撤销一次导入，之后的导入保留。"),
        ("identical-lines", identical_lines, "How identical lines of one file are counted.", "相同的行如何计数。"),
    ):
        group.command(name, help=both(*words))(command)
    app.add_typer(group, name="imports")


def listed(json: Json = False) -> None:
    """Prints number, state, kind, name and counts."""
    frame.start()
    from zhiji.application.imports import queries
    from zhiji.config import schema
    from zhiji.platform.accounts import operator

    schema.prepare()
    rows = [_told(row) for row in queries.imports(operator())[:SHOWN]]
    frame.show(rows, json, lambda: "\n".join(_line(row) for row in rows) or both("Nothing yet.", "还没有导入。"))


def undo(
    number: Annotated[int, typer.Argument(help=both("Number of the import, from the list.", "导入编号，见列表。"))],
    json: Json = False,
) -> None:  # fmt: skip
    """The same as the button on the screen, run to its end here."""
    frame.start()
    from zhiji.application.imports import queries, services
    from zhiji.config import schema
    from zhiji.platform.accounts import operator

    schema.prepare()
    row = queries.import_get(operator(), number, "write")
    frame.run(services.import_undo(row))
    row.refresh_from_db()
    result = _told(row)
    frame.show(result, json, lambda: _line(result))


def identical_lines(
    once: Annotated[
        bool | None,
        typer.Option("--once/--as-often", help=both("Switch; without either, only say how it stands.",
                                                    "切换计法；都不写则只显示现状。")),
    ] = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Prints how many such lines there are, what they come to, and how they are counted."""
    frame.start()
    from zhiji.application.imports import queries, services
    from zhiji.config import schema
    from zhiji.kernel import Money
    from zhiji.platform.company import company

    schema.prepare()
    if once is not None and once != company().count_identical_lines_once:
        frame.run(services.identical_lines_switch(once=once))
    found = queries.identical_lines()
    amount = Money(found["amount_micros"], company().currency).shown()
    code = f"identical_lines_counted_{'once' if found['counted_once'] else 'as_often'}"
    frame.show(found, json, lambda: frame.words(code, lines=found["lines"], amount=amount))


def _told(row: Import) -> dict[str, Any]:
    counts = row.report.get("counts") or row.dry_run.get("counts") or {}
    return {
        "import_id": row.pk, "state": row.state, "kind": row.kind, "name": row.name, "created_at": row.created_at,
        "counts": {name: value for name, value in counts.items() if isinstance(value, int)},
    }  # fmt: skip


def _line(row: dict[str, Any]) -> str:
    counts = {name: row["counts"].get(name, 0) for name in ("stored", "rejected")}
    told = frame.words("import_account_short", name=row["name"], state=row["state"], **counts)
    return f"{row['import_id']:>6}  {row['created_at']:%Y-%m-%d %H:%M}  {told}"
