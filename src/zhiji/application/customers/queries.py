"""Reads of the customer list: pages, counts, choices of filters, search. Always through the scope of who asks."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count

from zhiji.application.customers import rows
from zhiji.application.customers.errors import FilterInvalid
from zhiji.application.customers.fields import FIELDS, check_readable, readable
from zhiji.application.customers.filters import CustomerFilter, conditions, from_dict, parse
from zhiji.application.customers.models import HandEdit
from zhiji.data.store import bulk, cursors, deadline, paging
from zhiji.data.store.models import Customer, CustomerListRow
from zhiji.data.store.search import find
from zhiji.platform.company import company
from zhiji.platform.errors import NotFound
from zhiji.platform.models import Team, User
from zhiji.platform.schemas import cut
from zhiji.platform.scope import get_scoped, require, scope

DEFAULT_SORT = "-spend"
QUICK_COUNT = 10_000
EXACT_COUNT_SECONDS = 10.0
_COUNT_KEPT_SECONDS = 60.0
_OPTIONS_KEPT_SECONDS = 60.0
MOST_OPTIONS = 300
_kept: dict[Any, tuple[float, Any]] = {}


def forget() -> None:
    """Drop remembered counts and choices, as tests do between two states of one database."""
    _kept.clear()
    paging.forget()


class CustomerList:
    """One list as a user asked for it: filter (JSON text, dict or ready), sort ``name``, ``-name`` or the default.

    Raises FilterInvalid for what cannot be understood, FieldUnreadable for a filter or sort on a field that the user
    may not read, NotAllowed without any access to customers.
    """

    def __init__(self, user: User, given: str | dict[str, Any] | CustomerFilter = "", sort: str = "",
                 action: str = "read") -> None:  # fmt: skip
        require(user, "customer", action)
        self.user, self.action = user, action
        self.filter = parse(given) if isinstance(given, str) else from_dict(given) if isinstance(given, dict) else given
        sort = sort or self._default_sort()
        self.descending = sort.startswith("-")
        name = sort.removeprefix("-")
        field = FIELDS.get(name)
        if field is None or not field.sort:
            raise FilterInvalid(given="sort", problem=sort[:60], where={"field": "sort"})
        self.sort = field.sort
        check_readable(user, [name, *self.filter.asked()])
        shape = f"{self.sort}:{self.descending}:{self.filter.model_dump_json(exclude_defaults=True)}"
        self.place = f"customers:{hashlib.sha256(shape.encode()).hexdigest()[:24]}"

    def _default_sort(self) -> str:
        """By spend; by name for who may not read spend, so that a plain list or count is never refused."""
        return DEFAULT_SORT if DEFAULT_SORT.removeprefix("-") in readable(self.user) else "name"

    def wanted(self) -> paging.Wanted:
        return paging.Wanted(
            scoped=scope(self.user, CustomerListRow, self.action),
            conditions=conditions(self.filter),
            text=self.filter.q,
            sort=self.sort,
            descending=self.descending,
        )

    def cursor(self, row: CustomerListRow) -> str:
        value, pk = paging.position(row, self.sort)
        return cursors.sealed(self.place, [value.isoformat() if isinstance(value, date) else value, pk])

    def _after(self, cursor: str) -> tuple[paging.Value, int] | None:
        if not cursor:
            return None
        value, pk = cursors.opened(self.place, cursor)
        return (date.fromisoformat(value) if self.sort == "last_order_on" and value else value), pk

    def page(self, cursor: str = "", limit: int = 50) -> tuple[list[CustomerListRow], str | None]:
        """Rows, and the cursor of the next page where there is one."""
        found = paging.page(self.wanted(), after=self._after(cursor), limit=limit + 1)
        more = len(found) > limit
        return found[:limit], self.cursor(found[limit - 1]) if more else None

    def count(self, *, exact: bool) -> dict[str, Any]:
        """``count`` and whether it is ``exact``.

        Quick counts stop at 10,000. Exact ones are kept for a minute, and given up after ten seconds: then the quick
        one answers.
        """
        wanted = self.wanted()
        if not exact:
            count = paging.count(wanted, QUICK_COUNT + 1)
            return {"count": min(count, QUICK_COUNT), "exact": count <= QUICK_COUNT}
        sql, parameters = wanted.rows().order_by().values("customer_id").query.sql_with_params()
        key = ("count", connection.settings_dict["NAME"], sql, repr(parameters))
        known = _kept.get(key)
        if known and known[0] > time.monotonic():
            return {"count": known[1], "exact": True}
        try:
            with deadline.limit(EXACT_COUNT_SECONDS):
                count = paging.count(wanted, 2**31)
        except deadline.TimeIsUp:
            return self.count(exact=False)
        _keep(key, count, _COUNT_KEPT_SECONDS)
        return {"count": count, "exact": True}


def _keep(key: Any, value: Any, seconds: float) -> None:
    if len(_kept) > 500:
        _kept.clear()
    _kept[key] = (time.monotonic() + seconds, value)


def list_page(user: User, *, filter_text: str, sort: str, cursor: str, limit: int) -> dict[str, Any]:
    """One page of the list as the API gives it."""
    asked = CustomerList(user, filter_text, sort)
    found, following = asked.page(cursor, limit)
    return {"items": rows.shown(found, readable(user)), "next": following, "currency": company().currency}


def list_rows(user: User, customer_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Some customers as the list shows them, by id; those out of scope and those in no list are left out."""
    found = scope(user, CustomerListRow).filter(pk__in=list(customer_ids))
    return {item["id"]: item for item in rows.shown(list(found), readable(user))}


