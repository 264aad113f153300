"""Models on disk: JSON and plain arrays in a folder, behind a signature that is checked before anything is read.

``parameters.json`` and ``arrays.npz`` hold the model, ``manifest.json`` their digests, ``signature`` the
HMAC-SHA256 of the manifest under the installation's key. Never pickle: opening a model cannot run code. A folder is
written aside, flushed and renamed into place, so that it is there whole or not at all; it is never overwritten (a new
version is a new folder).
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from zhiji.algorithms.base.errors import (
    ModelFileDamaged,
    ModelFolderTaken,
    ModelFormatUnknown,
    ModelSignatureInvalid,
    ParameterInvalid,
)
from zhiji.algorithms.base.estimator import Estimator
from zhiji.algorithms.base.plain import Decoder, Encoder
from zhiji.algorithms.base.registry import kind_of

FORMAT = 1
_PARAMETERS, _ARRAYS, _MANIFEST, _SIGNATURE = "parameters.json", "arrays.npz", "manifest.json", "signature"
_KEY_BYTES = 32


def save(estimator: Estimator, folder: Path, key: bytes) -> str:
    """Write a fitted estimator into the new folder ``folder``. Returns the signature (hex) for the record.

    key: at least 32 secret bytes. Raises ModelNotFitted, ModelNotSaveable, ModelFolderTaken, ParameterInvalid; on each
    nothing is left behind.
    """
    _check_key(key)
    estimator.require_fitted()
    if folder.exists():
        raise ModelFolderTaken(where={"path": folder.name})
    encoder = Encoder(type(estimator).__name__)
    tree = encoder.estimator(estimator)
    arrays = io.BytesIO()
    np.savez(arrays, allow_pickle=False, **encoder.arrays)
    files = {_PARAMETERS: _json(tree), _ARRAYS: arrays.getvalue()}
    digests = {name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in files.items()}
    manifest = _json({"format": FORMAT, "kind": kind_of(type(estimator)), "files": digests})
    signature = hmac.new(key, manifest, hashlib.sha256).hexdigest()
    _write_folder(folder, {**files, _MANIFEST: manifest, _SIGNATURE: signature.encode()})
    return signature


def load(folder: Path, key: bytes) -> Estimator:
    """Read a saved estimator; its outputs are identical to those of the one that was saved.

    Raises ModelSignatureInvalid (also for a missing manifest or signature), ModelFileDamaged, ModelFormatUnknown.
    """
    _check_key(key)
    where = {"path": folder.name}
    try:
        manifest, signature = (folder / _MANIFEST).read_bytes(), (folder / _SIGNATURE).read_bytes()
    except OSError:
        raise ModelSignatureInvalid(where=where) from None
    if not hmac.compare_digest(hmac.new(key, manifest, hashlib.sha256).hexdigest().encode(), signature):
        raise ModelSignatureInvalid(where=where)
    described = json.loads(manifest)
    if described["format"] != FORMAT:
        raise ModelFormatUnknown(model=described["kind"], format=described["format"])
    extra = {path.name for path in folder.iterdir()} - {_MANIFEST, _SIGNATURE, *described["files"]}
    if extra:
        raise ModelFileDamaged(file=sorted(extra)[0], where=where)
    files = {name: _checked(folder, name, digest) for name, digest in described["files"].items()}
    with np.load(io.BytesIO(files[_ARRAYS]), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return Decoder(arrays).estimator(json.loads(files[_PARAMETERS]))


def _checked(folder: Path, name: str, digest: dict[str, Any]) -> bytes:
    # Read once, and only the bytes that were checked are parsed.
    try:
        data = (folder / name).read_bytes()
    except OSError:
        raise ModelFileDamaged(file=name, where={"path": folder.name}) from None
    if len(data) != digest["bytes"] or hashlib.sha256(data).hexdigest() != digest["sha256"]:
        raise ModelFileDamaged(file=name, where={"path": folder.name})
    return data


def _write_folder(folder: Path, files: dict[str, bytes]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.parent / f".{folder.name}.{secrets.token_hex(8)}"
    try:
        aside.mkdir()
        for name, data in files.items():
            with (aside / name).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        _flush_folder(aside)
        aside.rename(folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    _flush_folder(folder.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _json(tree: Any) -> bytes:
    return json.dumps(tree, ensure_ascii=False, allow_nan=False, sort_keys=True).encode()


def _check_key(key: bytes) -> None:
    if len(key) < _KEY_BYTES:
        raise ParameterInvalid(name="key", value=f"{len(key)} bytes", rule=f">= {_KEY_BYTES} bytes")
