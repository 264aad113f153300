"""Connections: made, tried, changed and removed; and a look at what they offer."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction

from zhiji.application.sources import secret
from zhiji.application.sources.errors import SourceCodeTaken, SourceSampleEmpty, StreamBusy
from zhiji.application.sources.kinds import SYSTEMS
from zhiji.application.sources.models import Connection, Run
from zhiji.application.sources.shapes import checked_definition, checked_secrets, checked_settings
from zhiji.application.sources.systems import Offered
from zhiji.data.sources.files import FileProfile, inspect
from zhiji.platform import audit, live
from zhiji.platform.models import User
from zhiji.platform.workspace import workspace
from zhiji.processing.cleaning import KINDS, Mapping, match_columns

SAMPLE_ROWS = 200
AUTO = "auto"


@dataclass(frozen=True)
class Preview:
    """What a stream would bring. columns: name → family. mappings: kind → how its fields would be matched."""

    kind: str
    profile: FileProfile
    columns: dict[str, str]
    mapping: Mapping


def connection_test(kind: str, settings: dict[str, Any], secrets: dict[str, str]) -> list[Offered]:
    """Reach the system and see what there is; nothing is kept. Raises what the system refuses."""
    return SYSTEMS[kind].offered(checked_settings(kind, settings), checked_secrets(kind, secrets))


def connection_offers(connection: Connection) -> list[Offered]:
    """What the system of a connection has, with the secret that is kept."""
    return SYSTEMS[connection.kind].offered(connection.settings, secret.opened(connection))


def connection_create(
    *, kind: str, name: str, source_code: str, settings: dict[str, Any], secrets: dict[str, str], by: User | None = None
) -> Connection:
    """Raises SourceSettingsUnfit, SourceCodeTaken. It is not reached for this: see ``connection_test``."""
    row = Connection(
        kind=kind, name=name, source_code=source_code, settings=checked_settings(kind, settings), created_by=by
    )
    secret.keep(row, checked_secrets(kind, secrets))
    try:
        with transaction.atomic():
            row.save()
            audit.record("source_create", "source", row.pk, kind=kind, source=source_code)
    except IntegrityError as error:
        raise SourceCodeTaken(source=source_code, where={"field": "source"}) from error
    live.publish("source", id=row.pk)
    return row


@transaction.atomic
def connection_update(
    connection: Connection,
    *,
    name: str | None = None,
    settings: dict[str, Any] | None = None,
    secrets: dict[str, str] | None = None,
) -> Connection:
    """What is not given stays. New settings that lead elsewhere do not take the old secret along: it would be sent to
    whoever is there; it has to be given anew."""
    row = Connection.objects.select_for_update().get(pk=connection.pk)
    before = {"name": row.name, "settings": row.settings}
    after = checked_settings(row.kind, settings) if settings is not None else row.settings
    if secrets:
        secret.keep(row, checked_secrets(row.kind, secrets))
    elif _leads_elsewhere(row.settings, after):
        secret.keep(row, {})
    row.name, row.settings = name if name is not None else row.name, after
    row.save()
    changed = audit.changes(before, {"name": row.name, "settings": row.settings})
    audit.record("source_update", "source", row.pk, changed=changed, secret=bool(secrets))
    live.publish("source", id=row.pk)
    return row


_PLACES = ("dialect", "host", "port", "base_url", "tls")


def _leads_elsewhere(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return any(before.get(name) != after.get(name) for name in _PLACES)


@transaction.atomic
def connection_remove(connection: Connection) -> None:
    """With its streams, their history and its secret; what it brought stays. Raises StreamBusy while an import of it is
    under way."""
    row = Connection.objects.select_for_update().get(pk=connection.pk)
    if Run.objects.filter(stream__connection=row, state=Run.State.IMPORTING).exists():
        raise StreamBusy(name=row.name)
    audit.record("source_remove", "source", row.pk, source=row.source_code)
    live.publish("source", id=row.pk)
    row.delete()


def stream_preview(connection: Connection, *, definition: dict[str, Any], kind: str = AUTO) -> Preview:
    """The first rows and how their columns would be matched; nothing is kept. kind: ``auto`` takes the best fit.

    Raises what the system refuses, and SourceSampleEmpty.
    """
    wanted = checked_definition(connection.kind, definition)
    system = SYSTEMS[connection.kind]
    with tempfile.TemporaryDirectory(prefix="source-sample-", dir=workspace().staging) as folder:
        out = Path(folder) / f"sample.{system.suffix}"
        columns = system.sample(connection, wanted, out, SAMPLE_ROWS)
        if not out.exists():
            raise SourceSampleEmpty(name=connection.name)
        profile = inspect(out, name=out.name)
    mapping = _matched(profile, kind)
    return Preview(mapping.kind, profile, columns, mapping)


def _matched(profile: FileProfile, kind: str) -> Mapping:
    if kind != AUTO:
        return match_columns(profile, kind)
    tried = [match_columns(profile, name) for name in KINDS]
    return min(tried, key=lambda mapping: (len(mapping.missing), -len(mapping.fields)))
