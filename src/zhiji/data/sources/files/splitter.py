"""Splits delimited text into records exactly, one by one: the slow path, and the judge of the fast one.

Grammar (RFC 4180, and what real files do): a cell that begins with the quote ends at its closing quote, a doubled quote
inside is one; a cell that does not begin with it may hold quotes as text (``12" vinyl``). What cannot be split is given
with its reason: an unclosed quote costs its own line alone, reading goes on at the next one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zhiji.kernel import Reason

_LINES_MOST = 500


@dataclass(frozen=True)
class Record:
    """``cells`` as split (best effort where ``broken`` is set), ``raw`` the text without its line end."""

    cells: list[str]
    raw: str
    broken: Reason | None = None


class _Open(Exception):
    """The quote is not closed on this line: the record may go on below."""


class Splitter:
    """delimiter: one character, or None for runs of white space (then nothing is quoted)."""

    def __init__(self, delimiter: str | None, quote: str | None, cell_chars: int = 1_000_000) -> None:
        self.delimiter = delimiter
        self.quote = quote
        self.cell_chars = cell_chars

    def records(self, lines: Iterable[str]) -> Iterator[Record]:
        """Records of physical lines (with or without line ends). A blank line is a record without cells."""
        source = iter(lines)
        waiting: deque[str] = deque()
        while True:
            line = waiting.popleft() if waiting else next(source, None)
            if line is None:
                return
            text = line.rstrip("\r\n")
            if self.delimiter is None or not self.quote or self.quote not in text:
                cells = (text.split(self.delimiter) if text else []) if self.delimiter else text.split()
                yield self._checked(cells, text)
            else:
                yield self._quoted(line, text, waiting, source)

    def _quoted(self, line: str, text: str, waiting: deque[str], source: Iterator[str]) -> Record:
        try:
            return self._checked(self._split(text), text)
        except _Open:
            pass
        except ValueError as stray:
            return self._stray(text, str(stray))
        joined = line
        taken: list[str] = []
        quotes = text.count(self.quote or "")
        while len(taken) < _LINES_MOST and len(joined) <= 2 * self.cell_chars:
            following = waiting.popleft() if waiting else next(source, None)
            if following is None:
                break
            taken.append(following)
            joined += following
            found = following.count(self.quote or "")
            quotes += found
            if not found or quotes % 2:
                continue
            whole = joined.rstrip("\r\n")
            try:
                return self._checked(self._split(whole), whole)
            except _Open:
                continue
            except ValueError:
                break
        waiting.extendleft(reversed(taken))
        cells = text.split(self.delimiter)
        column = next((i for i, cell in enumerate(cells) if cell.startswith(self.quote or "\0")), 0)
        return Record(cells, text, Reason("record_quote_unclosed", {}, {"column": column}))

    def _split(self, text: str) -> list[str]:
        """Raises _Open when a quote is not closed, ValueError (the cell's number) when text follows a closing quote."""
        quote, delimiter = self.quote or "", self.delimiter or ""
        cells: list[str] = []
        at = 0
        while True:
            if text.startswith(quote, at):
                end = text.find(quote, at + 1)
                while end != -1 and text.startswith(quote, end + 1):
                    end = text.find(quote, end + 2)
                if end == -1:
                    raise _Open
                cells.append(text[at + 1 : end].replace(quote * 2, quote))
                after = end + 1
                if after < len(text) and not text.startswith(delimiter, after):
                    raise ValueError(str(len(cells) - 1))
            else:
                after = text.find(delimiter, at)
                after = len(text) if after == -1 else after
                cells.append(text[at:after])
            if after >= len(text):
                return cells
            at = after + len(delimiter)

    def _checked(self, cells: list[str], text: str) -> Record:
        if len(text) > self.cell_chars:
            for column, cell in enumerate(cells):
                if len(cell) > self.cell_chars:
                    short = [part[:1000] for part in cells]
                    reason = Reason("record_cell_too_long", {"limit": self.cell_chars}, {"column": column})
                    return Record(short, text[:1000], reason)
        return Record(cells, text)

    def _stray(self, text: str, column: str) -> Record:
        return Record(text.split(self.delimiter), text, Reason("record_quote_stray", {}, {"column": int(column)}))
