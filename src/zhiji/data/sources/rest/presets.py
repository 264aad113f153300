"""Ready configurations of well-known systems: how they page, where their records are, which column is which field.

One TOML file a system, in ``presets/``. They follow the shapes that each publishes; what differs in a company's own
installation (custom fields, versions) is changed on the screen like any other setting.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent / "presets"


@dataclass(frozen=True)
class Preset:
    """settings: of the connection, ``base_url`` with the part in braces that the person replaces. secrets: which are
    needed. endpoints: name → kind, definition and mapping of a stream."""

    code: str
    en: str
    zh: str
    settings: dict[str, Any]
    secrets: list[str]
    endpoints: dict[str, dict[str, Any]]


@cache
def presets() -> dict[str, Preset]:
    """By code."""
    found = {}
    for path in sorted(_HERE.glob("*.toml")):
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        found[path.stem] = Preset(path.stem, **told)
    return found
