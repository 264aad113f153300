"""What is there: tables, views and their columns; and how a column's values travel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zhiji.data.sources.sql.errors import SqlTableMissing
from zhiji.data.sources.sql.model import Column, Table

if TYPE_CHECKING:
    import sqlalchemy as sa
    from sqlalchemy import Engine

MOST_TABLES = 2_000
_DECIMAL_DIGITS = 38


def tables(engine: Engine) -> list[Table]:
    """Tables and views that the user may see, those of the first schema first."""
    from sqlalchemy import inspect

    seen = inspect(engine)
    usual = seen.default_schema_name or ""
    schemas = [usual] if engine.dialect.name == "sqlite" else [usual, *_others(seen.get_schema_names(), usual)]
    found: list[Table] = []
    for schema in schemas:
        where = None if schema == usual else schema
        shown = "" if where is None else schema
        found += [Table(name, shown) for name in sorted(seen.get_table_names(schema=where))]
        found += [Table(name, shown, is_view=True) for name in sorted(seen.get_view_names(schema=where))]
    return found[:MOST_TABLES]


def _others(names: list[str], usual: str) -> list[str]:
    """Without the schemas that a database keeps for itself."""
    own = ("information_schema", "performance_schema", "mysql", "sys", "pg_catalog", "pg_toast", "INFORMATION_SCHEMA")
    return sorted(name for name in names if name != usual and name not in own and not name.startswith("pg_temp"))


def reflected(engine: Engine, table: Table) -> sa.Table:
    """Raises SqlTableMissing."""
    import sqlalchemy as sa

    metadata = sa.MetaData(schema=table.schema or None)
    try:
        return sa.Table(table.name, metadata, autoload_with=engine, resolve_fks=False)
    except sa.exc.NoSuchTableError as error:
        raise SqlTableMissing(table=table.name, where={"field": "table"}) from error


def columns(engine: Engine, table: Table) -> list[Column]:
    """In the order of the table; what cannot be a cell (binary) is left out. Raises SqlTableMissing."""
    found = reflected(engine, table)
    keys = {column.name for column in found.primary_key}
    listed = [Column(column.name, family(column.type), column.name in keys) for column in found.columns]
    return [column for column in listed if column.family != "binary"]


def family(kind: Any) -> str:
    """What sort of values a type holds, as far as a change of it matters."""
    from sqlalchemy import types

    families = (
        (types.Boolean, "flag"), (types.Numeric, "number"), (types.Integer, "number"), (types.DateTime, "instant"),
        (types.Date, "date"), (types.Time, "time"), (types.JSON, "json"), (types.ARRAY, "json"),
        (types._Binary, "binary"), (types.String, "text"), (types.Uuid, "text"),
    )  # fmt: skip
    return next((name for parent, name in families if isinstance(kind, parent)), "other")


def travels_typed(kind: Any, dialect: str) -> bool:
    """Whether Arrow keeps every value of the type exactly; all others travel as the database's own text.

    Text it is for dates, because databases have some that Python has not (0000-00-00, infinity), for decimals without
    a width, and for SQLite, whose columns hold whatever was put there.
    """
    from sqlalchemy import types

    if dialect == "sqlite":
        return False
    if isinstance(kind, types.Numeric):
        return kind.asdecimal is False or 0 < (kind.precision or 0) <= _DECIMAL_DIGITS
    if isinstance(kind, types.Integer):
        return not getattr(kind, "unsigned", False)  # beyond 2^63
    return isinstance(kind, types.Boolean) or (
        isinstance(kind, types.String) and not isinstance(kind, types.Enum) and kind.__visit_name__ != "SET"
    )
