"""Cells that a spreadsheet would run: how they leave in a file, and how they come back.

A cell that begins with a sign that may begin a formula leaves with an apostrophe before it; a plain number (``-12.5``)
stays one. A cell that already has apostrophes before such a sign gets one more, so that taking one off always gives the
text that was there: ``unguarded(guarded(text)) == text`` for every text.
"""

from __future__ import annotations

import re

from zhiji.processing.cleaning.folding import quoted

# What spreadsheets take for the beginning of a formula, in either width, and the blanks that they skip before it, after
# any apostrophes (OWASP, "CSV Injection"); read alike by Python and by the engine.
_GUARDABLE = r"'*[=+\-@\t\r\n＝＋－＠]"
_RUNS = re.compile(_GUARDABLE)
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)*")


def guarded(text: str) -> str:
    """A cell that a spreadsheet takes for text, or for the plain number that it is."""
    return f"'{text}" if _RUNS.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The text of which ``guarded`` made this cell."""
    return text[1:] if text.startswith("'") and _RUNS.match(text) else text


def unguarded_sql(expression: str) -> str:
    """``unguarded`` as SQL."""
    pattern = quoted(f"^'({_GUARDABLE})")
    return f"regexp_replace({expression}, {pattern}, '\\1')"
