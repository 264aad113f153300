"""Routes of the customers: list, record page, edits, assignment, exports; and the search of the command palette."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpResponse
from ninja import Query, Router, Status

from zhiji.application.customers import queries, record, schemas, services, timeline
from zhiji.application.customers.exports import file_name
from zhiji.application.customers.writers import FORMATS
from zhiji.platform import idempotency
from zhiji.platform.schemas import PageQuery, PathId, PlacedQuery, SignedRequest, answers

PREFIX = ""
router = Router(tags=["customers"])


@router.get("/customers", response=answers({200: schemas.CustomerPage}), operation_id="customer_list")
def customer_list(request: SignedRequest, asked: Query[schemas.ListQuery]) -> Any:
    """One page of the list."""
    return queries.list_page(
        request.user, filter_text=asked.filter, sort=asked.sort, cursor=asked.after, limit=asked.limit
    )  # fmt: skip


@router.get("/customers/count", response=answers({200: schemas.Count}), operation_id="customer_count")
def customer_count(request: SignedRequest, asked: Query[schemas.CountQuery]) -> Any:
    """How many match: quickly up to 10,000, or exactly."""
    return queries.CustomerList(request.user, asked.filter).count(exact=asked.exact)


@router.get("/customers/options", response=answers({200: schemas.Options}), operation_id="customer_options")
def customer_options(request: SignedRequest) -> Any:
    """What filters offer, which fields the reader may see, what the list can be sorted by."""
    return queries.options(request.user)


@router.get("/customers/deleted", response=answers({200: schemas.DeletedPage}), operation_id="customer_deleted")
def customer_deleted(request: SignedRequest, asked: Query[PageQuery]) -> Any:
    """Deleted customers that the reader may restore."""
    return queries.deleted(request.user, after=asked.after, limit=asked.limit)


@router.post("/customers/assign", response=answers({200: schemas.Assigned}), operation_id="customer_assign")
def customer_assign(request: SignedRequest, form: schemas.Assign) -> Any:
    """Give customers to an owner and a team; more than a thousand become a job."""
    given = form.model_fields_set
    changed, job = services.customers_assign(
        user=request.user,
        ids=form.ids,
        filter_text=form.filter,
        owner_id=form.owner if "owner" in given else services.LEAVE,
        team_id=form.team if "team" in given else services.LEAVE,
    )
    return {"changed": changed, "job": job.pk if job else None}


@router.post("/customers/export", response=answers({202: schemas.ExportStarted}), operation_id="customer_export")
@idempotency.question
def customer_export(request: SignedRequest, form: schemas.ExportForm) -> Any:
    """The file itself (200, as attachment) up to 20,000 rows; beyond, the job that writes it (202)."""
    body, job = services.export_start(
        user=request.user, what=form.what, file_format=form.format, filter_text=form.filter, sort=form.sort,
        purpose=form.purpose,
    )  # fmt: skip
    if body is None:
        return Status(202, {"job": job.pk if job else 0})
    name = file_name(form.what, form.format)
    return HttpResponse(
        body, content_type=FORMATS[form.format], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )  # fmt: skip


@router.get("/customers/exports/{job_id}", response=answers({}, 404, 409), operation_id="customer_export_file")
def customer_export_file(request: SignedRequest, job_id: PathId) -> Any:
    """The file of one's own finished export."""
    path, name = services.export_file(request.user, job_id)
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=name, content_type=FORMATS[name.rsplit(".", 1)[-1]]
    )  # fmt: skip


@router.get("/customers/{customer_id}", response=answers({200: schemas.Detail}, 404), operation_id="customer_get")
def customer_get(request: SignedRequest, customer_id: PathId) -> Any:
    """The record page."""
    return record.detail(request.user, customer_id)


@router.patch(
    "/customers/{customer_id}", response=answers({200: schemas.Detail}, 404, 409), operation_id="customer_update"
)
def customer_update(request: SignedRequest, customer_id: PathId, form: schemas.Edit) -> Any:
    """Edit by hand. 409 where somebody else was faster."""
    changes = form.model_dump(exclude_unset=True, exclude={"revision"})
    changes = {name: value for name, value in changes.items() if value is not None or name == "contact_allowed"}
    services.customer_update(user=request.user, customer_id=customer_id, revision=form.revision, changes=changes)
    return record.detail(request.user, customer_id)


@router.delete("/customers/{customer_id}", response=answers({204: None}, 404), operation_id="customer_delete")
def customer_delete(request: SignedRequest, customer_id: PathId) -> Any:
    """Out of lists and search; can be restored."""
    services.customer_delete(user=request.user, customer_id=customer_id)
    return Status(204, None)


@router.post(
    "/customers/{customer_id}/restore", response=answers({200: schemas.Detail}, 404), operation_id="customer_restore"
)
def customer_restore(request: SignedRequest, customer_id: PathId) -> Any:
    services.customer_restore(user=request.user, customer_id=customer_id)
    return record.detail(request.user, customer_id)


@router.get(
    "/customers/{customer_id}/orders", response=answers({200: schemas.OrderPage}, 404), operation_id="customer_orders"
)
def customer_orders(request: SignedRequest, customer_id: PathId, asked: Query[PlacedQuery]) -> Any:
    """Orders, newest first, each with its first hundred lines."""
    return timeline.orders(request.user, customer_id, cursor=asked.after, limit=asked.limit)


@router.get(
    "/customers/{customer_id}/orders/{order_id}/lines",
    response=answers({200: schemas.LinePage}, 404),
    operation_id="customer_order_lines",
)
def customer_order_lines(request: SignedRequest, customer_id: PathId, order_id: PathId, asked: Query[PageQuery]) -> Any:
    """All lines of one order, page by page."""
    return timeline.order_lines(request.user, customer_id, order_id, after=asked.after, limit=asked.limit)


@router.get(
    "/customers/{customer_id}/timeline",
    response=answers({200: schemas.Timeline}, 404),
    operation_id="customer_timeline",
)
def customer_timeline(request: SignedRequest, customer_id: PathId, asked: Query[schemas.TimelineQuery]) -> Any:
    """Everything that happened, newest first."""
    kinds = [kind.strip() for kind in asked.kinds.split(",") if kind.strip()]
    return timeline.timeline(request.user, customer_id, kinds=kinds, cursor=asked.after, limit=asked.limit)


@router.get(
    "/customers/{customer_id}/history", response=answers({200: schemas.History}, 404), operation_id="customer_history"
)
def customer_history(request: SignedRequest, customer_id: PathId, asked: Query[schemas.HistoryQuery]) -> Any:
    """Every change of every field."""
    return record.history(request.user, customer_id, field=asked.field, after=asked.after, limit=asked.limit)


@router.get("/search", response=answers({200: schemas.SearchResult}), operation_id="search")
def search(request: SignedRequest, asked: Query[schemas.SearchQuery]) -> Any:
    """Customers by anything typed: names in both scripts, pinyin, e-mail, phone, ids."""
    return {"customers": queries.quick_search(request.user, asked.q, asked.limit)}
