"""The typed table: each mapped column read by its type, in columns, beside the code of what could not be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from zhiji.data.store import masks
from zhiji.kernel import Reason
from zhiji.processing.cleaning.contacts import email_code, email_expression, names_table, phones_table, texts_table
from zhiji.processing.cleaning.folding import plain_text, quoted
from zhiji.processing.cleaning.formulas import unguarded_sql
from zhiji.processing.cleaning.habits import DAY_FIRST, MONTH_FIRST, Habit, Habits
from zhiji.processing.cleaning.identifiers import parse_ids
from zhiji.processing.cleaning.instants import parse_instants
from zhiji.processing.cleaning.kinds import KINDS, consent_refuses, folded, lexicon
from zhiji.processing.cleaning.mapping import Mapping
from zhiji.processing.cleaning.numbers import parse_numbers
from zhiji.processing.cleaning.settings import CleaningSettings
from zhiji.processing.cleaning.vocabularies import ALLOWED, unknown_values
from zhiji.processing.cleaning.words import (
    contact_allowed,
    currency,
    customer_kind,
    fold_word,
    is_dated,
    line_kind,
    map_words,
    order_state,
)

MICRO_DECIMALS = 6
MILLI_DECIMALS = 3
# Names of people and places are brought to one form; names of goods stay as the shop writes them.
_NORMALISED = {
    "customer_name",
    "name",
    "first_name",
    "last_name",
    "company",
    "owner_name",
    "agent_name",
    "city",
    "province",
    "country",
}
# Who somebody is. A masked one is shared by strangers: no key, but a reason.
_CUSTOMER_IDS = {"customer_external_id", "external_id"}
# How a field of closed vocabulary reads a word, and what is said of words that it does not know.
_WORDS: dict[str, tuple[Callable[[str], str | None], str]] = {
    "order_state": (order_state, "order_state_unknown"),
    "line_kind": (line_kind, "line_kind_unknown"),
    "kind": (customer_kind, "customer_kind_unknown"),
}


@dataclass
class Stage:
    """One file being cleaned: a DuckDB connection with ``received`` (a view) and, after ``build``, ``typed`` (a view).

    ``typed`` has ``row`` and, for each field of the kind, ``field`` and ``field__code``. Fields without a column are
    NULL there, so that the SQL below it has one form.
    """

    connection: duckdb.DuckDBPyConnection
    mapping: Mapping
    settings: CleaningSettings
    findings: list[Reason] = field(default_factory=list)
    unknown: list[dict[str, Any]] = field(default_factory=list)
    known_by_contact: bool = False
    has_masked_customers: bool = False
    _absents: list[str] = field(default_factory=list)
    _selects: list[str] = field(default_factory=list)
    _joins: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.habits: Habits = dict(self.mapping.habits)

    def derive(self, name: str, sql: str) -> None:
        """A relation made of others: of a file a view, for a copy of it would fill the memory; of a few rows a table,
        for each view is worked through anew by whatever reads it."""
        kind = "TABLE" if self.settings.is_row_by_row else "VIEW"
        self.connection.execute(f"CREATE TEMP {kind} {name} AS {sql}")

    def has(self, name: str) -> bool:
        return name in self.mapping.fields

    def learn(self, name: str, habit: Habit | None) -> None:
        """For the next file. Rejects that came back are what is left of one, and no lesson beside the whole of it."""
        column = self.mapping.shown(name)
        if habit is not None and not (self.mapping.corrects and column in self.habits):
            self.habits[column] = habit.to_json()

    def build(self) -> None:
        """Makes ``typed`` from the records that could be split."""
        for spec in KINDS[self.mapping.kind].fields.values():
            column = self.mapping.column(spec.name)
            if spec.type == "consent":
                continue
            if column is None:
                self._absent(spec.name, spec.type)
            else:
                getattr(self, f"_{spec.type}")(spec.name, column)
        if "contact_allowed" in KINDS[self.mapping.kind].fields:
            self._consent()
        self._corrections()
        self.connection.execute(
            f"CREATE TEMP TABLE present AS SELECT r.row, {', '.join(self._selects)} FROM received r "
            f"{' '.join(self._joins)} WHERE r.broken IS NULL"
        )
        self._who()
        absent = "".join(f", {expression}" for expression in self._absents)
        self.derive("typed", f"SELECT *{absent} FROM present")

    def _who(self) -> None:
        """Orders without an id of the customer: the e-mail, else the phone, is the id if it is whole; that is said."""
        missing = "NULL::VARCHAR AS customer_external_id"
        named = [name for name in ("email", "phone") if self.has(name)]
        if missing not in self._absents or not named:
            return
        ways = {"email": masks.unmasked("email"), "phone": "CASE WHEN NOT phone_masked THEN phone END"}
        who = f"coalesce({', '.join(ways[name] for name in named)}) AS customer_external_id"
        self._absents[self._absents.index(missing)] = who
        self.known_by_contact = True
        asked = ", ".join(f"count({ways[name]})" for name in named)
        usable = self.connection.execute(f"SELECT {asked} FROM present").fetchone() or ()
        columns = [self.mapping.shown(name) for name, count in zip(named, usable, strict=True) if count]
        if columns:  # masked ones tell nobody apart, and are spoken of elsewhere
            self.findings.append(Reason("customers_known_by_contact", {"columns": columns}))

    def _select(self, expression: str, alias: str) -> None:
        """A column of ``typed``; constants cost no memory, they are made when they are read."""
        chosen = self._absents if expression.startswith("NULL::") else self._selects
        chosen.append(f"{expression} AS {alias}")

    def _absent(self, name: str, kind: str) -> None:
        types = {"instant": "TIMESTAMP", "amount": "BIGINT", "quantity": "BIGINT"}
        self._select(f"NULL::{types.get(kind, 'VARCHAR')}", name)
        self._select("NULL::VARCHAR", f"{name}__code")
        if kind == "phone":
            self._select("NULL::BOOLEAN", f"{name}_masked")

    def _join(self, table: str, column: str, also: str = "") -> str:
        alias = f"j{len(self._joins)}"
        self._joins.append(f"LEFT JOIN {table} {alias} ON r.{column} = {alias}.raw{also.format(alias=alias)}")
        return alias

    def _id(self, name: str, column: str) -> None:
        table, findings = parse_ids(
            self.connection, field=name, column=column, shown=self.mapping.shown(name),
            is_row_by_row=self.settings.is_row_by_row,
        )  # fmt: skip
        self.findings += findings
        value = f"{self._join(table, column)}.value"
        if name in _CUSTOMER_IDS and self._holds_masked(table):
            self.has_masked_customers = True
            self._select(masks.unmasked(value), name)
            self._select(f"CASE WHEN {masks.masked(value)} THEN 'customer_id_masked' END", f"{name}__code")
        else:
            self._select(value, name)
            self._select("NULL::VARCHAR", f"{name}__code")

    def _holds_masked(self, table: str) -> bool:
        row = self.connection.execute(f"SELECT count(*) FROM {table} WHERE {masks.masked('value')}").fetchone()
        return bool(row and row[0])

    def _text(self, name: str, column: str) -> None:
        if name in _NORMALISED:
            names_table(self.connection, table=f"text_{name}", column=column)
        else:
            texts_table(self.connection, table=f"text_{name}", column=column)
        self._select(f"{self._join(f'text_{name}', column)}.value", name)
        self._select("NULL::VARCHAR", f"{name}__code")

    def _country(self, name: str, column: str) -> None:
        self._text(name, column)

    def _said(self, field: str, word: str) -> str | None:
        """What the person said that this word means; None where nothing was said, or to leave it."""
        return self.mapping.values.get(field, {}).get(fold_word(word)) or None

    def _unknown(self, field: str, column: str, unknown: dict[str, int], finding: str) -> None:
        if not unknown:
            return
        most = sorted(unknown, key=lambda word: (-unknown[word], word))[:10]
        words = ", ".join(f"{word} ×{unknown[word]}" for word in most)
        self.findings.append(Reason(finding, {"words": words, "count": sum(unknown.values())}, {"column": column}))
        self.unknown.append(unknown_values(field, column, unknown))

    def _word(self, name: str, column: str) -> None:
        known, finding = _WORDS[name]
        unknown = map_words(
            self.connection,
            table=f"word_{name}",
            column=column,
            meaning=lambda word: self._said(name, word) or known(word),
        )
        self._unknown(name, self.mapping.shown(name), unknown, finding)
        self._select(f"{self._join(f'word_{name}', column)}.value", name)
        self._select("NULL::VARCHAR", f"{name}__code")

    def _state(self, name: str, column: str) -> None:
        self._word(name, column)

    def _currency(self, name: str, column: str) -> None:
        unknown = map_words(
            self.connection,
            table="word_currency",
            column=column,
            meaning=lambda word: self._said(name, word) or currency(word),
        )
        if unknown:  # no finding: each of these rows goes to quarantine with its own reason
            self.unknown.append(unknown_values(name, self.mapping.shown(name), unknown))
        alias = self._join("word_currency", column)
        self._select(f"{alias}.value", name)
        unread = f"{alias}.value IS NULL AND {plain_text(f'r.{column}')} IS NOT NULL"
        self._select(f"CASE WHEN {unread} THEN 'currency_unreadable' END", f"{name}__code")

    def _number(self, name: str, column: str, decimals: int) -> None:
        read = parse_numbers(
            self.connection,
            field=name,
            column=column,
            shown=self.mapping.shown(name),
            decimals=decimals,
            mark="." if self.settings.is_row_by_row else None,
        )
        self.findings += read.findings
        self._coded(name, self._join(read.table, column))

    def _amount(self, name: str, column: str) -> None:
        self._number(name, column, MICRO_DECIMALS)

    def _quantity(self, name: str, column: str) -> None:
        self._number(name, column, MILLI_DECIMALS)

    def _instant(self, name: str, column: str) -> None:
        read = parse_instants(
            self.connection,
            field=name,
            column=column,
            shown=self.mapping.shown(name),
            zone=self.settings.zone,
            day_first=self.settings.day_first,
            known=self.mapping.habit(name, DAY_FIRST, MONTH_FIRST),
            is_settled=self.mapping.is_settled,
        )
        self.learn(name, read.habit)
        self.findings += read.findings
        self._coded(name, self._join(read.table, column))

    def _coded(self, name: str, alias: str) -> None:
        self._select(f"{alias}.value", name)
        self._select(f"{alias}.code", f"{name}__code")

    def _phone(self, name: str, column: str) -> None:
        country = self.mapping.column("country")
        phones_table(
            self.connection, table="phones", column=column, country=country, default_region=self.settings.region
        )
        also = f" AND r.{country} IS NOT DISTINCT FROM {{alias}}.country" if country else ""
        alias = self._join("phones", column, also)
        self._coded(name, alias)
        self._select(f"{alias}.masked", f"{name}_masked")

    def _email(self, name: str, column: str) -> None:
        self._select(email_expression(f"r.{column}"), name)
        self._select(email_code(f"r.{column}"), f"{name}__code")

    def _consent(self) -> None:
        """All columns that speak of consent, whichever way round: one refusal is enough."""
        names = {folded(n) for way in ("allows", "refuses") for n in lexicon()["consent"][way]["names"]}
        mapped = self.mapping.fields.get("contact_allowed")
        columns = [i for i in self.mapping.extras if folded(self.mapping.columns[i]) in names]
        columns += [mapped.column] if mapped else []
        values = []
        for i in columns:
            self._consent_column(i)
            values.append(f"{self._join(f'consent_{i}', f'c{i}')}.value")
        listed = ", ".join(values)
        self._select(
            f"list_bool_and(list_filter([{listed}], lambda x: x IS NOT NULL))" if values else "NULL::BOOLEAN",
            "contact_allowed",
        )
        self._select("NULL::VARCHAR", "contact_allowed__code")

    def _consent_column(self, i: int) -> None:
        """A word that nobody knows says nothing, but in a column of refusals it counts as one: better not call."""
        shown = self.mapping.columns[i]
        refuses = consent_refuses(shown)

        def meaning(word: str) -> bool | None:
            said = self._said("contact_allowed", word)
            return contact_allowed(word, refuses) if said is None else said == ALLOWED

        unknown = map_words(
            self.connection,
            table=f"consent_{i}",
            column=f"c{i}",
            meaning=meaning,
            kind="BOOLEAN",
            otherwise=False if refuses else None,
        )
        finding = "consent_word_refuses" if refuses else "consent_word_unknown"
        self._unknown("contact_allowed", shown, {w: n for w, n in unknown.items() if not is_dated(w)}, finding)

    def _corrections(self) -> None:
        row, batch = self.mapping.corrects.get("row"), self.mapping.corrects.get("file")
        self._select("NULL::BIGINT" if row is None else f"try_cast(r.c{row} AS BIGINT)", "corrects_row")
        self._select("NULL::VARCHAR" if batch is None else plain_text(f"r.c{batch}"), "corrects_file")

    def extra_json(self, more: dict[str, str] | None = None) -> str:
        """SQL over ``received r`` (and ``t``, typed) of the JSON of all columns that are no field; NULL when empty."""
        pairs = {self.mapping.columns[i]: plain_text(f"r.c{i}") for i in self.mapping.extras}
        pairs.update(more or {})
        if not pairs:
            return "NULL::VARCHAR"
        listed = ", ".join(f"{quoted(key)}, {value}" for key, value in pairs.items())
        return f"nullif(json_merge_patch('{{}}'::JSON, json_object({listed}))::VARCHAR, '{{}}')"


def open_stage(received: Path, mapping: Mapping, settings: CleaningSettings, scratch: Path) -> Stage:
    """A connection of its own, within the memory of the settings, with the records as the view ``received``."""
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit='{settings.memory_mb}MB'")
    connection.execute(f"SET threads={settings.threads}")
    connection.execute(f"SET temp_directory={quoted(str(scratch))}")
    connection.execute("SET TimeZone='UTC'")
    connection.execute(
        f"CREATE TEMP VIEW received AS SELECT *{_without_guards(mapping)} FROM read_parquet({quoted(str(received))})"
    )
    return Stage(connection, mapping, settings)


def _without_guards(mapping: Mapping) -> str:
    """A file of rejects that came back: the apostrophe that kept a spreadsheet from running a cell is taken off."""
    if not mapping.corrects:
        return ""
    cells = [f"{unguarded_sql(f'c{i}')} AS c{i}" for i in range(len(mapping.columns))]
    return f" REPLACE ({', '.join(cells)})"
