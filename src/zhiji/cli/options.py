"""Options that several commands take alike."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from zhiji.cli.frame import both

Json = Annotated[bool, typer.Option("--json", help=both("Print the result as JSON.", "以 JSON 输出结果。"))]


def day_of(as_of: str) -> date | None:
    """What ``--as-of`` says, as 2011-08-31; None where nothing was said. Raises InputInvalid."""
    from zhiji.platform.errors import InputInvalid

    try:
        return date.fromisoformat(as_of) if as_of else None
    except ValueError:
        raise InputInvalid(field="--as-of", problem=as_of, where={"field": "--as-of"}) from None
