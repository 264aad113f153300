"""Making a backup: one moment of the whole workspace, proved by restoring it to a scratch folder."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import zhiji
from zhiji.kernel import clock
from zhiji.operations.backup import files, keys, manifest, postgres, sqlite
from zhiji.operations.backup.errors import BackupNotWritten, BackupSourceIncomplete
from zhiji.operations.backup.verifying import prove
from zhiji.platform.workspace import Workspace

Held = sqlite.Held | postgres.Held
# Folders of work under way, by the query that says whose are needed: a job goes on where it was.
_UNDER_WAY = {
    "import-": ("imports_import", "SELECT id FROM imports_import WHERE state IN ('checked', 'storing')"),
    "refresh-": (
        "platform_job",
        "SELECT id FROM platform_job WHERE kind = 'refresh' AND state IN ('queued', 'running', 'waiting')",
    ),
}
_MODELS = ("predictions_modelversion", "segments_segmentrun")


def backup_create(place: Workspace, folder: Path, *, database_url: str = "", automatic: bool = False) -> dict[str, Any]:
    """Save a workspace below ``folder`` as it is at one moment, while others may go on writing.

    In it: the database, every landed file, the models, and what unfinished jobs need to go on. Not in it: the lake
    (derived, built again on restore), exports, the watched folder, earlier backups. The keys go into a file of their
    own beside it. The backup appears under its name only after it was restored to a scratch folder and every table and
    file was found equal; whatever goes wrong, nothing of it stays.

    Returns ``path, keys, bytes, files, rows, tables, seconds, verified`` (``restored``, or ``read`` where PostgreSQL
    does not let us make a scratch database).
    Raises BackupNotWritten (disk full, no permission), BackupSourceIncomplete, BackupToolMissing, BackupToolFailed,
    BackupDamaged (the copy did not prove equal).
    """
    started = time.monotonic()
    folder = folder.expanduser().resolve()
    name = _name(folder, place.name, automatic)
    try:
        with files.written_aside(folder, name) as aside:
            described = _write(place, aside / name, name, database_url, automatic)
            verified = prove(aside / name, aside / "scratch", database_url)
            kept = keys.beside(folder / name)
            keys.write(aside / kept.name, keys.collected(place.keys))
            (aside / kept.name).rename(kept)
            files.publish(aside / name, folder / name)
    except (OSError, sqlite3.OperationalError) as error:
        raise BackupNotWritten(path=str(folder), detail=str(error), where={"path": str(folder)}) from error
    return {
        "path": str(folder / name), "keys": str(kept), "bytes": described.size, "files": len(described.files),
        "rows": described.rows, "tables": len(described.tables), "verified": verified,
        "seconds": round(time.monotonic() - started, 2),
    }  # fmt: skip


def _name(folder: Path, workspace: str, automatic: bool) -> str:
    base = f"zhiji-{workspace}-{clock.now():%Y%m%dT%H%M%SZ}{'-auto' if automatic else ''}"
    taken = (base, *(f"{base}-{number}" for number in range(2, 1000)))
    return next(name for name in taken if not (folder / name).exists() and not keys.beside(folder / name).exists())


def _write(place: Workspace, target: Path, name: str, database_url: str, automatic: bool) -> manifest.Manifest:
    target.mkdir(mode=0o700)
    # On the disk of the workspace, where a link costs nothing and keeps a file that its job throws away meanwhile.
    with files.written_aside(place.root, "links") as links, _held(place, links, database_url) as held:
        described = manifest.Manifest(
            name=name, workspace=place.name, created_at=clock.now().isoformat(), version=zhiji.__version__,
            engine=held.engine, automatic=automatic, keys=keys.fingerprints(keys.collected(place.keys)),
            migrations=sorted(f"{app}.{step}" for app, step in held.query("SELECT app, name FROM django_migrations")),
        )  # fmt: skip
        database = held.save(target)
        described.files[database.name] = files.described(database)
        described.tables = held.tables()
        for source, inside in (*_landed(place, held), *_models(links, held), *_under_way(links, held)):
            described.files[inside] = files.copy(source, target / inside)
        _check_landed(described)
    manifest.write(target, described)
    return described


def _held(place: Workspace, links: Path, database_url: str) -> AbstractContextManager[Held]:
    def frozen() -> None:
        _link(place.models, links / "models")
        for prefix in _UNDER_WAY:
            for folder in place.staging.glob(f"{prefix}*"):
                _link(folder, links / folder.name)

    return postgres.held(database_url, frozen) if database_url else sqlite.held(place.database, frozen)


def _link(folder: Path, target: Path) -> None:
    """Hold every file of a folder, should its owner remove it while the backup is being written."""
    target.mkdir(parents=True)
    for inside in files.below(folder):
        (target / inside).parent.mkdir(parents=True, exist_ok=True)
        # One that vanishes here belongs to no row: rows are committed after their files, and removed before them.
        with contextlib.suppress(FileNotFoundError):
            os.link(folder / inside, target / inside)


def _landed(place: Workspace, held: Held) -> Iterator[tuple[Path, str]]:
    """Every file that the snapshot names; written before its row, never changed."""
    for (sha256,) in held.query("SELECT sha256 FROM landing_landedfile ORDER BY sha256"):
        source = place.landing / sha256[:2] / sha256
        if not source.is_file():
            raise BackupSourceIncomplete(path=str(source), where={"path": str(source)})
        yield source, f"landing/{sha256[:2]}/{sha256}"


def _check_landed(described: manifest.Manifest) -> None:
    """A landed file is named by its hash: one that rotted is found before it replaces a good copy."""
    for inside, told in described.files.items():
        if inside.startswith("landing/") and not inside.endswith(told["sha256"]):
            raise BackupSourceIncomplete(path=inside, where={"path": inside})


def _models(links: Path, held: Held) -> Iterator[tuple[Path, str]]:
    models, there = links / "models", set(held.names())
    for table in _MODELS:
        for (path,) in held.query(f"SELECT path FROM {table} WHERE path <> ''") if table in there else ():  # noqa: S608
            if not (models / path).is_dir():
                raise BackupSourceIncomplete(path=f"models/{path}", where={"path": path})
    for inside in files.below(models):
        yield models / inside, f"models/{inside.as_posix()}"


def _under_way(links: Path, held: Held) -> Iterator[tuple[Path, str]]:
    there = set(held.names())
    for prefix, (table, sql) in _UNDER_WAY.items():
        for (number,) in held.query(sql) if table in there else ():
            folder = links / f"{prefix}{number}"
            for inside in files.below(folder) if folder.is_dir() else ():
                yield folder / inside, f"staging/{folder.name}/{inside.as_posix()}"


def forget_old(folder: Path, keep: int, workspace: str) -> list[Path]:
    """Remove all but the newest ``keep`` automatic backups of a workspace; those made by hand stay. Returns them."""
    automatic = [path for path in manifest.all_in(folder) if _is_automatic(path, workspace)]
    stale = automatic[: max(len(automatic) - keep, 0)]
    for path in stale:
        # Out of sight first: half a backup must never look like one.
        with files.written_aside(folder, path.name) as aside:
            path.rename(aside / path.name)
        keys.beside(path).unlink(missing_ok=True)
    return stale


def _is_automatic(path: Path, workspace: str) -> bool:
    told = manifest.read(path)
    return told.automatic and told.workspace == workspace
