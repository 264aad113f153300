"""Words for codes, in Chinese and English.

Every package may keep ``messages.zh.toml`` and ``messages.en.toml``. A table is a code; its keys are
``what`` (required), ``why`` and ``remedy``; texts hold ``{placeholders}`` filled from a reason's parameters::

    [file_empty]
    what = "{name} is empty."
    why = "A file with no bytes holds no orders."
    remedy = "Export it again and check its size before sending it."

A placeholder may say how its value is read: ``{last_on:day}`` is a date in words, ``{count:,}`` a grouped number, and
``{count:line|lines}`` a grouped number with its noun, the first word for one and the second for any other.
``{state:word}`` is a state, a kind or the name of a field in words, from the entry ``[word_…]`` of that value;
``{state:word of import}`` prefers ``[word_import_…]``; ``{fields:words}`` is a list of such. What a person typed is
never a word: it is shown as it was typed. ``{columns:list}`` is a list, shown with the commas of the language; a text
in its place is shown as it is, because its commas may be those of a name. ``{format|kind}`` is the first of them that
the reason has, for a parameter that had another name when older reasons were stored.

A parameter may be a reason itself, in its stored form: it is shown by its ``what``, in the same language.

Codes are unique over all packages (a test checks it), so the catalogue is one flat table per language.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
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


# As the screens abbreviate them.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec")


def day_shown(day: date | str, language: Language) -> str:
    """A date as people say it: 2026年3月3日, 3 Mar 2026. What is no date stays as it was given."""
    try:
        found = day if isinstance(day, date) else date.fromisoformat(day)
    except (TypeError, ValueError):
        return str(day)
    if language == "zh":
        return f"{found.year}年{found.month}月{found.day}日"
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"


_COMMA: dict[Language, str] = {"en": ", ", "zh": "、"}
_BETWEEN: dict[Language, str] = {"en": ", ", "zh": "，"}


def word(value: Any, language: Language, *, of: str = "") -> str:
    """A state, kind or field in words, or as it is where it has none; ``of``: whose, where a value means two things."""
    texts = catalogue(language)
    found = texts.get(f"word_{of}_{value}") or texts.get(f"word_{value}", {})
    return found.get("what", str(value))


def place(reason: Reason, language: Language) -> str:
    """Where it is, in words: ``row 3, column Price``; empty where that is not known."""
    told = {key: word(value, language) if key == "field" else value for key, value in reason.where.items()}
    return _BETWEEN[language].join(f"{word(key, language, of='place')} {value}" for key, value in told.items())


class _Filled(string.Formatter):
    """Fills a text for one reader; a value that is missing shows as an ellipsis."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:  # noqa: ARG002
        return next((kwargs[name] for name in str(key).split("|") if name in kwargs), "…")

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "day":
            return day_shown(value, self.language)
        if format_spec == "words":
            # Reasons of before hold the names of fields in one text; a name has no comma.
            names = value.split(", ") if isinstance(value, str) else value
            return _COMMA[self.language].join(word(one, self.language) for one in names)
        if isinstance(value, list | tuple):
            return _COMMA[self.language].join(str(one) for one in value)
        if format_spec == "list":
            return str(value)
        if format_spec.startswith("word"):
            return word(value, self.language, of=format_spec.removeprefix("word").removeprefix(" of "))
        one, counted, many = format_spec.partition("|")
        shown = f"{value:,}" if isinstance(value, int | float) and format_spec else str(value)
        return f"{shown} {one if value in (1, '1') else many}" if counted else shown


def render(reason: Reason, language: Language) -> Text:
    """The words for a reason. An unknown code renders as itself, so that nothing a person must know is hidden."""
    texts = catalogue(language).get(reason.code)
    if texts is None:
        return Text(what=reason.code)
    params = {name: _in_words(value, language) for name, value in reason.params.items()}
    fill, values = _Filled(language), {**reason.where, **params}
    return Text(**{key: fill.vformat(texts.get(key, ""), (), values) for key in ("what", "why", "remedy")})


def _in_words(value: Any, language: Language) -> Any:
    """A parameter may be a reason itself, so that a part of a sentence has words in both languages too."""
    return render(Reason.from_json(value), language).what if isinstance(value, dict) and "code" in value else value
