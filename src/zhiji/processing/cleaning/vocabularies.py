"""Fields of closed vocabulary: what their words may mean here, and what a person said that a file's own words mean."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingABC
from typing import Any

from zhiji.processing.cleaning.errors import ValueFieldUnknown, ValueMeaningUnknown
from zhiji.processing.cleaning.kinds import KINDS, lexicon
from zhiji.processing.cleaning.words import CURRENCIES, fold_word

# field → word → meaning. An empty meaning says: leave the word as it is, and do not ask again.
Meanings = dict[str, dict[str, str]]
ALLOWED, REFUSED = "allowed", "refused"
# So many unknown words of a column are shown to be given a meaning; a column with more is rather the wrong column.
SHOWN = 50
_CURRENCY = re.compile(r"[A-Z]{3}")


def vocabulary(kind: str, field: str) -> tuple[str, ...]:
    """What a word in this field may mean; empty for fields that take any text."""
    spec = KINDS[kind].fields.get(field) if kind in KINDS else None
    if spec is None:
        return ()
    if spec.type == "state":
        return tuple(lexicon()["states"])
    if spec.type == "consent":
        return (ALLOWED, REFUSED)
    if spec.type == "currency":
        return CURRENCIES
    return tuple(lexicon()["line_kinds" if field == "line_kind" else "customer_kinds"]) if spec.type == "word" else ()


def checked_meanings(kind: str, said: MappingABC[str, MappingABC[str, str]]) -> Meanings:
    """What was said, comparable; raises ValueFieldUnknown and ValueMeaningUnknown."""
    made: Meanings = {}
    for field, words in said.items():
        known = vocabulary(kind, field)
        if not known:
            closed = [name for name in KINDS[kind].fields if vocabulary(kind, name)]
            raise ValueFieldUnknown(given=field, known=list(closed), where={"field": field})
        for word, meaning in words.items():
            # Any currency has a code of three letters; the list is only what is offered.
            is_code = known is CURRENCIES and _CURRENCY.fullmatch(meaning)
            if meaning and meaning not in known and not is_code:
                raise ValueMeaningUnknown(word=word, meaning=meaning, known=list(known), where={"field": field})
            made.setdefault(field, {})[fold_word(word)] = meaning
    return made


def unknown_values(field: str, column: str, unknown: MappingABC[str, int]) -> dict[str, Any]:
    """The words of one column that are not known here, most frequent first.

    ``field``, ``column``; ``words``: [{``word``, ``count``}], at most ``SHOWN``; ``more``: how many further ones.
    """
    counts: dict[str, int] = {}
    shown: dict[str, str] = {}
    for word, count in unknown.items():
        key = fold_word(word)
        shown.setdefault(key, word.strip())
        counts[key] = counts.get(key, 0) + count
    keys = sorted(counts, key=lambda key: (-counts[key], key))
    words = [{"word": shown[key], "count": counts[key]} for key in keys[:SHOWN]]
    return {"field": field, "column": column, "words": words, "more": len(keys) - len(words)}


def merged_values(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry a field; several columns may speak of the same (consent)."""
    by_field: dict[str, dict[str, Any]] = {}
    for entry in found:
        there = by_field.setdefault(entry["field"], {**entry, "words": []})
        counts = {word["word"]: word["count"] for word in there["words"]}
        for word in entry["words"]:
            counts[word["word"]] = counts.get(word["word"], 0) + word["count"]
        ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        there["words"] = [{"word": word, "count": count} for word, count in ordered]
        if there["column"] != entry["column"]:
            there["column"] = f"{there['column']}, {entry['column']}"
            there["more"] += entry["more"]
    return list(by_field.values())


def answered(found: list[dict[str, Any]], said: Meanings) -> list[dict[str, Any]]:
    """The entries of ``merged_values``, each word with its ``meaning`` as far as it was said (None: not yet)."""
    return [
        {
            **entry,
            "words": [
                {**word, "meaning": said.get(entry["field"], {}).get(fold_word(word["word"]))}
                for word in entry["words"]
            ],
        }
        for entry in found
    ]
