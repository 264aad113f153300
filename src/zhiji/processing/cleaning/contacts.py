"""Names, phones and e-mails. Libraries read one distinct value at a time; the common forms are read in SQL."""

from __future__ import annotations

import re
import unicodedata

import duckdb
import phonenumbers
import pyarrow as pa

from zhiji.processing.cleaning.folding import folded, plain_text
from zhiji.processing.cleaning.words import region

_EMAIL = '^[^@\\s,;<>"()]+@[^@\\s,;<>"()]+\\.[^@\\s,;<>"().]{{2,}}$'.replace("{{", "{").replace("}}", "}")
_CHINESE_MOBILE = re.compile(r"^(?:\+?86|0086)?[- ]?1[3-9]\d{9}$")


def names_table(connection: duckdb.DuckDBPyConnection, *, table: str, column: str) -> None:
    """``table(raw, value)`` of the distinct cells, NFKC with single blanks; Python sees those that are not plain
    ASCII."""
    texts_table(connection, table=table, column=column)
    rows = connection.execute(f"SELECT raw FROM {table} WHERE regexp_matches(raw, '[^\\x20-\\x7e]|  ')").fetchall()
    if rows:
        raws = [raw for (raw,) in rows]
        _register(connection, f"{table}_odd", {"raw": raws, "value": [clean_name(raw) for raw in raws]})
        connection.execute(
            f"UPDATE {table} t SET value = o.value FROM {table}_odd o WHERE t.raw = o.raw; DROP TABLE {table}_odd"
        )


def texts_table(connection: duckdb.DuckDBPyConnection, *, table: str, column: str) -> None:
    """``table(raw, value)`` of the distinct cells, trimmed; NULL where nothing stands."""
    connection.execute(
        f"""CREATE TEMP TABLE {table} AS SELECT raw, {plain_text("raw")} AS value FROM
            (SELECT DISTINCT {column} AS raw FROM received WHERE broken IS NULL AND {column} IS NOT NULL)"""
    )


def clean_name(text: str) -> str | None:
    """NFKC, single blanks; marks without width or that turn the reading direction are dropped."""
    plain = unicodedata.normalize("NFKC", text)
    kept = "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Cc") or c in "\t\n ")
    return re.sub(r"\s+", " ", kept).strip() or None


def phones_table(
    connection: duckdb.DuckDBPyConnection, *, table: str, column: str, country: str | None, default_region: str
) -> None:
    """``table(raw, country, value, masked, code)``: value is E.164, or the masked text (138****1234), or NULL.

    A number without a country is read in the region of its row's country, else in ``default_region``; there, a Chinese
    reading is taken only for mobiles, 400-numbers and numbers that begin with 0: ten digits of a US number would pass
    as +86 otherwise.
    """
    place = country or "NULL::VARCHAR"
    rows = connection.execute(
        f"SELECT DISTINCT {column}, {place} FROM received WHERE broken IS NULL AND {column} IS NOT NULL"
    ).fetchall()
    read = [read_phone(raw, named, default_region) for raw, named in rows]
    _register(
        connection,
        table,
        {
            "raw": [raw for raw, _ in rows],
            "country": [named for _, named in rows],
            "value": [value for value, _, _ in read],
            "masked": [masked for _, masked, _ in read],
            "code": [code for _, _, code in read],
        },
    )


def names_its_country(phone: str) -> bool:
    """Whether a number begins with the international prefix, as + or 00, and is read alike everywhere."""
    return unicodedata.normalize("NFKC", phone).strip().startswith(("+", "00"))


def read_phone(raw: str, country: str | None, default_region: str) -> tuple[str | None, bool, str | None]:
    """(value, masked, code) of one cell, or of what a person types.

    country: as the row or the customer says it, in words; None, or one that is not known, leaves ``default_region``
    (ISO 3166; empty: only numbers that name their country are read).
    """
    text = re.sub(r"\.0$", "", unicodedata.normalize("NFKC", raw).strip().lstrip("'"))
    if not text or fold_nothing(text):
        return None, False, None
    if "*" in text or re.search(r"\d[xX]{3,}", text):
        return text, True, None
    named = region(country) if country else None
    if (
        named in (None, "CN")
        and default_region == "CN"
        and _CHINESE_MOBILE.match(text.replace(" ", "").replace("-", ""))
    ):
        return "+86" + re.sub(r"\D", "", text)[-11:], False, None
    try:
        number = phonenumbers.parse(re.sub(r"^00(?=[1-9])", "+", text), named or default_region or None)
    except phonenumbers.NumberParseException:
        return None, False, "phone_unreadable"
    guessed = named is None and not names_its_country(text)
    if not phonenumbers.is_valid_number(number) or (
        guessed and default_region == "CN" and not re.match(r"^\(?(0|400|1[3-9])", text)
    ):
        return None, False, "phone_unreadable"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), False, None


def fold_nothing(text: str) -> bool:
    """Words for no value."""
    return text.upper() in ("NULL", "NONE", "NAN", "N/A", "-", "无", "#N/A")


def email_expression(column: str) -> str:
    """Lower case, half width, without ``mailto:`` and brackets, masked or not; NULL when it is no address."""
    return f"CASE WHEN regexp_matches({_bare_email(column)}, '{_EMAIL}') THEN {_bare_email(column)} END"


def email_code(column: str) -> str:
    """Why a cell is no address; NULL when it is one, or empty, or a word for nothing."""
    nothing = "('NULL', 'NONE', 'NAN', 'N/A', '-', '无')"
    empty = f"coalesce({plain_text(column)}, '') = '' OR upper({folded(column)}) IN {nothing}"
    return (
        f"CASE WHEN NOT ({empty}) AND NOT regexp_matches({_bare_email(column)}, '{_EMAIL}') THEN 'email_unreadable' END"
    )


def _bare_email(column: str) -> str:
    half = f"lower(translate({folded(column)}, '＠＊', '@*'))"
    return f"regexp_replace({half}, '^(mailto:)?<?([^<>]*)>?$', '\\2')"


def _register(connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, list[object]]) -> None:
    kinds = {"masked": pa.bool_()}
    rows = pa.table({name: pa.array(values, kinds.get(name, pa.string())) for name, values in columns.items()})
    connection.register("contact_rows", rows)
    connection.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM contact_rows")
    connection.unregister("contact_rows")
