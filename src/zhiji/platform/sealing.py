"""Sealing what must not be read from a copied database: AES-GCM under a key that lies in the workspace's ``keys``.

A label binds what is sealed to its row: moved to another row, it does not open.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class SealBroken(Exception):
    """Another key, another row, or bytes that were never sealed; each room says it in its own words."""


def seal(key: bytes, plain: bytes, label: str) -> bytes:
    """12 random bytes, then the encrypted text with its tag."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, label.encode())


def unseal(key: bytes, sealed: bytes | memoryview | None, label: str) -> bytes:
    """Raises SealBroken."""
    kept = bytes(sealed or b"")
    try:
        return AESGCM(key).decrypt(kept[:_NONCE], kept[_NONCE:], label.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken from error
