"""Reading by column leaves the database's locks as they are; a query that is wrong says so."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from zhiji.data.landing.models import Source
from zhiji.data.store.columnar import arrow_batches

pytestmark = pytest.mark.django_db(transaction=True)
SOURCES = "SELECT id, code FROM landing_source ORDER BY id"
# What any other process does when its last request ends: opens, reads, closes.
VISITOR = """
import sqlite3, sys
visitor = sqlite3.connect(sys.argv[1])
visitor.execute("SELECT 1 FROM landing_source").fetchone()
visitor.close()
"""


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_what_is_written_after_a_reading_by_column_is_there_for_others() -> None:
    """Were the locks gone, the visitor would remove the log under us, and our next commit would be nobody's."""
    path = Path(connection.settings_dict["NAME"])
    Source.objects.create(code="before")
    assert sum(table.num_rows for table in arrow_batches(SOURCES)) == 1
    subprocess.run([sys.executable, "-c", VISITOR, str(path)], check=True)
    Source.objects.create(code="after")
    assert path.with_name(f"{path.name}-wal").exists()
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT code FROM landing_source ORDER BY id").fetchall() == [("before",), ("after",)]


def test_rows_come_as_they_are_and_a_reading_may_be_left_early() -> None:
    Source.objects.create(code="one")
    Source.objects.create(code="two")
    assert [row["code"] for table in arrow_batches(SOURCES) for row in table.to_pylist()] == ["one", "two"]
    next(iter(arrow_batches(SOURCES)))


def test_a_query_that_is_wrong_says_so() -> None:
    with pytest.raises(OperationalError, match="no such table"):
        list(arrow_batches("SELECT 1 FROM nowhere"))
