"""Passwords and keys of connections: sealed before they are stored, opened only where they are used."""

from __future__ import annotations

import secrets

import orjson

from zhiji.application.sources.errors import SourceSecretUnreadable
from zhiji.application.sources.models import Connection
from zhiji.platform.sealing import SealBroken, seal, unseal
from zhiji.platform.workspace import workspace


def keep(connection: Connection, given: dict[str, str]) -> None:
    """Put into the row, which the caller saves. A fresh label each time: an old copy of the column no longer opens."""
    connection.seal_label = secrets.token_hex(16)
    connection.sealed = seal(workspace().source_key, orjson.dumps(given), _label(connection)) if given else None


def opened(connection: Connection) -> dict[str, str]:
    """Raises SourceSecretUnreadable."""
    if connection.sealed is None:
        return {}
    try:
        found: dict[str, str] = orjson.loads(unseal(workspace().source_key, connection.sealed, _label(connection)))
    except SealBroken as error:
        raise SourceSecretUnreadable(name=connection.name) from error
    return found


def _label(connection: Connection) -> str:
    return f"source {connection.seal_label}"
