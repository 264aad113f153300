"""Records as sources wrote them → one table in which they can be compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import duckdb
import pyarrow as pa

from zhiji.processing.identity import names, places

# What the caller hands in: one row a record, texts as the sources wrote them after cleaning, NULL or empty for none.
RAW = pa.schema(
    [
        ("unique_id", pa.int64()), ("source", pa.string()), ("kind", pa.string()), ("name", pa.string()),
        ("first_name", pa.string()), ("last_name", pa.string()), ("company", pa.string()), ("phone", pa.string()),
        ("email", pa.string()), ("city", pa.string()), ("province", pa.string()), ("postcode", pa.string()),
        ("address", pa.string()), ("birth_date", pa.string()), ("extra", pa.map_(pa.string(), pa.string())),
    ]
)  # fmt: skip
PERSON, ORGANISATION = "person", "organisation"
CUSTOM = "x_"
# A custom field takes part where so many records have it, and its values tell records apart without being prose.
_LEAST_SHARE, _LONGEST_MEAN, _MOST_CUSTOM = 0.05, 60, 10
# So many distinct values are read at a time: as Python's they take ten times the room.
_PIECE = 100_000
Parts = dict[str, list[str | None]]


def standardise(engine: duckdb.DuckDBPyConnection, raw: pa.Table) -> list[str]:
    """Makes the table ``people`` of ``raw`` (see ``RAW``); returns the names of its custom columns.

    Columns: ``unique_id``, ``source``, ``kind`` (person or organisation, by its words where no source said it),
    ``family``, ``given``, ``family_sound``, ``given_sound``, ``script``, ``letters`` and ``letters_turned`` (the whole
    name as it is read, in either order), ``core``, ``branch``, ``core_sound`` (of organisations), ``employer`` (of
    persons), ``phone``, ``email``, ``email_user``, ``city``, ``province``, ``postcode``, ``street``, ``numbers``,
    ``birth_date``, and ``x_0``, ``x_1`` … of custom fields. Where nothing is known they are NULL; so is what is masked.
    """
    engine.register("raw", raw)
    _parts(engine, "name_parts", ("name", "first_name", "last_name", "kind"), _names)
    _parts(engine, "company_parts", ("company",), _companies)
    _parts(engine, "street_parts", ("address",), _streets)
    _parts(engine, "email_parts", ("email",), _emails)
    _parts(engine, "birth_parts", ("birth_date",), _each("birth_date", places.birth_date))
    _parts(engine, "city_parts", ("city",), _each("city", places.place))
    _parts(engine, "province_parts", ("province",), _each("province", places.place))
    custom = _custom(engine, len(raw))
    columns = ", ".join(
        f"CASE WHEN r.extra[{key}] NOT LIKE '%*%' THEN nullif(trim(lower(r.extra[{key}])), '') END AS {CUSTOM}{i}"
        for i, key in enumerate(map(_quoted, custom))
    )
    engine.execute(
        f"""CREATE OR REPLACE TABLE people AS SELECT r.unique_id, r.source, n.kind_found AS kind, n.family, n.given,
            n.family_sound, n.given_sound, n.script, nullif(concat(n.family_sound, n.given_sound), '') AS letters,
            nullif(concat(n.given_sound, n.family_sound), '') AS letters_turned,
            coalesce(n.core, CASE WHEN n.kind_found = 'organisation' THEN c.core END) AS core,
            coalesce(n.branch, CASE WHEN n.kind_found = 'organisation' THEN c.branch END) AS branch,
            coalesce(n.core_sound, CASE WHEN n.kind_found = 'organisation' THEN c.core_sound END) AS core_sound,
            CASE WHEN n.kind_found = 'person' THEN c.core END AS employer,
            CASE WHEN r.phone NOT LIKE '%*%' THEN nullif(regexp_replace(r.phone, '[^0-9+]', '', 'g'), '') END AS phone,
            e.email_address AS email, e.email_user, coalesce(ci.city, n.seat) AS city, pr.province,
            nullif(upper(regexp_replace(r.postcode, '\\s', '', 'g')), '') AS postcode,
            s.street, s.numbers, b.birth_date {", " + columns if columns else ""}
            FROM raw r
            LEFT JOIN name_parts n ON n.raw_name IS NOT DISTINCT FROM r.name
                AND n.raw_first_name IS NOT DISTINCT FROM r.first_name
                AND n.raw_last_name IS NOT DISTINCT FROM r.last_name AND n.raw_kind IS NOT DISTINCT FROM r.kind
            LEFT JOIN company_parts c ON c.raw_company IS NOT DISTINCT FROM r.company
            LEFT JOIN street_parts s ON s.raw_address IS NOT DISTINCT FROM r.address
            LEFT JOIN email_parts e ON e.raw_email IS NOT DISTINCT FROM r.email
            LEFT JOIN birth_parts b ON b.raw_birth_date IS NOT DISTINCT FROM r.birth_date
            LEFT JOIN city_parts ci ON ci.raw_city IS NOT DISTINCT FROM r.city
            LEFT JOIN province_parts pr ON pr.raw_province IS NOT DISTINCT FROM r.province
            ORDER BY r.unique_id"""
    )
    for part in ("name", "company", "street", "email", "birth", "city", "province"):
        engine.execute(f"DROP TABLE {part}_parts")
    engine.unregister("raw")
    return custom


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _parts(engine: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...],
           read: Callable[..., Parts]) -> None:  # fmt: skip
    """``table`` of the distinct values of ``columns`` (as ``raw_…``) with what is read out of them, each once."""
    listed = ", ".join(f"{name} AS raw_{name}" for name in columns)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {table}_said AS SELECT DISTINCT {listed} FROM raw")
    ((count,),) = engine.execute(f"SELECT count(*) FROM {table}_said").fetchall()
    for start in range(0, max(count, 1), _PIECE):
        piece = f"SELECT * FROM {table}_said WHERE rowid BETWEEN {start} AND {start + _PIECE - 1}"
        found = engine.sql(piece).to_arrow_table()
        said = [[value or "" for value in found.column(f"raw_{name}").to_pylist()] for name in columns]
        for name, values in read(*said).items():
            found = found.append_column(name, pa.array([value or None for value in values], pa.string()))
        engine.register("piece", found)
        into = f"INSERT INTO {table}" if start else f"CREATE OR REPLACE TEMP TABLE {table} AS"
        engine.execute(f"{into} SELECT * FROM piece")
        engine.unregister("piece")
    engine.execute(f"DROP TABLE {table}_said")


def _names(full: Sequence[str], first: Sequence[str], last: Sequence[str], kinds: Sequence[str]) -> Parts:
    columns: Parts = {
        name: [] for name in (
            "kind_found", "family", "given", "family_sound", "given_sound", "script", "core", "branch", "core_sound",
            "seat",
        )
    }  # fmt: skip
    for name, given, family, kind in zip(full, first, last, kinds, strict=True):
        is_person = bool(given or family) or not names.is_organisation(name)
        if kind == ORGANISATION or not is_person:
            row = (ORGANISATION, "", "", "", "", "", *names.organisation(name))
        else:
            row = (PERSON, *names.person(name, given, family), "", "", "", "")
        for column, value in zip(columns.values(), row, strict=True):
            column.append(value)
    return columns


def _companies(texts: Sequence[str]) -> Parts:
    found = [names.organisation(text) if text else names.OrganisationName() for text in texts]
    return {name: [getattr(one, name) for one in found] for name in ("core", "branch", "core_sound")}


def _streets(texts: Sequence[str]) -> Parts:
    found = [places.Address() if not text or "*" in text else places.address(text) for text in texts]
    return {"street": [one.text for one in found], "numbers": [one.numbers for one in found]}


def _emails(texts: Sequence[str]) -> Parts:
    found = [places.email(text) if text else places.Email() for text in texts]
    return {"email_address": [one.address for one in found], "email_user": [one.user for one in found]}


def _each(name: str, read: Callable[[str], str]) -> Callable[[Sequence[str]], Parts]:
    return lambda texts: {name: [read(text) if text else None for text in texts]}


def _custom(engine: duckdb.DuckDBPyConnection, records: int) -> list[str]:
    """Custom fields by which records can be told apart: filled often enough, of more than one value, and short."""
    rows = engine.execute(
        f"""SELECT key FROM (SELECT unnest(map_entries(extra), recursive := true) FROM raw)
            WHERE value IS NOT NULL AND value <> '' GROUP BY key
            HAVING count(*) >= {_LEAST_SHARE} * {records} AND count(DISTINCT value) > 1
                AND avg(length(value)) <= {_LONGEST_MEAN}
            ORDER BY count(*) * ln(count(DISTINCT value)) DESC, key LIMIT {_MOST_CUSTOM}"""
    ).fetchall()
    return [str(key) for (key,) in rows]
