"""The kinds of files and their fields, read from ``kinds.toml``; words of other systems, from ``lexicon.toml``."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Field:
    """One field of a kind. ``type``: id text word instant amount quantity country phone email currency state
    consent; ``word``, ``currency``, ``state`` and ``consent`` have a closed vocabulary (see ``vocabularies``)."""

    name: str
    type: str
    required: bool
    names: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """A kind of file. ``fields`` in the order in which columns are given away."""

    name: str
    fields: dict[str, Field]


def _load() -> dict[str, Kind]:
    table = tomllib.loads((_HERE / "kinds.toml").read_text(encoding="utf-8"))
    consent = lexicon()["consent"]
    kinds = {}
    for kind, fields in table.items():
        made = {}
        for name, entry in fields.items():
            names = tuple(entry["names"])
            if entry["type"] == "consent":
                names = (*consent["allows"]["names"], *consent["refuses"]["names"])
            made[name] = Field(name, entry["type"], bool(entry.get("required", False)), names)
        kinds[kind] = Kind(kind, made)
    return kinds


@cache
def lexicon() -> dict[str, Any]:
    """States, consent words, non-product codes, countries."""
    return tomllib.loads((_HERE / "lexicon.toml").read_text(encoding="utf-8"))


def folded(name: str) -> str:
    """A name of a column, comparable: NFKC, lower case, letters and digits alone."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[^\w]|_", "", text)


def consent_refuses(column: str) -> bool:
    """Whether "yes" in this column means: must not be contacted."""
    return folded(column) in {folded(name) for name in lexicon()["consent"]["refuses"]["names"]}


KINDS: dict[str, Kind] = _load()
