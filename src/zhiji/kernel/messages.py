"""Words for codes, in Chinese and English.

Every package may keep ``messages.zh.toml`` and ``messages.en.toml``. A table is a code; its keys are
``what`` (required), ``why`` and ``remedy``; texts hold ``{placeholders}`` filled from a reason's parameters::

    [file_empty]
    what = "{name} is empty."
    why = "A file with no bytes holds no orders."
    remedy = "Export it again and check its size before sending it."

Codes are unique over all packages (a test checks it), so the catalogue is one flat table per language.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from zhiji.kernel.errors import Reason

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Text:
    """One message for one reader. ``why`` and ``remedy`` may be empty for plain statements, never for errors."""

    what: str
    why: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.remedy) if part)


class DuplicateMessageError(ValueError):
    """Two packages define the same code; the catalogue would be ambiguous."""


@cache
def catalogue(language: Language) -> dict[str, dict[str, str]]:
    """All codes of one language, read once from every ``messages.<language>.toml`` in the package."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(_ROOT.rglob(f"messages.{language}.toml")):
        for code, texts in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if code in found:
                raise DuplicateMessageError(f"{code} in {path}")
            found[code] = texts
    return found


class _Shown(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def render(reason: Reason, language: Language) -> Text:
    """The words for a reason. An unknown code renders as itself, so that nothing a person must know is hidden."""
    texts = catalogue(language).get(reason.code)
    if texts is None:
        return Text(what=reason.code)
    values = _Shown({**reason.where, **reason.params})
    return Text(**{key: texts.get(key, "").format_map(values) for key in ("what", "why", "remedy")})
