"""Whether a table still has the columns that its mapping was made for."""

from __future__ import annotations

from zhiji.application.sources.errors import SourceColumnLost, SourceColumnRetyped
from zhiji.application.sources.models import Stream


def expect_columns(stream: Stream, now: dict[str, str]) -> list[str]:
    """New columns, in the order of the table: offered, and kept as further attributes meanwhile.

    Raises SourceColumnLost and SourceColumnRetyped for a column that a field, or the cursor, needs. Whatever else is
    lost or retyped changes nothing that is stored.
    """
    needed = {column: field for field, column in stream.mapping.items() if column}
    if cursor := stream.definition.get("cursor"):
        needed.setdefault(cursor, "cursor")
    for column, name in needed.items():
        if column not in now:
            raise SourceColumnLost(column=column, field=name, where={"column": column})
        before = stream.columns.get(column)
        if before is not None and before != now[column]:
            raise SourceColumnRetyped(
                column=column, field=name, before=before, after=now[column], where={"column": column}
            )
    return [column for column in now if column not in stream.columns]
