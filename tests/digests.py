"""What a workspace holds, as digests: each row of each table, and each file. Two states are equal when these are."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass

from django.db import connection

from zhiji.platform.workspace import workspace

# Tables that remember what was done rather than what is. A refusal and an undo leave traces here and nowhere else.
TRACES = {
    "django_session": "who is signed in; any request renews it",
    "imports_import": "the history of imports, where the refused file and the one taken back stay to be seen",
    "landing_landedfile": "every file received is kept byte for byte, also one that was refused",
    "landing_batch": "a batch taken back stays, as withdrawn",
    "platform_auditentry": "each action is noted, also a refused one",
    "platform_audithead": "the seal over the newest note",
    "store_customeractivity": "counts over the last hours and days, made anew of the same record at a later moment",
    "platform_job": "the work that was done, and the refresh that follows an import",
    "platform_liveevent": "what was told to open pages; pruned after an hour",
}
# Rows that were there stay as they were; new ones may follow.
APPEND_ONLY = ("imports_import", "landing_landedfile", "landing_batch", "platform_auditentry", "platform_liveevent")
# No content of their own: SQLite's counters of keys, and the parts of the full-text index, which it merges when it
# likes; what is indexed stands in store_customersearch, which is compared.
INNER = ("sqlite_", "store_customerwords_")


@dataclass(frozen=True)
class State:
    """tables: name → digest of a row → how often. files: path in the workspace → SHA-256 of its bytes."""

    tables: dict[str, Counter[str]]
    files: dict[str, str]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def state() -> State:
    tables = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            if not name.startswith(INNER):
                cursor.execute(f'SELECT * FROM "{name}"')
                tables[name] = Counter(_sha256(repr(row).encode()) for row in cursor.fetchall())
    root = workspace().root
    # The database's own files hold the tables, in an order of its own.
    database = {f"{connection.settings_dict['NAME']}{suffix}" for suffix in ("", "-wal", "-shm", "-journal")}
    files = {
        path.relative_to(root).as_posix(): _sha256(path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file() and str(path) not in database
    }
    return State(tables, files)


def assert_only_traces(before: State, after: State, content: bytes) -> None:
    """Nothing is different but the traces of one import of ``content``."""
    assert after.tables.keys() == before.tables.keys()
    changed = {name for name in before.tables if after.tables[name] != before.tables[name]}
    assert changed <= TRACES.keys(), f"also changed: {sorted(changed - TRACES.keys())}"
    for name in APPEND_ONLY:
        assert before.tables[name] <= after.tables[name], f"an earlier row of {name} was changed"
    assert (after.tables["imports_import"] - before.tables["imports_import"]).total() == 1
    assert (after.tables["landing_landedfile"] - before.tables["landing_landedfile"]).total() <= 1
    sha256 = _sha256(content)
    expected = before.files | {f"landing/{sha256[:2]}/{sha256}": sha256}
    assert after.files == expected, f"also changed: {sorted(dict(after.files.items() ^ expected.items()))}"
