"""Reads that must not run for ever: stopped by the database itself when their time is up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction


class TimeIsUp(Exception):
    """The statement was stopped."""


@contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Stop reads inside after so many seconds and raise ``TimeIsUp``."""
    if connection.vendor == "postgresql":
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(int(seconds * 1000))])
                yield
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('statement_timeout', '0', true)")
        except OperationalError as error:
            if "statement timeout" in str(error):
                raise TimeIsUp from error
            raise
        return
    ends = time.monotonic() + seconds
    connection.ensure_connection()
    raw = connection.connection
    raw.set_progress_handler(lambda: time.monotonic() > ends, 20_000)
    try:
        yield
    except OperationalError as error:
        if "interrupted" in str(error):
            raise TimeIsUp from error
        raise
    finally:
        raw.set_progress_handler(None, 0)
