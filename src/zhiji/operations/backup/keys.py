"""The keys of a workspace, kept apart from its backup: who finds the one still lacks the other."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from zhiji.operations.backup.errors import KeysMissing, KeysWrong


def beside(backup: Path) -> Path:
    """Where the keys of a backup lie when nobody moved them."""
    return backup.with_name(f"{backup.name}.keys")


def collected(folder: Path) -> dict[str, bytes]:
    """name → secret bytes of every key of a workspace's ``keys`` folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.key")) if path.is_file()}


def fingerprints(keys: dict[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(value).hexdigest() for name, value in keys.items()}


def write(path: Path, keys: dict[str, bytes]) -> None:
    """A new file, mode 0600 from its first byte on, durable."""
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        json.dump({name: value.hex() for name, value in keys.items()}, file)
        file.flush()
        os.fsync(file.fileno())


def read(path: Path, wanted: dict[str, str]) -> dict[str, bytes]:
    """The keys of a file, each checked against the backup's fingerprints. Raises KeysMissing, KeysWrong."""
    if not path.is_file():
        raise KeysMissing(path=str(path), where={"path": str(path)})
    try:
        keys = {name: bytes.fromhex(value) for name, value in json.loads(path.read_text(encoding="utf-8")).items()}
    except (ValueError, AttributeError, TypeError):
        keys = {}
    told = fingerprints(keys)
    for name, fingerprint in wanted.items():
        if told.get(name) != fingerprint:
            raise KeysWrong(path=str(path), key=name, where={"path": str(path)})
    return {name: keys[name] for name in wanted}


def lay_out(folder: Path, keys: dict[str, bytes]) -> None:
    """Into the ``keys`` folder of a workspace that is being restored."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, value in keys.items():
        opened = os.open(folder / Path(name).name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "wb") as file:
            file.write(value)
            file.flush()
            os.fsync(file.fileno())