def editors_of(record_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Who made hand edits: source record → ``{"id", "name"}``. Of records that the caller may show."""
    editors = dict(HandEdit.objects.filter(record__in=list(record_ids)).values_list("record_id", "by_id"))
    people = rows.people(editors.values())
    return {record: people[by] for record, by in editors.items() if by in people}


def list_fields(user: User) -> dict[str, str]:
    """Fields that the user may see, filter by and make rules of: name → kind (see ``fields.ListField``)."""
    require(user, "customer", "read")
    allowed = readable(user)
    return {field.name: field.kind for field in FIELDS.values() if field.name in allowed}


def quick_search(user: User, text: str, limit: int) -> list[dict[str, Any]]:
    """Customers for the command palette: best match first, then by spend."""
    require(user, "customer", "read")
    found = find(scope(user, CustomerListRow), text, limit)
    return [
        {"id": row.customer_id, "name": row.name, "external_id": row.external_id, "city": row.city,
         "country": row.country, "segment": row.rfm_segment if "segment" in readable(user) else ""}
        for row in found
    ]  # fmt: skip


def customer_get(user: User, customer_id: int, action: str = "read", *, deleted: bool = False) -> Customer:
    """One customer in scope. Deleted ones are there only for who asks for them; who asks for one that was merged gets
    the one into which it went."""
    customer = get_scoped(user, Customer, customer_id, action)
    if customer.merged_into_id is not None:
        customer = get_scoped(user, Customer, customer.merged_into_id, action)
    if (customer.deleted_at is not None) != deleted:
        raise NotFound(object="customer", where={"id": str(customer_id)})
    return customer


def options(user: User) -> dict[str, Any]:
    """What the filters offer: values with how many customers have them, within scope; kept for a minute."""
    require(user, "customer", "read")
    scoped = scope(user, CustomerListRow)
    sql, parameters = scoped.order_by().values("customer_id").query.sql_with_params()
    allowed = readable(user)
    key = ("options", connection.settings_dict["NAME"], sql, repr(parameters), allowed)
    known = _kept.get(key)
    if known is None or known[0] <= time.monotonic():
        columns = ("country", "city", "rfm_segment", "band", "owner_id", "team_id")
        counted = {column: _counted(scoped, column) for column in columns}
        _keep(key, counted, _OPTIONS_KEPT_SECONDS)
    else:
        counted = known[1]
    people = dict(User.objects.filter(is_active=True).order_by("pk").values_list("pk", "name")[:MOST_OPTIONS])
    emails = dict(User.objects.filter(pk__in=people).values_list("pk", "email"))
    groups = dict(Team.objects.order_by("name").values_list("pk", "name")[:MOST_OPTIONS])
    by_segment = "segment" in allowed
    return {
        "countries": _choices(counted["country"]),
        "cities": _choices(counted["city"]),
        "segments": _choices(counted["rfm_segment"]) if by_segment else [],
        "bands": _choices(counted["band"]) if by_segment else [],
        "owners": _named(counted["owner_id"], {pk: name or emails[pk] for pk, name in people.items()}),
        "teams": _named(counted["team_id"], groups),
        "fields": sorted(allowed),
        "sorts": [field.name for field in FIELDS.values() if field.sort and field.name in allowed],
        "currency": company().currency,
    }


def _counted(scoped: Any, column: str) -> list[tuple[Any, int]]:
    found = scoped.order_by().values_list(column).annotate(n=Count("*"))
    sql, parameters = found.query.sql_with_params()
    rows_found = bulk.look_up(paging.unhinted(sql) if scoped.query.where else sql, parameters)
    rows_found.sort(key=lambda each: (-each[1], each[0] is None, each[0] or ""))
    return [(value, n) for value, n in rows_found[:MOST_OPTIONS]]


def _choices(counted: list[tuple[Any, int]]) -> list[dict[str, Any]]:
    return [{"value": value, "count": n} for value, n in counted if value != ""]


def _named(counted: list[tuple[Any, int]], names: dict[int, str]) -> list[dict[str, Any]]:
    """Everybody who could be chosen, those with customers or not; nobody is ``null``."""
    counts = dict(counted)
    found = [{"value": pk, "name": name, "count": counts.get(pk, 0)} for pk, name in names.items()]
    return [{"value": None, "name": "", "count": counts.get(None, 0)}, *found]


def deleted(user: User, *, after: int, limit: int) -> dict[str, Any]:
    """Deleted customers that the user may restore, oldest record first."""
    require(user, "customer", "write")
    rows = scope(user, Customer, "write").filter(pk__gt=after).exclude(deleted_at=None)
    found, following = cut(rows.order_by("pk")[: limit + 1], limit)
    items = [{"id": row.pk, "name": row.name or row.company, "deleted_at": row.deleted_at} for row in found]
    return {"items": items, "next": following}
