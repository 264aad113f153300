"""Clears the database after a test that commits, though its tables refuse deletions.

SQLite has no TRUNCATE: Django empties a table by DELETE, which a trigger of an append-only table refuses. The triggers
are taken away for the moment of the clearing only, by the connection of the tests; nothing of this is in the product.
"""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True, scope="session")
def _tables_can_be_cleared() -> Any:
    """Statements of a flush stand between those that drop and those that put back the triggers against deletion."""
    from django.db.backends.sqlite3.base import DatabaseWrapper

    operations = DatabaseWrapper.ops_class
    plain = operations.sql_flush

    def sql_flush(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        statements = plain(self, style, tables, **options)
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%BEFORE DELETE%'")
            triggers = cursor.fetchall() if statements else []
        return [*(f'DROP TRIGGER "{name}"' for name, _ in triggers), *statements, *(sql for _, sql in triggers)]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(operations, "sql_flush", sql_flush)
        yield
