"""Writes of customers: one function an action, each in one transaction with its trace in the audit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import orjson
import pandas as pd
from django.db import transaction
from django.db.models import F, Max

from zhiji.application.activities import services as activities
from zhiji.application.customers.errors import AssigneeUnfit, ChoiceUnfit, CustomerChanged
from zhiji.application.customers.exports import Purpose, What, export_file, export_start, export_write
from zhiji.application.customers.models import Assignment, DeletedScores, HandEdit
from zhiji.application.customers.queries import CustomerList, customer_get
from zhiji.application.customers.record import EDITABLE
from zhiji.application.customers.typed import cleaned
from zhiji.data.landing.models import Batch, Source
from zhiji.data.store import bulk, listing, search
from zhiji.data.store.models import Customer, CustomerListRow, Delivery, Identity, SourceRecord
from zhiji.kernel import clock
from zhiji.platform import audit, jobs, live
from zhiji.platform.models import Job, Team, User
from zhiji.platform.permissions import Reach, reach, token_scopes
from zhiji.platform.scope import require, scope, team_ids
from zhiji.processing.pipelines.field_words import CHOICE, CHOSEN, HAND, RULED, in_order, word_of, words
from zhiji.processing.pipelines.survivorship import derive_customers, said_of

__all__ = [
    "LEAVE", "Purpose", "What", "assign_step", "customer_choose", "customer_delete", "customer_restore",
    "customer_update", "customers_assign", "export_file", "export_start", "export_write", "refresh",
]  # fmt: skip
INLINE_ASSIGN = 1_000
LEAVE: Any = object()  # an assignment's owner or team stays what it is


@transaction.atomic
def customer_update(*, user: User, customer_id: int, revision: int, changes: dict[str, Any]) -> Customer:
    """Set fields by hand: a source record of its own, from which the customer is derived anew.

    revision: the one the editor saw; raises CustomerChanged where it is not the present one. Raises the errors of
    ``typed.cleaned`` for an e-mail or phone that reaches nobody. Fields that stay the same are not recorded.
    """
    customer = _taken_up(user, customer_id, revision)
    country = changes.get("country", customer.country)
    said = {name: value for name, value in changes.items() if name in EDITABLE and getattr(customer, name) != value}
    said = {name: cleaned(name, value, country) for name, value in said.items()}
    said = {name: value for name, value in said.items() if getattr(customer, name) != value}
    if not said:
        Customer.objects.filter(pk=customer.pk).update(revision=F("revision") - 1)
        return customer
    if "phone" in said:
        said["phone_is_masked"] = False
    return _said_by_hand(user, customer, said, "customer_update", list(said))


@transaction.atomic
def customer_choose(*, user: User, customer_id: int, revision: int, choices: Mapping[str, int | None]) -> Customer:
    """Choose per field whose word stands: field → one of the customer's identities, or None for the company's rule.

    A choice is a person's word, as an edit is, but it names its source: when the identity is parted from the customer
    it says nothing any more. Raises CustomerChanged as ``customer_update``, and ChoiceUnfit for a field that cannot be
    chosen or an identity that is not this customer's or says nothing of it.
    """
    customer = _taken_up(user, customer_id, revision)
    own = {row.pk: row for row in customer.identities.all()}
    records = in_order(said_of([customer.pk]).get(customer.pk, []))
    chosen: dict[str, Any] = {}
    for field, identity_id in choices.items():
        identity = own.get(identity_id or 0)
        of = identity and word_of(words(records, field), identity.source_id, identity.external_id)
        if field not in RULED or (identity_id is not None and of is None):
            raise ChoiceUnfit(field=field, where={"field": field})
        chosen[field] = of and {"source": of.said.source_id, "external_id": of.said.external_id, "value": of.value}
    return _said_by_hand(user, customer, {CHOSEN: chosen}, "customer_choose", list(chosen), kind=CHOICE)


def _taken_up(user: User, customer_id: int, revision: int) -> Customer:
    """The customer for one change, its revision raised; raises CustomerChanged where somebody was faster."""
    customer = customer_get(user, customer_id, "write")
    if customer.revision != revision or not Customer.objects.filter(pk=customer.pk, revision=revision).update(
        revision=F("revision") + 1
    ):
        raise CustomerChanged(seen=revision, current=customer.revision)
    return customer


def _said_by_hand(user: User, customer: Customer, said: dict[str, Any], action: str, fields: list[str],
                  kind: str = HAND) -> Customer:  # fmt: skip
    before = {name: getattr(customer, name) for name in fields}
    record = _hand_record(customer, said, kind)
    HandEdit.objects.create(record=record, by=user)
    refresh([customer.pk])
    customer.refresh_from_db()
    after = {name: getattr(customer, name) for name in fields}
    audit.record(action, "customer", customer.pk, changed=audit.changes(before, after), record=record.pk)
    live.publish("customer", id=customer.pk, changed="properties")
    return customer


def refresh(customer_ids: Sequence[int]) -> None:
    """All that follows from source records: the customer, its list row, its words."""
    derive_customers(customer_ids)
    listing.write_rows(customer_ids)
    search.index(customer_ids)


def _hand_record(customer: Customer, said: dict[str, Any], kind: str) -> SourceRecord:
    """The edit as a source record under the customer's first identity."""
    now = clock.now()
    identity = customer.identities.order_by("pk").first() or _own_identity(customer)
    batch = _hand_batch(identity.source)
    earlier = SourceRecord.objects.filter(kind=kind, source=identity.source, external_id=identity.external_id)
    version = (earlier.aggregate(last=Max("version"))["last"] or 0) + 1
    digest = hashlib.sha256(orjson.dumps([version, said], option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
    record = SourceRecord.objects.create(
        kind=kind, source=identity.source, external_id=identity.external_id, version=version, batch=batch,
        digest=digest, landing_row=0, event_at=now, known_at=now, payload=said,
    )  # fmt: skip
    Delivery.objects.create(batch=batch, record=record)
    return record


def _hand_batch(source: Source) -> Batch:
    """All hand edits of a source's customers are one batch, which no undo takes back."""
    found = Batch.objects.filter(source=source, kind=HAND).order_by("pk").first()
    if found is not None:
        return found
    now = clock.now()
    return Batch.objects.create(
        source=source, kind=HAND, is_history=False, state=Batch.State.STORED, received_at=now, stored_at=now
    )  # fmt: skip


def _own_identity(customer: Customer) -> Identity:
    """A customer that no source knows any more keeps an identity of its own, so that edits have a place."""
    source, _ = Source.objects.get_or_create(code=HAND)
    batch = _hand_batch(source)
    return Identity.objects.create(
        source=source, external_id=f"customer-{customer.pk}", customer=customer, home=customer, first_batch_id=batch.pk
    )


@transaction.atomic
def customer_delete(*, user: User, customer_id: int) -> None:
    """Take a customer out of lists and search; everything about it stays and comes back with ``customer_restore``."""
    customer = customer_get(user, customer_id, "write")
    row = CustomerListRow.objects.filter(customer=customer).first()
    scores = {name: getattr(row, name) for name in listing.SCORE_COLUMNS} if row else {}
    scores = {name: value.isoformat() if isinstance(value, date) else value for name, value in scores.items()}
    now = clock.now()
    DeletedScores.objects.update_or_create(customer_ref=customer.pk, defaults={"scores": scores, "by": user, "at": now})
    Customer.objects.filter(pk=customer.pk).update(deleted_at=now, revision=F("revision") + 1)
    listing.write_rows([customer.pk])
    search.index([customer.pk])
    audit.record("customer_delete", "customer", customer.pk)
    live.publish("customer", id=customer.pk, changed="deleted")


@transaction.atomic
def customer_restore(*, user: User, customer_id: int) -> Customer:
    """Bring a deleted customer back, with the scores that it had."""
    customer = customer_get(user, customer_id, "write", deleted=True)
    Customer.objects.filter(pk=customer.pk).update(deleted_at=None, revision=F("revision") + 1)
    refresh([customer.pk])
    kept = DeletedScores.objects.filter(customer_ref=customer.pk).first()
    if kept is not None:
        if kept.scores:
            scores = {**kept.scores, "customer_id": customer.pk}
            scores["as_of"] = date.fromisoformat(scores["as_of"]) if scores.get("as_of") else None
            listing.write_scores(pd.DataFrame([scores], dtype=object))
        kept.delete()
    audit.record("customer_restore", "customer", customer.pk)
    live.publish("customer", id=customer.pk, changed="restored")
    customer.refresh_from_db()
    return customer


def _check_assignee(user: User, owner_id: Any, team_id: Any) -> None:
    """Everybody assigns within their reach: agents take or give back, managers within their teams."""
    far = reach(user, "customer", "write")
    below = set(team_ids(user, below=far >= Reach.SUBTREE)) if far >= Reach.TEAM else set()
    if owner_id is not LEAVE and owner_id is not None:
        owner = User.objects.filter(pk=owner_id, is_active=True).first()
        fits = owner is not None and (far == Reach.ALL or owner.pk == user.pk or owner.team_id in below)
        if not fits:
            raise AssigneeUnfit(where={"field": "owner"})
    if team_id is not LEAVE and team_id is not None:
        fits = Team.objects.filter(pk=team_id).exists() and (
            far == Reach.ALL or team_id in below or team_id == user.team_id
        )
        if not fits:
            raise AssigneeUnfit(where={"field": "team"})


def customers_assign(*, user: User, ids: Sequence[int] | None = None, filter_text: str = "", owner_id: Any = LEAVE,
                     team_id: Any = LEAVE) -> tuple[int, Job | None]:  # fmt: skip
    """Give customers, by at most a thousand ids or all that match a filter, to an owner and a team.

    Returns how many changed hands; or, for more than a thousand, the job that does it in blocks.
    """
    require(user, "customer", "write")
    _check_assignee(user, owner_id, team_id)
    found = assign_page(user, ids=ids, filter_text=filter_text, after=0, limit=INLINE_ASSIGN + 1)
    if len(found) <= INLINE_ASSIGN:
        return assign_block(user=user, customer_ids=found, owner_id=owner_id, team_id=team_id), None
    params: dict[str, Any] = {"user_id": user.pk, "token_scopes": token_scopes(user), "filter": filter_text}
    if owner_id is not LEAVE:
        params["owner_id"] = owner_id
    if team_id is not LEAVE:
        params["team_id"] = team_id
    return 0, jobs.enqueue("customers_assign", by=user, **params)


def assign_page(user: User, *, ids: Sequence[int] | None, filter_text: str, after: int, limit: int) -> list[int]:
    """The next customers to assign, by id: assigning may take them out of the filter, never out of the walk."""
    if ids is not None:
        rows = scope(user, CustomerListRow, "write").filter(pk__in=list(ids)[:INLINE_ASSIGN])
        return list(rows.order_by("pk").values_list("pk", flat=True))
    wanted = CustomerList(user, filter_text, action="write").wanted()
    return list(wanted.rows().filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])


@transaction.atomic
def assign_block(*, user: User, customer_ids: Sequence[int], owner_id: Any, team_id: Any) -> int:
    """One block of an assignment; customers that are there already are left alone. Returns how many changed."""
    keys = bulk.many(list(customer_ids))
    moved = []
    for pk, owner, team in bulk.look_up(
        f"SELECT id, owner_id, team_id FROM store_customer WHERE {bulk.among('id')} AND deleted_at IS NULL",  # noqa: S608
        [keys],
    ):
        new = (owner if owner_id is LEAVE else owner_id, team if team_id is LEAVE else team_id)
        if new != (owner, team):
            moved.append((pk, owner, team, *new))
    if not moved:
        return 0
    ids = [row[0] for row in moved]
    changed: dict[str, Any] = {}
    if owner_id is not LEAVE:
        changed["owner_id"] = owner_id
        activities.tasks_follow(customer_ids=ids, owner_id=owner_id)
    if team_id is not LEAVE:
        changed["team_id"] = team_id
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        Customer.objects.filter(pk__in=part).update(**changed, revision=F("revision") + 1)
        CustomerListRow.objects.filter(pk__in=part).update(**changed)
    now = clock.now()
    Assignment.objects.bulk_create(
        [Assignment(customer_ref=pk, owner_before=owner, team_before=team, owner_after=new_owner, team_after=new_team,
                    by=user, at=now) for pk, owner, team, new_owner, new_team in moved],
        batch_size=500,
    )  # fmt: skip
    audit.record("customers_assign", "customer", "", ids=ids, **changed)
    live.publish("customers", changed="assigned", count=len(ids))
    return len(ids)


@transaction.atomic
def assign_step(user: User, params: dict[str, Any], task: jobs.Task, after: int) -> bool:
    """One block of the job and its checkpoint; says whether there was one."""
    found = assign_page(user, ids=None, filter_text=params["filter"], after=after, limit=INLINE_ASSIGN)
    if not found:
        return False
    changed = assign_block(
        user=user, customer_ids=found, owner_id=params.get("owner_id", LEAVE), team_id=params.get("team_id", LEAVE)
    )  # fmt: skip
    task.checkpoint["after"] = found[-1]
    task.job.result = {"changed": task.job.result.get("changed", 0) + changed}
    task.save(stage="assign", done=task.job.progress_done + len(found))
    return True
