"""``zhiji refresh``: features, segments, predictions and lists as of a day."""

from __future__ import annotations

from typing import Annotated

import typer

from zhiji.cli import frame
from zhiji.cli.frame import both
from zhiji.cli.options import Json, day_of


def register(app: typer.Typer) -> None:
    app.command("refresh", help=both("Score the customers as of a day.", "按某日为客户评分。"))(refresh)


def refresh(
    as_of: Annotated[
        str, typer.Option("--as-of", help=both("Day, as 2011-08-31; by default the last day that the data covers.",
                                               "日期，如 2011-08-31；默认为数据覆盖的最后一天。"))
    ] = "",
    json: Json = False,
) -> None:  # fmt: skip
    """Bring everything derived up to a day; prints what is published and what is withheld."""
    day = day_of(as_of)
    frame.start()
    from zhiji.application.predictions import queries
    from zhiji.application.refresh import services
    from zhiji.config import schema
    from zhiji.platform import jobs

    schema.prepare()
    # A refresh waits for an earlier one. What a killed command left would be waited for for ever where no worker runs.
    for left in jobs.left_behind("refresh"):
        jobs.run_inline(left)
    job = frame.run(services.refresh_start(as_of=day))
    language = frame.language()
    told = [queries.version_words(version, language) for version in queries.serving()]
    result = {**job.result, "predictions": told}
    frame.show(
        result, json, lambda: "\n".join([f"{both('As of', '截至')} {result['as_of']}", *(t["text"] for t in told)])
    )
