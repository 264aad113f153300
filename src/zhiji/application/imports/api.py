"""Routes of the import: upload, match, try, confirm, follow, undo, quarantine."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import StreamingHttpResponse
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from zhiji.application.imports import presentation, queries, services
from zhiji.application.imports.options import ImportOptions
from zhiji.data.landing.files import land
from zhiji.kernel import Reason
from zhiji.platform import idempotency
from zhiji.platform.errors import InputInvalid
from zhiji.platform.schemas import After, Limit, Page, PathId, SignedRequest, Strict, answers, cut
from zhiji.platform.scope import require

PREFIX = "/imports"
router = Router(tags=["imports"])
Upload = Annotated[UploadedFile | None, File(None)]


class ImportRow(Schema):
    """One import in the history. Counts are rows of the file; empty until they are known.

    ``reason``: why it failed, in the reader's language. A file that could not be opened is not ``is_readable``: its
    profile and mapping are empty, and its kind is the one that was asked for (``auto`` where it was to be found).
    """

    id: int
    name: str
    kind: str
    source: str
    state: str
    is_history: bool
    created_at: datetime
    created_by: str | None
    stored_at: datetime | None
    job_id: int | None
    counts: dict[str, int]
    reason: dict[str, Any] | None
    is_readable: bool


class UnknownWord(Schema):
    """``meaning``: as it was said; empty where the word is left as it is; null while nobody said anything."""

    word: str
    count: int
    meaning: str | None


class UnknownValues(Schema):
    """Words of a field of closed vocabulary that nobody knows, as the dry run found them; ``more`` are not listed."""

    field: str
    column: str
    words: list[UnknownWord]
    more: int


class ImportDetail(ImportRow):
    """One import whole: what the file is, how its columns are matched, what the dry run and the storing found.

    ``changed``: what was decided of orders that differ from stored ones; null where nobody was asked. ``findings`` and
    ``notes`` are in the reader's language. ``months`` is the reconciliation by month, in micros.
    """

    currency: str
    profile: dict[str, Any]
    mapping: dict[str, Any]
    values: list[UnknownValues]
    options: ImportOptions
    changed: Literal["replace", "add"] | None
    findings: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    months: list[dict[str, Any]]
    repeats: dict[str, Any]
    adds_up: bool | None
    first_on: str | None
    last_on: str | None


class ImportPage(Page):
    items: list[ImportRow]


class Summary(Schema):
    """``months``: what all files brought beside what the record holds, in micros; ``difference_micros`` of a month is
    what nothing explains. ``unsettled_micros``: sums of orders less their lines, 0 unless they are stale. While
    ``is_moving``, an import is half-way and neither means anything."""

    imports: int
    last_on: str | None
    quarantined: int
    months: list[dict[str, Any]]
    unsettled_micros: int
    is_moving: bool


class UploadForm(Schema):
    kind: str = Field("auto", max_length=20)
    source: str = Field("default", max_length=40, pattern=r"^[-a-zA-Z0-9_]+$")
    is_history: bool = True
    currency: str | None = Field(None, pattern=r"^[A-Z]{3}$")


class MatchForm(Strict):
    """``overrides``: field → column of the file, an empty column takes the field out. ``options``: all that are to
    hold, not only new ones. ``anew``: take nothing over from an earlier file with the same columns."""

    kind: str | None = Field(None, max_length=20)
    overrides: dict[str, str] = Field(default_factory=dict, max_length=200)
    options: ImportOptions = ImportOptions()
    anew: bool = False


class ValuesForm(Strict):
    """``values``: field → word of the file → meaning; an empty meaning leaves the word as it is."""

    values: dict[str, dict[str, str]] = Field(max_length=50)


class IdenticalLines(Schema):
    """Identical lines are kept and flagged. ``amount_micros``: what counting them once takes off customers' spend;
    ``guest_micros``: off guest orders."""

    lines: int
    amount_micros: int
    guest_lines: int
    guest_micros: int
    counted_once: bool


class IdenticalLinesForm(Strict):
    once: bool


class JobStarted(Schema):
    job_id: int


class ConfirmForm(Strict):
    changed: Literal["replace", "add"] | None = None


class RejectedRowOut(Schema):
    id: int
    row: int
    column: str
    value: str
    code: str
    what: str
    why: str
    remedy: str
    original: dict[str, Any]


class RejectedPage(Page):
    items: list[RejectedRowOut]


class KindField(Schema):
    """``meanings``: what a word in this field may mean; empty for fields that take any text."""

    name: str
    type: str
    required: bool
    meanings: list[str]


class Kind(Schema):
    name: str
    fields: list[KindField]


@router.get("", response=answers({200: ImportPage}), operation_id="import_list")
def import_list(request: SignedRequest, after: After, limit: Limit) -> Any:
    """The history, newest first."""
    require(request.user, "import", "read")
    rows = queries.imports(request.user)
    if after:
        rows = rows.filter(pk__lt=after)
    found, following = cut(rows.order_by("-pk")[: limit + 1], limit)
    return {"items": presentation.page(request, found), "next": following}


@router.get("/summary", response=answers({200: Summary}), operation_id="import_summary")
def import_summary(request: SignedRequest) -> Any:
    require(request.user, "import", "read")
    return queries.summary(request.user)


@router.get("/kinds", response=answers({200: list[Kind]}), operation_id="import_kinds")
def import_kinds(request: SignedRequest) -> Any:
    """What can be imported, with the fields of each kind."""
    require(request.user, "import", "read")
    return presentation.kinds()


@router.get("/identical-lines", response=answers({200: IdenticalLines}), operation_id="identical_lines_get")
def identical_lines_get(request: SignedRequest) -> Any:
    require(request.user, "import", "read")
    return queries.identical_lines()


@router.post("/identical-lines", response=answers({200: JobStarted}), operation_id="identical_lines_switch")
def identical_lines_switch(request: SignedRequest, form: IdenticalLinesForm) -> Any:
    """Count identical lines once, or as often as they came; reversible at any time."""
    require(request.user, "import", "write")
    return {"job_id": services.identical_lines_switch(once=form.once, by=request.user).pk}


@router.post("", response=answers({200: ImportDetail}, 409, 413), operation_id="import_create")
def import_create(request: SignedRequest, form: Form[UploadForm], file: Upload = None) -> Any:
    """Upload a file: it is landed, looked at and its columns are matched; nothing is stored in the record yet.

    A file that cannot be opened is refused, and stands in the history as failed with the same reason.
    """
    require(request.user, "import", "write")
    if file is None:
        raise InputInvalid(field="file", problem=Reason("problem_missing").to_json(), where={"field": "file"})
    landed = land(file.name or "file", file.chunks())
    row = services.import_create(
        file=landed, name=file.name or "file", kind=form.kind, by=request.user, source_code=form.source,
        is_history=form.is_history, currency=form.currency,
    )  # fmt: skip
    return presentation.detail(request, row)


@router.get("/{import_id}", response=answers({200: ImportDetail}, 404), operation_id="import_get")
def import_get(request: SignedRequest, import_id: PathId) -> Any:
    return presentation.detail(request, queries.import_get(request.user, import_id))


@router.post("/{import_id}/match", response=answers({200: ImportDetail}, 404, 409), operation_id="import_match")
@idempotency.lasting
def import_match(request: SignedRequest, import_id: PathId, form: MatchForm) -> Any:
    row = queries.import_get(request.user, import_id, "write")
    row = services.import_match(row, overrides=form.overrides, options=form.options, kind=form.kind, anew=form.anew)
    return presentation.detail(request, row)


@router.post("/{import_id}/values", response=answers({200: ImportDetail}, 404, 409), operation_id="import_values")
def import_values(request: SignedRequest, import_id: PathId, form: ValuesForm) -> Any:
    """Say what words mean that the dry run did not know; where that changes it, the dry run starts anew."""
    row = queries.import_get(request.user, import_id, "write")
    services.import_values(row, values=form.values, by=request.user)
    return presentation.detail(request, row)


@router.post("/{import_id}/check", response=answers({200: ImportDetail}, 404, 409), operation_id="import_check")
def import_check(request: SignedRequest, import_id: PathId) -> Any:
    """Start the dry run; its job is ``job_id``."""
    row = queries.import_get(request.user, import_id, "write")
    services.import_check(row, by=request.user)
    return presentation.detail(request, row)


@router.post("/{import_id}/confirm", response=answers({200: ImportDetail}, 404, 409), operation_id="import_confirm")
def import_confirm(request: SignedRequest, import_id: PathId, form: ConfirmForm) -> Any:
    row = queries.import_get(request.user, import_id, "write")
    services.import_confirm(row, by=request.user, changed=form.changed)
    return presentation.detail(request, row)


@router.post("/{import_id}/cancel", response=answers({200: ImportDetail}, 404, 409), operation_id="import_cancel")
def import_cancel(request: SignedRequest, import_id: PathId) -> Any:
    row = queries.import_get(request.user, import_id, "write")
    services.import_cancel(row)
    row.refresh_from_db()
    return presentation.detail(request, row)


@router.post("/{import_id}/undo", response=answers({200: ImportDetail}, 404, 409), operation_id="import_undo")
def import_undo(request: SignedRequest, import_id: PathId) -> Any:
    row = queries.import_get(request.user, import_id, "write")
    services.import_undo(row, by=request.user)
    return presentation.detail(request, row)


@router.get("/{import_id}/rejected", response=answers({200: RejectedPage}, 404), operation_id="import_rejected")
def import_rejected(request: SignedRequest, import_id: PathId, after: After,
                    limit: Limit) -> Any:  # fmt: skip
    """The quarantine of one import; before it is stored, of its dry run."""
    return presentation.rejected(request, queries.import_get(request.user, import_id), after, limit)


@router.get("/{import_id}/rejected.csv", operation_id="import_rejected_file", response=answers({}, 404))
def import_rejected_file(request: SignedRequest, import_id: PathId) -> Any:
    """The rejected rows as a file to correct and import again: the original columns and ``error_row, error_column,
    error_reason``."""
    row = queries.import_get(request.user, import_id)
    response = StreamingHttpResponse(presentation.rejected_file(request, row), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rejected-{row.pk}.csv"'
    return response
