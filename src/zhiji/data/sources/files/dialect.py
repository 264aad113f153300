"""Which character separates the cells of a text file, and which quotes them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from zhiji.data.sources.files.header import is_value
from zhiji.data.sources.files.splitter import Splitter

DELIMITERS = (",", "\t", ";", "|", "，", "\x01")
_LINES = 300


@dataclass(frozen=True)
class Dialect:
    """delimiter None: runs of white space. quote None: nothing is quoted."""

    delimiter: str | None
    quote: str | None

    @property
    def format(self) -> str:
        if self.delimiter is None:
            return "whitespace"
        return "tsv" if self.delimiter == "\t" else "csv"


def find_dialect(lines: list[str]) -> Dialect:
    """The separator that gives most records the same number of cells, more than one.

    The share of records with the customary width decides, then the width. White space is tried only where no
    character does, and where there are numbers or dates between the blanks.
    """
    head = [line for line in lines[:_LINES] if line.strip()]
    quote = '"' if any('"' in line for line in head) else None
    if quote is None and _single_quoted(head):
        quote = "'"
    scored = [(*_score(head, delimiter, quote), delimiter) for delimiter in DELIMITERS]
    share, width, delimiter = max(scored, key=lambda item: (round(item[0], 2), item[1]))
    if width > 1 and share >= 0.5:
        return Dialect(delimiter, quote or '"')
    widths = Counter(len(line.split()) for line in head)
    common, times = widths.most_common(1)[0] if widths else (1, 0)
    if common > 1 and times >= 0.9 * len(head) and len(head) > 1 and _holds_values(head, common):
        return Dialect(None, None)
    if width > 1:
        return Dialect(delimiter, quote or '"')
    return Dialect(",", '"')


def _holds_values(head: list[str], width: int) -> bool:
    """Numbers or dates in most lines: a list of full names has blanks too, and is one column."""
    lines = [line.split() for line in head[1:]]
    return any(sum(is_value(cells[i]) for cells in lines if len(cells) == width) > len(lines) / 2 for i in range(width))


def _score(head: list[str], delimiter: str, quote: str | None) -> tuple[float, int]:
    counts = [len(record.cells) for record in Splitter(delimiter, quote).records(head) if record.raw]
    usual = Counter(count for count in counts if count > 1).most_common(1)
    if not usual:
        return 0.0, 1
    width, times = usual[0]
    # The first line (the names) votes twice: a comma inside every amount must not beat the semicolon between them.
    first = counts[0] == width
    return (times + (len(counts) if first else 0)) / (2 * len(counts)), width


def _single_quoted(head: list[str]) -> bool:
    """Every second line or more holds a cell that begins and ends with an apostrophe: not the text mark '00123."""
    hits = sum(1 for line in head if any(f"'{d}'" in line for d in ",;\t|") or line.strip().endswith("'"))
    return bool(head) and hits > len(head) / 2
