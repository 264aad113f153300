"""Sessions in the database, whose faults keep their name.

Django says ``UpdateError`` of whatever goes wrong while a session is saved, and answers 400 to it: to the person, a
database that is busy would be a request that is malformed.
"""

from __future__ import annotations

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from zhiji.platform.problems import DATABASE_FAULTS


class SessionStore(DatabaseStore):
    def save(self, must_create: bool = False) -> None:
        try:
            super().save(must_create=must_create)
            return
        except UpdateError as error:
            fault = error.__context__ if isinstance(error.__context__, DATABASE_FAULTS) else error
        # Outside the handler, so that the fault keeps the cause that the driver gave it.
        raise fault
