"""The kinds of systems there are."""

from __future__ import annotations

from zhiji.application.sources.databases import SqlSystem
from zhiji.application.sources.interfaces import RestSystem
from zhiji.application.sources.models import Connection
from zhiji.application.sources.systems import System

SYSTEMS: dict[str, System] = {Connection.Kind.SQL: SqlSystem(), Connection.Kind.REST: RestSystem()}
