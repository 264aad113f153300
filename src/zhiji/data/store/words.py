"""The words of customers: names in both scripts, pinyin, initials, e-mail, phone, ids; and of what people type.

One interface on both databases. The application makes the tokens, because no tokenizer of SQLite or PostgreSQL finds
one Han character, and then only exact or prefix look-ups remain, which both do in well under a millisecond:

* Han (traditional folded to simplified): every character and every pair; a longer query is a phrase of pairs, so it
  finds exactly what holds it.
* everything else: words, found by their beginning; an id or name with punctuation also in one piece.
* Han names: their pinyin in one piece (and from the given name on), and their initials.
* phones: every ending of at least four digits.

What is typed is only ever data: tokens hold letters, digits and Han alone, so no operator or wildcard survives.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from zhiji.data.store.names import HAN, UNSPACED, folded, syllables

LONGEST_QUERY = 100
LEAST_PHONE_DIGITS = 4
_RUN = re.compile(rf"[{UNSPACED}]+|[^\W_{UNSPACED}]+")
_IS_UNSPACED = re.compile(rf"[{UNSPACED}]")
_IS_HAN_NAME = re.compile(rf"[{HAN}\s·]+")
_PHONE = re.compile(r"[\d\s()+.*-]+")
_LONGEST_WORD = 60
# Initials and the reading in one piece help for people and short company names; a sentence is found by its characters.
_LONGEST_READING = 24


@dataclass(frozen=True)
class Term:
    """One condition of a query. ``words`` in sequence; the last one by its beginning where ``is_prefix``."""

    words: tuple[str, ...]
    is_prefix: bool


def terms(text: str) -> list[Term]:
    """What a typed text asks for; all terms must be met. Empty where nothing searchable was typed."""
    text = folded(text[:LONGEST_QUERY])
    digits = re.sub(r"\D", "", text)
    if len(digits) >= LEAST_PHONE_DIGITS and "*" not in text and _PHONE.fullmatch(text):
        return [Term((digits,), True)]
    found = []
    for run in _RUN.findall(text):
        if _IS_UNSPACED.match(run):
            found.append(Term(tuple(_pairs(run)) if len(run) > 1 else (run,), False))
        else:
            found.append(Term((run[:_LONGEST_WORD],), True))
    return found[:12]


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


def name_tokens(name: str) -> list[str]:
    """Tokens of a name: pairs in sequence and single characters of Han, words of the rest, pinyin and initials."""
    name = folded(name)
    tokens: list[str] = []
    words = []
    for run in _RUN.findall(name):
        if _IS_UNSPACED.match(run):
            tokens += [*_pairs(run), *run]
        else:
            words.append(run[:_LONGEST_WORD])
    tokens += words
    if len(words) > 1 and ("'" in name or "-" in name):
        tokens.append("".join(words)[:_LONGEST_WORD])
    read = syllables(name)
    if read and len(read) <= _LONGEST_READING:
        tokens += {"".join(read), "".join(read).replace("v", "u"), "".join(part[0] for part in read)}
        if len(read) <= 4 and _IS_HAN_NAME.fullmatch(name):
            tokens += ["".join(read[i:]) for i in range(1, len(read))]
    return tokens


def id_tokens(external_id: str) -> list[str]:
    """An id in its pieces and in one piece."""
    pieces = _RUN.findall(folded(external_id))
    whole = "".join(pieces)
    return [piece[:_LONGEST_WORD] for piece in (pieces if len(pieces) == 1 else [*pieces, whole])]


def phone_tokens(phone: str, *, is_masked: bool) -> list[str]:
    """Every ending of at least four digits; of a masked phone only the pieces that are known."""
    if is_masked or "*" in phone:
        return re.findall(r"\d+", phone)
    digits = re.sub(r"\D", "", phone)[-15:]
    return [digits[i:] for i in range(max(len(digits) - LEAST_PHONE_DIGITS + 1, min(len(digits), 1)))]


def tokens_of(*, names: Sequence[str], email: str, phone: str, phone_is_masked: bool, ids: Sequence[str]) -> list[str]:
    """All tokens of one customer, a part's own sequence kept (phrases rely on it), at most 2,000."""
    found = [token for name in names if name for token in name_tokens(name)]
    found += _RUN.findall(folded(email))
    found += phone_tokens(phone, is_masked=phone_is_masked)
    found += [token for external_id in ids for token in id_tokens(external_id)]
    return found[:2_000]


def match(wanted: Sequence[Term], *, whole: bool = False) -> str:
    """The query as the database's full-text engine reads it; made of tokens alone.

    whole: words count only where they are whole, so that a short id is found among all that begin with it.
    """
    if connection.vendor == "postgresql":
        return " & ".join(
            "("
            + " <-> ".join(f"'{word}'" for word in term.words)
            + (":*" if term.is_prefix and not whole else "")
            + ")"
            for term in wanted
        )
    return " AND ".join(f'"{" ".join(term.words)}"' + ("*" if term.is_prefix and not whole else "") for term in wanted)


def ids(wanted: Sequence[Term], *, whole: bool = False) -> tuple[str, tuple[str, ...]]:
    """A select of the ids of matching customers, with its parameters."""
    if connection.vendor != "postgresql":
        return "SELECT rowid FROM store_customerwords WHERE store_customerwords MATCH %s", (match(wanted, whole=whole),)
    select = "SELECT customer_id FROM store_customersearch WHERE vector @@ %s::tsquery"
    # All words that begin with one letter are a tenth of the index and tens of milliseconds: beside other terms it is
    # looked for in what those have found.
    letters = [] if whole else [term for term in wanted if term.is_prefix and len(term.words[-1]) == 1]
    others = [term for term in wanted if term not in letters]
    if not (letters and others):
        return select, (match(wanted, whole=whole),)
    looked_for = "".join(" AND strpos(' ' || tokens, %s) > 0" for _ in letters)
    return select + looked_for, (match(others), *(f" {term.words[-1]}" for term in letters))


def holds(wanted: Sequence[Term], *, whole: bool = False) -> tuple[str, list[str]]:
    """A condition on ``store_customerlistrow``, with its parameters: this very customer matches.

    For walks along another index, where asking the full-text index row by row would cost several times as much as
    looking for the words in the text that they were made into: tokens stand there in order, a blank around each.
    """
    if connection.vendor == "postgresql":
        found, parameters = "s.vector @@ %s::tsquery", [match(wanted, whole=whole)]
    else:
        found = " AND ".join(["instr(' ' || s.tokens || ' ', %s) > 0"] * len(wanted))
        parameters = [f" {' '.join(term.words)}{'' if term.is_prefix and not whole else ' '}" for term in wanted]
    condition = "s.customer_id = store_customerlistrow.customer_id"
    return f"(SELECT {found} FROM store_customersearch s WHERE {condition})", parameters
