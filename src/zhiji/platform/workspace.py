"""A workspace is a folder: database, landing, lake, models, keys. The sample company has one of its own."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from zhiji.platform.environment import home, setting

MAIN, SAMPLE = "main", "sample"


def write_secret(path: Path, n_bytes: int) -> bytes:
    """Create a random key with mode 0600, or read the one that is there. Two starters race safely."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        return path.read_bytes()
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(n_bytes))
        file.flush()
        os.fsync(file.fileno())
    try:
        # Unlike a rename, a link fails where the other was faster; and nobody ever reads half a key.
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_bytes()


@dataclass(frozen=True)
class Workspace:
    """Paths of one workspace. Folders are made when first asked for."""

    root: Path

    @property
    def name(self) -> str:
        return self.root.name

    @property
    def exists(self) -> bool:
        """It was prepared once. On PostgreSQL there is no database in its folder, but there are its keys."""
        return (self.root / "zhiji.db").exists() or (self.root / "keys" / "secret.key").exists()

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    @property
    def database(self) -> Path:
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.root / "zhiji.db"

    @property
    def landing(self) -> Path:
        return self._folder("landing")

    @property
    def staging(self) -> Path:
        return self._folder("staging")

    @property
    def lake(self) -> Path:
        return self._folder("lake")

    @property
    def models(self) -> Path:
        return self._folder("models")

    @property
    def exports(self) -> Path:
        return self._folder("exports")

    @property
    def watched(self) -> Path:
        return self._folder("inbox")

    @property
    def backups(self) -> Path:
        return self._folder("backups")

    @property
    def keys(self) -> Path:
        return self._folder("keys")

    @cached_property
    def secret_key(self) -> str:
        return write_secret(self.keys / "secret.key", 48).hex()

    @cached_property
    def model_key(self) -> bytes:
        return write_secret(self.keys / "model.key", 32)

    @cached_property
    def audit_key(self) -> bytes:
        return write_secret(self.keys / "audit.key", 32)

    @cached_property
    def factor_key(self) -> bytes:
        return write_secret(self.keys / "factor.key", 32)

    @cached_property
    def answer_key(self) -> bytes:
        return write_secret(self.keys / "answer.key", 32)

    @cached_property
    def source_key(self) -> bytes:
        return write_secret(self.keys / "source.key", 32)

    @cached_property
    def mail_key(self) -> bytes:
        return write_secret(self.keys / "mail.key", 32)


def chosen_name() -> str:
    """The workspace to serve from the next start on: by setting, else the last chosen, else ``main``."""
    if named := setting("ZHIJI_WORKSPACE"):
        return named
    chosen = home() / "active"
    return chosen.read_text(encoding="utf-8").strip() if chosen.exists() else MAIN


@cache
def _name_at_start(place: Path) -> str:  # noqa: ARG001 - the key of the cache
    return chosen_name()


def active_name() -> str:
    """The workspace of this process, the same for its whole life: its database is open, so its files must match."""
    return setting("ZHIJI_WORKSPACE") or _name_at_start(home())


def choose(name: str) -> None:
    """Remember which workspace is served from the next start on; replaced atomically."""
    home().mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = home() / f"active.{os.getpid()}"
    fresh.write_text(name, encoding="utf-8")
    fresh.replace(home() / "active")


def workspace(name: str | None = None) -> Workspace:
    return Workspace(home() / "workspaces" / (name or active_name()))
