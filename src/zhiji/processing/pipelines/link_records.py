"""What the record says of each identity, as one table for matching."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import pyarrow as pa

from zhiji.data.store import bulk
from zhiji.processing.identity.standard import RAW
from zhiji.processing.pipelines.customers import loaded

_BLOCK = 20_000
# Fields of a payload that are compared as what they are.
_OWN = ("kind", "name", "first_name", "last_name", "company", "email", "city", "province", "postcode", "address",
        "birth_date")  # fmt: skip
# Not said of the person: whose customer it is, what was asked, when.
_PASSED_OVER = frozenset(
    {"phone", "phone_masked", "phone_is_masked", "country", "contact_allowed", "contact_word_at", "registered_at",
     "owner_name", "tags", "note", "extra", *_OWN}
)  # fmt: skip
_SQL = """
    SELECT i.id, s.code, r.kind, r.payload FROM store_identity i JOIN landing_source s ON s.id = i.source_id
    JOIN store_sourcerecord r ON r.source_id = i.source_id AND r.external_id = i.external_id
    WHERE r.kind IN ('customer', 'buyer', 'hand') AND {some} ORDER BY i.id, r.version
"""
# Of one identity, whose word stands: a person's before a customers file's before an order file's.
_RANK = {"hand": 2, "customer": 1, "buyer": 0}


def raw_records() -> Iterator[pa.Table]:
    """One row an identity that any source says something of (see ``standard.RAW``), in blocks."""
    (most,) = bulk.look_up("SELECT COALESCE(MAX(id), 0) FROM store_identity", [])[0]
    for start in range(0, most, _BLOCK):
        rows = bulk.look_up(_SQL.format(some="i.id > %s AND i.id <= %s"), [start, start + _BLOCK])
        if rows:
            yield pa.Table.from_pylist(_records(rows, with_masked=False), schema=RAW)


def records_of(identity_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Of these identities: what ``raw_records`` says of them, for a person to read, so masked phones too."""
    rows = bulk.look_up(_SQL.format(some=bulk.among("i.id")), [bulk.many(identity_ids)])
    return {record["unique_id"]: record for record in _records(rows, with_masked=True)}


def _records(rows: Sequence[tuple[Any, ...]], *, with_masked: bool) -> list[dict[str, Any]]:
    said: dict[int, tuple[str, list[tuple[int, dict[str, Any]]]]] = {}
    for pk, source, kind, payload in rows:
        said.setdefault(pk, (source, []))[1].append((_RANK[kind], loaded(payload)))
    return [_record(pk, source, words, with_masked=with_masked) for pk, (source, words) in said.items()]


def _record(pk: int, source: str, words: list[tuple[int, dict[str, Any]]], *, with_masked: bool) -> dict[str, Any]:
    """The strongest and newest word of each field that says anything. A masked phone tells nobody apart."""
    values: dict[str, Any] = {}
    extra: dict[str, str] = {}
    # Versions come in their order, and sorting keeps it within a rank.
    for _, payload in sorted(words, key=lambda one: one[0]):
        masked = payload.get("phone_masked") or payload.get("phone_is_masked")
        if payload.get("phone") and (with_masked or not masked):
            values["phone"] = payload["phone"]
        values |= {name: str(payload[name]) for name in _OWN if payload.get(name)}
        custom = {name: value for name, value in payload.items() if name not in _PASSED_OVER}
        if isinstance(payload.get("extra"), str):
            custom |= orjson.loads(payload["extra"])
        extra |= {name: str(value) for name, value in custom.items() if isinstance(value, str | int) and value != ""}
    # What is made up for want of a word is nobody's word.
    if values.get("kind") == "unknown":
        del values["kind"]
    return {**dict.fromkeys(RAW.names, ""), **values, "unique_id": pk, "source": source, "extra": list(extra.items())}
