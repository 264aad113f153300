"""Whether a table still has the columns that its mapping was made for."""

from __future__ import annotations

from zhiji.application.sources.errors import SourceColumnLost, SourceColumnRetyped
from zhiji.application.sources.models import Stream
from zhiji.processing.cleaning import KINDS

_MANY = 200


def expect_columns(stream: Stream, now: dict[str, str]) -> None:
    """A table says beforehand what it has. New columns are offered, and kept as further attributes meanwhile.

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


def expect_present(stream: Stream, named: dict[str, str], records: int) -> None:
    """An interface may leave out what is empty, so only many records of which none names a column say that it is gone;
    of a field that every row needs, one is enough. Raises SourceColumnLost."""
    required = {field.name for field in KINDS[stream.kind].fields.values() if field.required}
    for name, column in stream.mapping.items():
        if not column or column in named or column not in stream.columns:
            continue
        if name in required or records >= _MANY:
            raise SourceColumnLost(column=column, field=name, where={"column": column})
