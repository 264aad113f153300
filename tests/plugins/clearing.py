"""Clears the database after a test that commits, though its tables refuse deletions.

SQLite has no TRUNCATE: Django empties a table by DELETE, which a trigger of an append-only table refuses. On PostgreSQL
another one refuses TRUNCATE. They are taken away for the moment of the clearing only, by the connection of the tests;
nothing of this is in the product.
"""

from __future__ import annotations

from typing import Any

import pytest

# What takes a trigger away, and what puts it back.
_REFUSALS = {
    "sqlite": "SELECT 'DROP TRIGGER ' || name, sql FROM sqlite_master WHERE type = 'trigger' "
    "AND sql LIKE '%BEFORE DELETE%'",
    # tgtype & 32: on TRUNCATE.
    "postgresql": "SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname), "
    "format('ALTER TABLE %s ENABLE TRIGGER %I', tgrelid::regclass, tgname) FROM pg_trigger "
    "WHERE NOT tgisinternal AND tgtype & 32 <> 0 AND tgrelid::regclass::text NOT LIKE '%.%'",
}


@pytest.fixture(autouse=True, scope="session")
def _tables_can_be_cleared() -> Any:
    """Statements of a flush stand between those that take away and those that put back what refuses it."""
    from django.db import connection

    operations = type(connection.ops)
    plain = operations.sql_flush
    refusals = _REFUSALS[connection.vendor]

    def sql_flush(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        statements = plain(self, style, tables, **options)
        with self.connection.cursor() as cursor:
            cursor.execute(refusals)
            found = cursor.fetchall() if statements else []
        return [*(away for away, _ in found), *statements, *(back for _, back in found)]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(operations, "sql_flush", sql_flush)
        yield
