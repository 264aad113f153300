"""How the engine may use the machine: from the environment, or handed in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

from zhiji.data.lake.errors import EngineUnknown

_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
_MEGABYTE = 1 << 20


def _memory_of_machine() -> int:
    """Bytes that this process may hope for: the machine's, or its container's where that is less."""
    whole = int(psutil.virtual_memory().total)
    try:
        return min(whole, int(_CGROUP_LIMIT.read_text()))
    except (OSError, ValueError):
        return whole


def _default_memory() -> int:
    return max(256, min(4096, _memory_of_machine() // _MEGABYTE // 3))


@dataclass(frozen=True)
class EngineSettings:
    """What the engine is and what it may take.

    engine: ``duckdb``. threads: whole, ≥ 1; None: as many as there are processors. memory_mb: megabytes for data,
    beyond which it spills; None: a third of the machine's or container's, 256 to 4096. seconds: the longest that one
    query may run; None: no limit. spill: folder for what does not fit in memory; None: the system's temporary folder.
    """

    engine: str = "duckdb"
    threads: int | None = None
    memory_mb: int | None = None
    seconds: float | None = None
    spill: Path | None = None

    def __post_init__(self) -> None:
        if self.engine != "duckdb":
            raise EngineUnknown(setting="ZHIJI_ENGINE", value=self.engine)
        for name, value in (("THREADS", self.threads), ("MEMORY_MB", self.memory_mb), ("SECONDS", self.seconds)):
            if value is not None and not value > 0:
                raise EngineUnknown(setting=f"ZHIJI_ENGINE_{name}", value=str(value))

    @property
    def thread_count(self) -> int:
        return self.threads or os.cpu_count() or 1

    @property
    def memory_megabytes(self) -> int:
        return self.memory_mb or _default_memory()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """From ``ZHIJI_ENGINE``, ``ZHIJI_ENGINE_THREADS``, ``_MEMORY_MB``, ``_SECONDS`` and ``_SPILL``; absent or empty
        is the default. Raises EngineUnknown.
        """
        given = os.environ if environment is None else environment

        def number(name: str) -> int | None:
            text = given.get(name, "").strip()
            if not text:
                return None
            if not text.isascii() or not text.isdigit():
                raise EngineUnknown(setting=name, value=text)
            return int(text)

        spill = given.get("ZHIJI_ENGINE_SPILL", "").strip()
        return cls(
            engine=given.get("ZHIJI_ENGINE", "").strip() or "duckdb",
            threads=number("ZHIJI_ENGINE_THREADS"),
            memory_mb=number("ZHIJI_ENGINE_MEMORY_MB"),
            seconds=number("ZHIJI_ENGINE_SECONDS"),
            spill=Path(spill) if spill else None,
        )
