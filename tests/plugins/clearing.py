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


# What ``post_migrate`` would write anew each time; no test changes it, so it stays.
_LASTING = {"django_content_type", "auth_permission"}
# Emptying a table by TRUNCATE makes new files of it and of each of its indexes; below so many bytes DELETE is quicker.
_SMALL = 262_144


@pytest.fixture(autouse=True, scope="session")
def _tables_can_be_cleared() -> Any:
    """Statements of a flush stand between those that take away and those that put back what refuses it."""
    from django.core.management.commands import flush
    from django.db import connection

    operations = type(connection.ops)
    plain = operations.sql_flush
    refusals = _REFUSALS[connection.vendor]

    def sql_flush(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            wanted = sorted(set(tables) - _LASTING)
            if _are_small(cursor, wanted):
                deletions = [f'DELETE FROM "{table}"' for table in wanted]
                return ["SET session_replication_role = replica", *deletions, "SET session_replication_role = DEFAULT"]
            statements = plain(self, style, wanted, **options)
            cursor.execute(refusals)
            found = cursor.fetchall() if statements else []
        return [*(away for away, _ in found), *statements, *(back for _, back in found)]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(operations, "sql_flush", sql_flush)
        patched.setattr(flush, "emit_post_migrate_signal", lambda *given, **more: None)
        yield


def _are_small(cursor: Any, tables: list[str]) -> bool:
    """Whether deleting from these tables is quicker, and this role may leave their triggers aside meanwhile. One large
    table takes all with it: a table that others refer to is truncated with them."""
    if cursor.db.vendor != "postgresql":
        return False
    cursor.execute(
        "SELECT bool_and(pg_relation_size(oid) < %s) AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) "
        "FROM pg_class WHERE oid::regclass::text = ANY(%s)",
        [_SMALL, tables],
    )
    return bool(cursor.fetchone()[0])
