"""``zhiji export``: what the lists show, to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from zhiji.cli import frame
from zhiji.cli.frame import both
from zhiji.cli.options import Json

if TYPE_CHECKING:
    from zhiji.application.customers.services import Purpose, What


def register(app: typer.Typer) -> None:
    app.command(
        "export",
        help=both(
            "Write customers, segments, orders or identities to a file.", "将客户、分群、订单或来源编号写入文件。"
        ),
    )(export)


def export(
    what: Annotated[str, typer.Argument(help="customers | segments | orders | identities")],
    to: Annotated[
        Path, typer.Option("--to", help=both("File: .csv, .xlsx or .parquet.", "文件：.csv、.xlsx 或 .parquet。"))
    ],
    purpose: Annotated[
        str,
        typer.Option(
            "--for",
            help=both(
                "`contact` leaves out who does not want to be contacted and adds phone, e-mail and address.",
                "`contact` 会排除不愿被联系的客户，并附上电话、邮箱和地址。",
            ),
        ),
    ] = "analysis",
    filter_text: Annotated[
        str,
        typer.Option(
            "--filter", help=both("Filter as JSON, see the guide to filters.", "筛选条件（JSON），写法见筛选条件指南。")
        ),
    ] = "",
    sort: Annotated[
        str, typer.Option("--sort", help=both("Order, as `-spend` or `name`.", "排序，如 `-spend` 或 `name`。"))
    ] = "",
    json: Json = False,
) -> None:
    """Everything this machine's operator asks for; prints how many rows were written."""
    for name, value, offered in (("what", what, ("customers", "segments", "orders", "identities")),
                                 ("--for", purpose, ("contact", "analysis"))):  # fmt: skip
        _check(name, value, offered)
    frame.start()
    from zhiji.application.customers import services
    from zhiji.config import schema
    from zhiji.platform.accounts import operator

    schema.prepare()
    rows = services.export_write(
        user=operator(), what=cast("What", what), path=to.expanduser().resolve(), filter_text=filter_text, sort=sort,
        purpose=cast("Purpose", purpose),
    )  # fmt: skip
    result = {"what": what, "for": purpose, "rows": rows, "file": str(to)}
    frame.show(result, json, lambda: both(f"{rows:,} rows in {to}", f"已写入 {rows:,} 行：{to}"))


def _check(name: str, value: str, offered: tuple[str, ...]) -> None:
    if value not in offered:
        from zhiji.kernel import Reason
        from zhiji.platform.errors import InputInvalid

        problem = Reason("problem_not_a_choice", {"expected": list(offered)})
        raise InputInvalid(field=name, problem=problem.to_json(), where={"field": name})
