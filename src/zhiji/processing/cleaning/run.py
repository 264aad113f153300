"""One cleaning run: a scratch folder, a connection, and two files that appear together or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from zhiji.kernel import Reason
from zhiji.processing.cleaning.habits import Habits
from zhiji.processing.cleaning.mapping import Mapping
from zhiji.processing.cleaning.settings import Cleaned, CleaningSettings
from zhiji.processing.cleaning.stage import Stage, open_stage
from zhiji.processing.cleaning.vocabularies import merged_values

CLEAN, REJECTED = "clean.parquet", "rejected.parquet"


@contextmanager
def cleaning_run(
    received: Path, mapping: Mapping, settings: CleaningSettings, out_dir: Path
) -> Iterator[tuple[Stage, Path, Path]]:
    """Gives the stage and the paths to write to, in a scratch folder; see ``publish`` for the way out of it.

    When the body raises, ``out_dir`` is as it was before.
    """
    created = not out_dir.exists()
    out_dir.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".cleaning-", dir=out_dir))
    done = False
    try:
        stage = open_stage(received, mapping, settings, scratch)
        try:
            yield stage, scratch / CLEAN, scratch / REJECTED
        finally:
            stage.connection.close()
        for name in (CLEAN, REJECTED):
            _flush(scratch / name)
        for name in (CLEAN, REJECTED):
            (scratch / name).replace(out_dir / name)
        done = True
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        if created and not done:
            out_dir.rmdir()


def _flush(path: Path) -> None:
    with path.open("rb+") as handle:
        os.fsync(handle.fileno())


def cleaned(
    kind: str,
    out_dir: Path,
    sizes: tuple[int, int],
    counts: dict[str, int],
    findings: list[Reason],
    months: list[dict[str, int | str | None]] | None = None,
    unknown: list[dict[str, Any]] | None = None,
    habits: Habits | None = None,
) -> Cleaned:
    """The result, its paths where the files stand now. sizes: (clean, rejected). unknown: of each column.
    habits: see ``Stage.habits``."""
    clean, rejected = sizes
    paths = (out_dir / CLEAN, out_dir / REJECTED)
    return Cleaned(
        kind, *paths, clean + rejected, clean, rejected, counts, findings, months or [], merged_values(unknown or []),
        habits or {},
    )  # fmt: skip
