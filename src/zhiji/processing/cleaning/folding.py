"""SQL that makes text comparable: half width, no blanks around, no marks that spreadsheets put before text."""

from __future__ import annotations

# Full-width forms and the blanks, dashes and apostrophes that look like the plain ones.
_FROM = "０１２３４５６７８９．，－＋（）％：／＄￡￥’‘`−–—\u00a0\u3000\u202f\u2009\t"
_TO = "0123456789.,-+()%:/$£¥'''---     "
_NOTHING = ("", "NULL", "NONE", "N/A", "#N/A", "NIL", "-", "--", "无", "暂无", "空")
_NOT_A_NUMBER = ("NAN", "NAT", "<NA>")


def quoted(text: str) -> str:
    """An SQL string."""
    return "'" + text.replace("'", "''") + "'"


def name(identifier: str) -> str:
    """An SQL name."""
    return '"' + identifier.replace('"', '""') + '"'


def folded(expression: str) -> str:
    """Half width, trimmed, without ``'`` before or ``="…"`` around."""
    half = f"trim(translate({expression}, {quoted(_FROM)}, {quoted(_TO)}))"
    bare = f"regexp_replace({half}, '^=\"(.*)\"$', '\\1')"
    return f"regexp_replace({bare}, '^''(\\S)', '\\1')"


def plain_text(expression: str) -> str:
    """Trimmed text with inner blanks as they are; NULL where nothing stands."""
    blank = "[\\s\\x{a0}\\x{3000}\\x{feff}]+"
    trimmed = f"trim(regexp_replace({expression}, '^{blank}|{blank}$', '', 'g'))"
    return f"nullif({trimmed}, '')"


def identifier(expression: str) -> str:
    """An id: folded; words that mean nothing (``NULL``, ``nan``, ``无``) are NULL."""
    words = ", ".join(quoted(word) for word in (*_NOTHING, *_NOT_A_NUMBER))
    return f"CASE WHEN upper({folded(expression)}) IN ({words}) THEN NULL ELSE {folded(expression)} END"


def is_nothing(expression: str) -> str:
    """Whether a folded cell says that there is no value. ``NaN`` is not among them: as an amount it is a fault."""
    return f"upper({expression}) IN ({', '.join(quoted(word) for word in _NOTHING)})"
