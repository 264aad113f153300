"""Exports: exactly what the lists show, in their order, to a file that exists only when it is whole."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from django.db.models import Q

from zhiji.application.customers import rows, writers
from zhiji.application.customers.errors import ExportNotReady
from zhiji.application.customers.fields import FIELDS, ListField, readable
from zhiji.application.customers.queries import CustomerList
from zhiji.application.customers.writers import Column
from zhiji.data.store import masks, paging
from zhiji.data.store.models import Customer, CustomerListRow, Identity, Order
from zhiji.kernel import clock
from zhiji.kernel.money import percent_of
from zhiji.platform import audit, jobs
from zhiji.platform.company import company, zone
from zhiji.platform.errors import NotFound
from zhiji.platform.models import Job, User
from zhiji.platform.permissions import token_scopes
from zhiji.platform.scope import require, scope
from zhiji.platform.workspace import workspace

What = Literal["customers", "segments", "orders", "identities"]
Purpose = Literal["contact", "analysis"]
BLOCK = 2_000
AT_ONCE = 20_000
KEPT_SECONDS = 24 * 3600.0
CONTACT = ("phone", "email", "address")
_KINDS = {"choice": "text", "person": "text", "team": "text", "count": "whole"}
_SEGMENT_COLUMNS = ("external_id", "name", "segment", "band", "orders", "spend", "last_order_on", "value_score",
                    "value_rank", "as_of")  # fmt: skip
_ORDER_COLUMNS = (
    Column("external_id", "text"), Column("number", "text"), Column("customer_external_id", "text"),
    Column("customer_name", "text"), Column("state", "text"), Column("ordered_at", "instant"),
    Column("ordered_on", "day"), Column("country", "text"), Column("channel", "text"), Column("store", "text"),
    Column("lines", "whole"), Column("goods", "money"), Column("returned", "money"), Column("value", "money"),
    Column("other", "money"), Column("currency", "text"),
)  # fmt: skip
_IDENTITY_COLUMNS = (Column("source", "text"), Column("external_id", "text"), Column("customer_id", "whole"))
Block = list[list[Any]]


def export_write(*, user: User, what: What, path: Path, file_format: str = "", filter_text: str = "",
                 sort: str = "", purpose: Purpose = "analysis",
                 told: Callable[[int], None] = lambda _: None) -> int:  # fmt: skip
    """Write an export and return its rows. ``told`` hears the rows written after each block, and may raise to stop.

    Rows are those that ``user`` may export, in the order of the list; fields are those that they may read. For
    ``contact``, customers who do not want to be contacted are left out and phone, e-mail and address come along; for
    ``analysis`` these stay out. The file appears at once when it is whole; after a fault there is none.

    Amounts are spend, in the company's currency, with or without a margin: what reads ``spend``, ``expected_value`` or
    ``value_low`` finds the same in it. Once a margin is entered, each of them stands a second time as the lists show
    it, under its name and ``_worth``: the margin's share, to the micro. Orders have what they came to, and no worth.
    """
    require(user, "order" if what == "orders" else "customer", "export")
    asked = CustomerList(user, filter_text, sort, action="export")
    columns, blocks = _asked_for(asked, what, purpose)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    written = 0
    try:
        out = writers.writer(file_format or writers.format_of(path), unfinished, columns)
        try:
            for block in blocks:
                out.write(block)
                written += len(block)
                told(written)
        finally:
            out.close()
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    audit.record("export", "customer", "", what=what, purpose=purpose, rows=written, format=path.suffix.lstrip("."),
                 filter=audit.digest(filter_text))  # fmt: skip
    return written


def _asked_for(asked: CustomerList, what: What, purpose: Purpose) -> tuple[list[Column], Iterator[Block]]:
    if what == "orders":
        return _orders(asked, purpose)
    if what == "identities":
        return list(_IDENTITY_COLUMNS), _identity_blocks(asked)
    return _customers(asked, what, purpose)


def _identity_blocks(asked: CustomerList) -> Iterator[Block]:
    """Under which ids the sources know each customer of the list, in the order in which they came."""
    wanted = asked.wanted()
    found = Identity.objects.filter(customer__in=scope(asked.user, CustomerListRow, "export").values("customer_id"))
    if wanted.conditions or wanted.text:
        found = found.filter(customer__in=wanted.rows().order_by().values("customer_id"))
    last = 0
    while block := list(
        found.filter(pk__gt=last).order_by("pk").values_list("pk", "source__code", "external_id", "customer_id")[:BLOCK]
    ):
        last = block[-1][0]
        yield [list(row[1:]) for row in block]


def _customers(asked: CustomerList, what: What, purpose: Purpose) -> tuple[list[Column], Iterator[Block]]:
    allowed = readable(asked.user)
    names = [name for name in FIELDS if name in allowed and (what == "customers" or name in _SEGMENT_COLUMNS)]
    columns = [Column(name, _KINDS.get(FIELDS[name].kind, FIELDS[name].kind)) for name in names]
    columns += [Column(f"{field.name}_worth", "money") for field in _worths(names)]
    contact = CONTACT if purpose == "contact" and what == "customers" else ()
    columns += [Column(name, "text") for name in contact] + [Column("currency", "text")]
    return columns, _customer_blocks(asked, names, contact, purpose)


def _worths(names: list[str]) -> list[ListField]:
    """The fields that have a worth beside their spend."""
    if company().margin_percent is None:
        return []
    return [FIELDS[name] for name in names if FIELDS[name].kind == "money"]


def _worth(spend_micros: int | None, margin_percent: Decimal | None) -> int | None:
    return None if spend_micros is None or margin_percent is None else percent_of(spend_micros, margin_percent)


def _pages(asked: CustomerList, purpose: Purpose) -> Iterator[list[CustomerListRow]]:
    """The list, block by block. Rows that change places meanwhile are met where they stand then."""
    wanted = asked.wanted()
    if purpose == "contact":
        willing = paging.Condition(Q(contact_allowed=True) | Q(contact_allowed__isnull=True), "")
        wanted = paging.Wanted(
            wanted.scoped, (*wanted.conditions, willing), wanted.text, wanted.sort, wanted.descending
        )
    after = None
    while found := paging.page(wanted, after=after, limit=BLOCK):
        yield found
        if len(found) < BLOCK:
            return
        after = paging.position(found[-1], wanted.sort)


def _customer_blocks(asked: CustomerList, names: list[str], contact: tuple[str, ...],
                     purpose: Purpose) -> Iterator[Block]:  # fmt: skip
    currency, margin = company().currency, company().margin_percent
    fields, worths = [FIELDS[name] for name in names], _worths(names)
    for found in _pages(asked, purpose):
        owners = rows.people(row.owner_id for row in found)
        groups = rows.teams(row.team_id for row in found)
        named = {"person": owners, "team": groups}
        reach_out = {}
        if contact:
            ids = [row.customer_id for row in found]
            reach_out = _reached_by(ids, contact)
        block = []
        for row in found:
            cells = []
            for field in fields:
                value = getattr(row, field.column)
                if field.kind in named:
                    value = named[field.kind].get(value, {"name": None})["name"]
                cells.append(value)
            cells += [_worth(getattr(row, field.column), margin) for field in worths]
            block.append([*cells, *reach_out.get(row.customer_id, ()), currency])
        yield block


def _reached_by(customer_ids: list[int], fields: tuple[str, ...]) -> dict[int, list[str]]:
    """How to reach these customers. A masked phone or address reaches nobody: its cell is empty."""
    found = {}
    for pk, is_masked, *values in Customer.objects.filter(pk__in=customer_ids).values_list(
        "pk", "phone_is_masked", *fields
    ):
        means = dict(zip(fields, values, strict=True))
        unusable = {"phone": is_masked, "email": masks.is_masked(means.get("email", ""))}
        found[pk] = ["" if unusable.get(name) else value for name, value in means.items()]
    return found


def _orders(asked: CustomerList, purpose: Purpose) -> tuple[list[Column], Iterator[Block]]:
    return list(_ORDER_COLUMNS), _order_blocks(asked, purpose)


def _order_blocks(asked: CustomerList, purpose: Purpose) -> Iterator[Block]:
    """Orders, newest first; with a filter only those of matching customers. Guests' orders are nobody's to contact."""
    found = scope(asked.user, Order, "export").filter(Q(customer=None) | Q(customer__deleted_at=None))
    wanted = asked.wanted()
    if wanted.conditions or wanted.text:
        found = found.filter(customer__in=wanted.rows().order_by().values("customer_id"))
    if purpose == "contact":
        found = found.exclude(customer=None).exclude(customer__contact_allowed=False)
    found = found.select_related("identity", "customer").order_by("-ordered_at", "-pk")
    company_zone, last = zone(), None
    while True:
        part = found if last is None else found.filter(
            Q(ordered_at__lt=last.ordered_at) | Q(ordered_at=last.ordered_at, pk__lt=last.pk)
        )  # fmt: skip
        orders = list(part[:BLOCK])
        if not orders:
            return
        last = orders[-1]
        yield [
            [o.external_id, o.number, o.identity.external_id if o.identity else None,
             (o.customer.name or o.customer.company) if o.customer else None, o.state, o.ordered_at,
             clock.day_of(o.ordered_at, company_zone), o.country, o.channel, o.store, o.lines, o.goods_micros,
             o.returned_micros, o.value_micros, o.other_micros, o.currency]
            for o in orders
        ]  # fmt: skip


def file_name(what: str, file_format: str) -> str:
    return f"{what}-{clock.day_of(clock.now(), zone()).isoformat()}.{file_format}"


def export_start(*, user: User, what: What, file_format: str, filter_text: str, sort: str,
                 purpose: Purpose) -> tuple[bytes | None, Job | None]:  # fmt: skip
    """The file itself where it is small, else the job that writes it."""
    require(user, "order" if what == "orders" else "customer", "export")
    asked = CustomerList(user, filter_text, sort, action="export")
    many = paging.count(asked.wanted(), AT_ONCE + 1) > AT_ONCE
    if what == "orders" and not many:
        many = scope(user, Order, "export")[AT_ONCE : AT_ONCE + 1].exists()
    params: dict[str, Any] = {
        "what": what,
        "file_format": file_format,
        "filter_text": filter_text,
        "sort": sort,
        "purpose": purpose,
    }
    if many:
        asker: dict[str, Any] = {"user_id": user.pk, "token_scopes": token_scopes(user)}
        return None, jobs.enqueue("customers_export", by=user, **asker, **params)
    path = _fresh_path(file_format)
    try:
        export_write(user=user, what=what, path=path, filter_text=filter_text, sort=sort, purpose=purpose)
        return path.read_bytes(), None
    finally:
        path.unlink(missing_ok=True)


def _fresh_path(file_format: str) -> Path:
    return workspace().exports / f"{secrets.token_hex(16)}.{file_format}"


def export_job(user: User, task: jobs.Task) -> None:
    """The job's work: the file under a random name, known to the job alone. A second run after a kill starts over."""
    params = {name: task.params[name] for name in ("what", "filter_text", "sort", "purpose")}
    path = _fresh_path(task.params["file_format"])

    def told(written: int) -> None:
        task.breathe()
        task.save(stage="export", done=written)

    written = export_write(user=user, path=path, told=told, **params)
    os.chmod(path, 0o600)  # noqa: PTH101
    task.job.result = {
        "file": path.name,
        "rows": written,
        "name": file_name(params["what"], task.params["file_format"]),
    }


def export_file(user: User, job_id: int) -> tuple[Path, str]:
    """The file of one's own finished export, and the name to save it under."""
    job = Job.objects.filter(pk=job_id, kind="customers_export", created_by=user).first()
    if job is None:
        raise NotFound(object="job", where={"id": str(job_id)})
    require(user, "order" if job.params["what"] == "orders" else "customer", "export")
    path = workspace().exports / str(job.result.get("file") or "-")
    if job.state != Job.State.DONE or not path.is_file():
        raise ExportNotReady(state=job.state if job.state != Job.State.DONE else "expired")
    return path, job.result["name"]


def prune() -> None:
    """Remove files of exports that are older than a day."""
    for path in workspace().exports.iterdir():
        if path.is_file() and path.stat().st_mtime < time.time() - KEPT_SECONDS:
            path.unlink(missing_ok=True)
