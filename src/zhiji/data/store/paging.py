"""Pages of the customer list: any sort, any filter, deep pages as quick as the first, on SQLite and PostgreSQL.

A page starts after the last row of the page before (keyset), so nothing is skipped or counted through. Two ways lead
to a page, and the cheaper one is taken:

* **walk** the index of the sort and test each row until the page is full: good when much matches;
* **drive** from the rows that the rarest condition finds, and sort those: good when little matches.

Counts that stop early on an index tell which is which. SQLite keeps no statistics worth the name, so there the chosen
index is named in the statement; PostgreSQL decides with its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet

from zhiji.data.store import words
from zhiji.data.store.models import CustomerListRow

Rows = QuerySet[CustomerListRow]
Value = int | float | str | date | None

# Column that is sorted by → its index. The index ends with the customer, which breaks ties.
SORTS = {
    "name_sort": "row_by_name",
    "spend_micros": "row_by_spend",
    "orders": "row_by_orders",
    "last_order_on": "row_by_last_order",
    "value_score": "row_by_value",
    "at_stake_micros": "row_by_stake",
    "overdue_days": "row_by_overdue",
}
# Segments and bands go with spend, orders and recency, so walking a plain sort could pass nearly all rows in vain.
TOGETHER = {
    ("rfm_segment", "spend_micros"): "row_by_segment",
    ("rfm_segment", "last_order_on"): "row_segment_last",
    ("rfm_segment", "orders"): "row_segment_orders",
    ("rfm_segment", "value_score"): "row_segment_value",
    ("rfm_segment", "name_sort"): "row_segment_name",
    ("band", "spend_micros"): "row_band_spend",
    ("band", "last_order_on"): "row_band_last",
    ("band", "orders"): "row_band_orders",
    ("band", "value_score"): "row_band_value",
    ("band", "name_sort"): "row_band_name",
    ("country", "spend_micros"): "row_by_country",
    ("owner_id", "spend_micros"): "row_by_owner",
    ("team_id", "spend_micros"): "row_by_team",
}
INDEXED = {*SORTS, *(column for column, _ in TOGETHER), "city", "contact_allowed"}
_PRIMARY = "sqlite_autoindex_store_customerlistrow_1"
_TABLE = 'FROM "store_customerlistrow"'
COUNTED = 20_000
TOGETHER_IN_NAME = 100_000
_REMEMBERED_SECONDS = 30.0


@dataclass(frozen=True)
class Condition:
    """One filter. ``column``: what it looks at, empty for several; ``is_equality``: it asks for one value of it."""

    q: Q
    column: str
    is_equality: bool = False


@dataclass(frozen=True)
class Wanted:
    """What a list shows: the rows one may see, filters, words, order.

    scoped: ``scope(user, CustomerListRow)``, nothing added. ``text`` is what was typed into the search, if anything.
    """

    scoped: Rows
    conditions: tuple[Condition, ...] = ()
    text: str = ""
    sort: str = "spend_micros"
    descending: bool = True
    whole_words: bool = False
    _terms: tuple[words.Term, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "_terms", tuple(words.terms(self.text)) if self.text else ())

    @property
    def finds_nothing(self) -> bool:
        """Something was typed that holds no letter and no digit."""
        return bool(self.text.strip()) and not self._terms

    def rows(self, *, words_met: bool = False) -> Rows:
        """All matching rows, in no order. ``words_met``: the rows at hand come from the full-text index already."""
        rows = self.scoped
        for condition in self.conditions:
            rows = rows.filter(condition.q)
        if self.finds_nothing:
            return rows.none()
        if words_met or not self._terms:
            return rows
        holds, parameters = words.holds(self._terms, whole=self.whole_words)
        return rows.extra(where=[holds], params=parameters)  # noqa: S610 - our text, their values

    def ids_by_words(self) -> tuple[str, tuple[Any, ...]]:
        """The same by the full-text index."""
        return words.ids(self._terms, whole=self.whole_words)

    @property
    def asks_for_beginnings(self) -> bool:
        """``whole_words`` would make a difference."""
        return any(term.is_prefix for term in self._terms)

    def is_everything(self) -> bool:
        return not (self.conditions or self._terms or self.scoped.query.where)


@dataclass(frozen=True)
class Plan:
    """``index`` is walked; or else ``among`` (a select of ids and its parameters) is looked up and sorted."""

    index: str = ""
    among: tuple[str, tuple[Any, ...]] | None = None


_remembered: dict[Any, tuple[float, int]] = {}


def _bounded(sql: str, parameters: Sequence[Any], bound: int = COUNTED) -> int:
    """How many rows a select has, counted to ``bound``; the answer is remembered for half a minute."""
    key = (connection.settings_dict["NAME"], sql, repr(parameters), bound)
    known = _remembered.get(key)
    if known and known[0] > time.monotonic():
        return known[1]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({sql} LIMIT {int(bound)}) AS counted", parameters)
        count = int(cursor.fetchone()[0])
    if len(_remembered) > 500:
        _remembered.clear()
    _remembered[key] = (time.monotonic() + _REMEMBERED_SECONDS, count)
    return count


def forget() -> None:
    """Drop remembered counts, as tests do between two states of one database."""
    _remembered.clear()


def total() -> int:
    """All rows, remembered for half a minute."""
    return _bounded("SELECT 1 FROM store_customerlistrow", (), 2**31)


def _select(rows: Rows) -> tuple[str, tuple[Any, ...]]:
    sql, parameters = rows.order_by().values("customer_id").query.sql_with_params()
    return sql, tuple(parameters)


def _sources(wanted: Wanted) -> list[tuple[Condition | None, tuple[str, tuple[Any, ...]]]]:
    """Selects that could drive: each indexed condition, the words, and the scope."""
    found: list[tuple[Condition | None, tuple[str, tuple[Any, ...]]]] = [
        (condition, _select(CustomerListRow.objects.filter(condition.q)))
        for condition in wanted.conditions
        if condition.column in INDEXED
    ]
    if wanted._terms:
        found.append((None, wanted.ids_by_words()))
    if wanted.scoped.query.where:
        found.append((None, _select(wanted.scoped)))
    return found


def plan(wanted: Wanted, limit: int) -> Plan:
    """Walk or drive, by the rows that each would pass."""
    sources = _sources(wanted)
    if not sources:
        return Plan(SORTS[wanted.sort])
    everything = max(total(), 1)
    counts = [(_bounded(*select), condition, select) for condition, select in sources]
    index, joined = _walked_index(wanted, counts)
    share = 1.0
    for count, condition, _ in counts:
        # A range over the sorted column itself only says where the walk begins and ends.
        if condition is None or (condition is not joined and condition.column != wanted.sort):
            share *= max(min(count / everything, 1.0), 1e-9)
    rarest, _, select = min(counts, key=lambda each: each[0])
    if wanted._terms and wanted.sort == "name_sort":
        # A surname stands in one place of the names: a walk would pass all that come before it.
        by_words = _bounded(*wanted.ids_by_words(), TOGETHER_IN_NAME)
        if by_words < TOGETHER_IN_NAME:
            return Plan(among=select if rarest < by_words else wanted.ids_by_words())
    if rarest < COUNTED and rarest < limit / share:
        return Plan(among=select)
    return Plan(index)


def _walked_index(wanted: Wanted, counts: Sequence[tuple[int, Condition | None, Any]]) -> tuple[str, Condition | None]:
    usable = [
        (count, TOGETHER[condition.column, wanted.sort], condition)
        for count, condition, _ in counts
        if condition is not None and condition.is_equality and (condition.column, wanted.sort) in TOGETHER
    ]
    if not usable:
        return SORTS[wanted.sort], None
    _, index, condition = min(usable, key=lambda each: each[0])
    return index, condition


def _phases(wanted: Wanted, after: tuple[Value, int] | None) -> Iterator[Q]:
    """Stretches of the order after a row, each one range of the index; rows without a value come last, either way."""
    sort, beyond = wanted.sort, "lt" if wanted.descending else "gt"
    nullable = CustomerListRow._meta.get_field(sort).null
    if after is None:
        yield Q(**{f"{sort}__isnull": False}) if nullable else Q()
    elif after[0] is not None:
        yield Q(**{sort: after[0], f"customer_id__{beyond}": after[1]})
        yield Q(**{f"{sort}__{beyond}": after[0]})
    if after is not None and after[0] is None:
        yield Q(**{f"{sort}__isnull": True, f"customer_id__{beyond}": after[1]})
    elif nullable:
        yield Q(**{f"{sort}__isnull": True})


def _ordering(wanted: Wanted, *, anyhow: bool) -> list[Any]:
    """``anyhow``: in a form that no index has, so that the rows at hand are sorted instead of an index walked."""
    sign = "-" if wanted.descending else ""
    if not anyhow:
        return [f"{sign}{wanted.sort}", f"{sign}customer_id"]
    column = F(wanted.sort)
    first = column.desc(nulls_last=True) if wanted.descending else column.asc(nulls_last=True)
    return [first, f"{sign}customer_id"]


def statements(wanted: Wanted, after: tuple[Value, int] | None, chosen: Plan) -> list[tuple[str, list[Any]]]:
    """The selects whose results, one after another, are the list from ``after`` on. No limit in them."""
    by_words = bool(wanted._terms) and chosen.among == wanted.ids_by_words()
    rows = wanted.rows(words_met=by_words)
    if chosen.among is not None:
        sql, parameters = chosen.among
        # As an array the ids are known first, and PostgreSQL cannot walk the index of the sort instead.
        ids = f"= ANY(ARRAY({sql}))" if connection.vendor == "postgresql" else f"IN ({sql})"
        among = f'"store_customerlistrow"."customer_id" {ids}'
        rows = rows.extra(where=[among], params=list(parameters))  # noqa: S610 - made by the ORM or in ``words``
        stretches = [Q()]
        if after is not None:
            stretches = [Q()]
            for stretch in _phases(wanted, after):
                stretches[0] |= stretch
        hint = _PRIMARY
    else:
        stretches, hint = list(_phases(wanted, after)), chosen.index
    found = []
    for stretch in stretches:
        ordered = rows.filter(stretch).order_by(*_ordering(wanted, anyhow=chosen.among is not None))
        sql, bound = ordered.query.sql_with_params()
        if connection.vendor == "sqlite":
            sql = sql.replace(_TABLE, f'{_TABLE} INDEXED BY "{hint}"', 1)
        found.append((sql, list(bound)))
    return found


def page(wanted: Wanted, *, after: tuple[Value, int] | None = None, limit: int) -> list[CustomerListRow]:
    """The next ``limit`` rows after a row, given by its value of the sorted column and its customer."""
    if wanted.finds_nothing:
        return []
    found: list[CustomerListRow] = []
    for sql, parameters in statements(wanted, after, plan(wanted, limit)):
        if len(found) < limit:
            missing = limit - len(found)
            found += CustomerListRow.objects.raw(f"{sql} LIMIT {int(missing)}", parameters)
    return found


def position(row: CustomerListRow, sort: str) -> tuple[Value, int]:
    """Where a row stands, as ``page`` takes it."""
    return getattr(row, sort), row.customer_id


def unhinted(sql: str) -> str:
    """A statement over many rows in no order, to be answered by reading the table through.

    SQLite would look up the alternatives of a scope one by one in their indexes: twenty times slower for half the rows.
    """
    return sql.replace(_TABLE, f"{_TABLE} NOT INDEXED", 1) if connection.vendor == "sqlite" else sql


def count(wanted: Wanted, bound: int) -> int:
    """How many rows match, counted to ``bound``."""
    if wanted.finds_nothing:
        return 0
    if wanted.is_everything():
        return min(total(), bound)
    chosen = plan(wanted, bound)
    if chosen.among is None:
        sql, parameters = _select(wanted.rows())
        return _bounded(unhinted(sql) if wanted.scoped.query.where else sql, parameters, bound)
    sql, bound_parameters = statements(wanted, None, chosen)[0]
    return _bounded(f"SELECT 1 FROM ({sql}) AS found", bound_parameters, bound)
