"""Is a backup whole? It is restored to a scratch folder and compared, file by file and table by table."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from zhiji.operations.backup import files, manifest, postgres, sqlite
from zhiji.operations.backup.errors import BackupDamaged, BackupEngineDiffers

RESTORED, READ = "restored", "read"


def prove(backup: Path, scratch: Path, database_url: str = "") -> str:
    """Restore to ``scratch`` (removed again) and compare all. ``restored``, or ``read`` (see ``postgres.checked``).

    Raises BackupDamaged, BackupEngineDiffers.
    """
    described = manifest.read(backup)
    try:
        lay_out_files(backup, described, scratch)
        if described.engine == "postgresql":
            if not database_url:
                raise BackupEngineDiffers(found=described.engine, expected="sqlite")
            found = postgres.checked(scratch / postgres.FILE, database_url)
        else:
            found = sqlite.checked(scratch / "zhiji.db")
        if found is not None:
            same_tables(described, found)
        return RESTORED if found is not None else READ
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def backup_verify(path: Path, *, database_url: str = "") -> dict[str, Any]:
    """Check a backup (or the newest of a folder) against its own list, by restoring it.

    Returns ``path, created_at, workspace, engine, files, tables, rows, bytes, verified``.
    Raises BackupNotFound, BackupFormatUnknown, BackupDamaged, BackupEngineDiffers, BackupToolMissing.
    """
    backup = manifest.found_in(path.expanduser().resolve())
    described = manifest.read(backup)
    with tempfile.TemporaryDirectory(prefix="zhiji-verify-", dir=_roomy(backup)) as scratch:
        verified = prove(backup, Path(scratch) / "scratch", database_url)
    return {
        "path": str(backup), "created_at": described.created_at, "workspace": described.workspace,
        "engine": described.engine, "files": len(described.files), "tables": len(described.tables),
        "rows": described.rows, "bytes": described.size, "verified": verified,
    }  # fmt: skip


def _roomy(backup: Path) -> Path | None:
    """Beside the backup, where there is room for another; a read-only medium has none, so the system's place then."""
    try:
        with tempfile.TemporaryFile(dir=backup.parent):
            return backup.parent
    except OSError:
        return None


def lay_out_files(backup: Path, described: manifest.Manifest, root: Path) -> None:
    """Every file of the backup to its place below ``root``, each compared with its hash. Raises BackupDamaged."""
    listed = set(described.files)
    found = {inside.as_posix() for inside in files.below(backup)} - {manifest.NAME, manifest.SEAL}
    if strange := sorted(found ^ listed):
        raise BackupDamaged(part=strange[0], detail="missing" if strange[0] in listed else "unexpected")
    root.mkdir(mode=0o700, parents=True)
    for inside, told in described.files.items():
        target = root / ("zhiji.db" if inside == sqlite.FILE else inside)
        if not target.resolve().is_relative_to(root.resolve()):
            raise BackupDamaged(part=inside, detail="path")
        if files.copy(backup / inside, target) != told:
            raise BackupDamaged(part=inside, detail="sha256")


def same_tables(described: manifest.Manifest, found: dict[str, dict[str, Any]]) -> None:
    """Raises BackupDamaged with the first table that differs."""
    for name in sorted(set(described.tables) | set(found)):
        if described.tables.get(name) != found.get(name):
            told, there = described.tables.get(name, {}), found.get(name, {})
            raise BackupDamaged(part=name, detail=f"{told.get('rows')} / {there.get('rows')}")
