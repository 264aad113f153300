"""Routes of sources: connections, what they offer, their streams and runs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Router, Schema, Status
from pydantic import Field

from zhiji.application.sources import presentation, queries, services
from zhiji.application.sources.shapes import MOST_MINUTES
from zhiji.platform import idempotency
from zhiji.platform.problems import language_of
from zhiji.platform.schemas import After, Limit, Line, Page, PathId, SignedRequest, Strict, Words, answers, cut
from zhiji.platform.scope import require

PREFIX = "/sources"
router = Router(tags=["sources"])
Kind = Literal["sql", "rest"]
Name = Annotated[str, Line(100, 1)]
Code = Annotated[str, Field(max_length=40, pattern=r"^[-a-zA-Z0-9_]+$")]
Settings = Annotated[dict[str, Any], Field(max_length=40)]
Secrets = Annotated[dict[str, str], Field(max_length=10)]
Columns = Annotated[dict[str, Annotated[str, Line(20)]], Field(max_length=2_000)]
FieldMap = Annotated[dict[str, Annotated[str, Line(300)]], Field(max_length=200)]
Minutes = Annotated[int, Field(ge=1, le=MOST_MINUTES)]
Health = Literal["healthy", "new", "late", "troubled", "paused", "stopped"]
# What a server of others says, or that it says nothing.
_ELSEWHERE = (404, 409, 502)


class StreamRow(Schema):
    """One table or endpoint. ``health``: ``troubled`` is tried again by itself, ``stopped`` waits for somebody; why is
    in ``trouble`` or ``reason``. ``seen_at``: when the source answered last; ``stored_at``: when something came of it.
    Rows are counted over all runs."""

    id: int
    name: str
    kind: str
    state: Literal["running", "paused", "stopped"]
    health: Health
    reason: Words | None
    trouble: Words | None
    failures: int
    every_minutes: int
    next_at: datetime
    seen_at: datetime | None
    stored_at: datetime | None
    stored_rows: int
    rejected_rows: int


class SourceRow(Schema):
    """How a system is reached. Secrets are never sent: ``has_secret`` says whether one is kept."""

    id: int
    kind: Kind
    name: str
    source: str
    settings: dict[str, Any]
    has_secret: bool
    streams: list[StreamRow]
    created_at: datetime


class SourceList(Schema):
    items: list[SourceRow]


class ColumnRow(Schema):
    name: str
    family: str


class StreamDetail(StreamRow):
    """``offered``: columns that are new since the mapping was made; they are kept as further attributes meanwhile.
    ``position``: the cursor's value up to which everything is stored."""

    source_id: int
    definition: dict[str, Any]
    mapping: dict[str, str]
    changed: Literal["replace", "add"]
    columns: list[ColumnRow]
    offered: list[str]
    position: str
    notes: list[Words]


class RunRow(Schema):
    """One pull. Rows: ``pulled`` from the source, of them ``stored``, ``redelivered`` (known already), ``rejected``."""

    id: int
    state: Literal["pulling", "landed", "importing", "stored", "nothing", "rejected", "failed", "undone"]
    is_backfill: bool
    pulled: int
    received: int
    stored: int
    redelivered: int
    rejected: int
    import_id: int | None
    reason: Words | None
    started_at: datetime
    finished_at: datetime | None


class RunPage(Page):
    items: list[RunRow]


class OfferRow(Schema):
    """``definition``: send it back to look at it, or to make it a stream."""

    name: str
    is_view: bool
    definition: dict[str, Any]


class Offers(Schema):
    items: list[OfferRow]


class MatchRow(Schema):
    column: str
    confidence: float
    by: str


class StreamPreview(Schema):
    """``rows``: the first ones, each as wide as ``columns``. ``mapping``: field → the column that suits it."""

    kind: str
    columns: list[ColumnRow]
    rows: list[list[str | None]]
    mapping: dict[str, MatchRow]
    missing: list[str]


class DialectRow(Schema):
    """``is_there``: whether its driver is installed. ``port``: the usual one; 0: it is a file."""

    name: str
    port: int
    is_there: bool


class PresetEndpoint(Schema):
    name: str
    kind: str
    definition: dict[str, Any]
    mapping: dict[str, str]


class PresetRow(Schema):
    """A ready configuration. What is in braces in ``settings`` is for the person to fill in; ``secrets`` are needed."""

    code: str
    name: str
    settings: dict[str, Any]
    secrets: list[str]
    endpoints: list[PresetEndpoint]


class Systems(Schema):
    dialects: list[DialectRow]
    presets: list[PresetRow]


class SourceTest(Strict):
    kind: Kind
    settings: Settings
    secrets: Secrets = Field(default_factory=dict)


class SourceIn(SourceTest):
    name: Name
    source: Code


class SourceChange(Strict):
    """What is left out stays. Where the settings lead to another place, the secret has to be given anew."""

    name: Name | None = None
    settings: Settings | None = None
    secrets: Secrets | None = None


class PreviewIn(Strict):
    definition: Settings
    kind: Annotated[str, Line(20, 1)] = "auto"


class StreamIn(Strict):
    """``mapping`` and ``columns`` as a preview found them and a person corrected them."""

    name: Name
    kind: Annotated[str, Line(20, 1)]
    definition: Settings
    mapping: FieldMap
    columns: Columns = Field(default_factory=dict)
    every_minutes: Minutes = 15
    changed: Literal["replace", "add"] = "replace"


class StreamChange(Strict):
    name: Name | None = None
    definition: Settings | None = None
    mapping: FieldMap | None = None
    columns: Columns | None = None
    every_minutes: Minutes | None = None
    changed: Literal["replace", "add"] | None = None


class BackfillIn(Strict):
    """``since``: a value of the cursor column; without one, from the start."""

    since: Annotated[str, Line(200)] | None = None


class JobStarted(Schema):
    job_id: int


@router.get("", response=answers({200: SourceList}), operation_id="source_list")
def source_list(request: SignedRequest) -> Any:
    """All sources with their streams, oldest first."""
    require(request.user, "source", "read")
    language = language_of(request)
    return {"items": [presentation.connection(row, language) for row in queries.connections(request.user)]}


@router.post("", response=answers({201: SourceRow}, 409), operation_id="source_create")
def source_create(request: SignedRequest, form: SourceIn) -> Any:
    """Keep how a system is reached; it is not reached for this."""
    require(request.user, "source", "write")
    row = services.connection_create(
        kind=form.kind, name=form.name, source_code=form.source, settings=form.settings, secrets=form.secrets,
        by=request.user,
    )  # fmt: skip
    return Status(201, presentation.connection(row, language_of(request)))


@router.get("/systems", response=answers({200: Systems}), operation_id="source_systems")
def source_systems(request: SignedRequest) -> Any:
    """What can be a source: databases, and ready configurations of interfaces."""
    require(request.user, "source", "read")
    return presentation.systems(language_of(request))


@router.post("/test", response=answers({200: Offers}, *_ELSEWHERE), operation_id="source_test")
@idempotency.question
def source_test(request: SignedRequest, form: SourceTest) -> Any:
    """Reach a system that is not kept yet, and see what it has."""
    require(request.user, "source", "write")
    return {"items": presentation.offered(services.connection_test(form.kind, form.settings, form.secrets))}


@router.get("/{source_id}", response=answers({200: SourceRow}, 404), operation_id="source_get")
def source_get(request: SignedRequest, source_id: PathId) -> Any:
    return presentation.connection(queries.connection_get(request.user, source_id), language_of(request))


@router.patch("/{source_id}", response=answers({200: SourceRow}, 404), operation_id="source_update")
def source_update(request: SignedRequest, source_id: PathId, form: SourceChange) -> Any:
    row = queries.connection_get(request.user, source_id, "write")
    row = services.connection_update(row, **form.model_dump())
    return presentation.connection(row, language_of(request))


@router.delete("/{source_id}", response=answers({204: None}, 404, 409), operation_id="source_remove")
def source_remove(request: SignedRequest, source_id: PathId) -> Any:
    """With its streams and its secret. What it brought stays."""
    services.connection_remove(queries.connection_get(request.user, source_id, "write"))
    return Status(204, None)


@router.post("/{source_id}/offers", response=answers({200: Offers}, *_ELSEWHERE), operation_id="source_offers")
@idempotency.question
def source_offers(request: SignedRequest, source_id: PathId) -> Any:
    """Reach the system, and see what it has."""
    row = queries.connection_get(request.user, source_id, "write")
    return {"items": presentation.offered(services.connection_offers(row))}


@router.post("/{source_id}/preview", response=answers({200: StreamPreview}, *_ELSEWHERE), operation_id="source_preview")
@idempotency.question
def source_preview(request: SignedRequest, source_id: PathId, form: PreviewIn) -> Any:
    """The first rows of a table or endpoint, and how its columns would be matched. Nothing is kept."""
    row = queries.connection_get(request.user, source_id, "write")
    return presentation.preview(services.stream_preview(row, definition=form.definition, kind=form.kind))


@router.post("/{source_id}/streams", response=answers({201: StreamDetail}, 404, 409), operation_id="stream_create")
def stream_create(request: SignedRequest, source_id: PathId, form: StreamIn) -> Any:
    """It begins at once."""
    row = queries.connection_get(request.user, source_id, "write")
    made = services.stream_create(row, **form.model_dump())
    return Status(201, presentation.stream_whole(made, language_of(request)))


@router.get("/streams/{stream_id}", response=answers({200: StreamDetail}, 404), operation_id="stream_get")
def stream_get(request: SignedRequest, stream_id: PathId) -> Any:
    return presentation.stream_whole(queries.stream_get(request.user, stream_id), language_of(request))


@router.patch("/streams/{stream_id}", response=answers({200: StreamDetail}, 404, 409), operation_id="stream_update")
def stream_update(request: SignedRequest, stream_id: PathId, form: StreamChange) -> Any:
    row = queries.stream_get(request.user, stream_id, "write")
    given = {name: value for name, value in form.model_dump().items() if value is not None}
    columns = given.pop("columns", None)
    return presentation.stream_whole(services.stream_update(row, changes=given, columns=columns), language_of(request))


@router.delete("/streams/{stream_id}", response=answers({204: None}, 404, 409), operation_id="stream_remove")
def stream_remove(request: SignedRequest, stream_id: PathId) -> Any:
    services.stream_remove(queries.stream_get(request.user, stream_id, "write"))
    return Status(204, None)


@router.post("/streams/{stream_id}/pause", response=answers({200: StreamDetail}, 404, 409), operation_id="stream_pause")
def stream_pause(request: SignedRequest, stream_id: PathId) -> Any:
    row = services.stream_pause(queries.stream_get(request.user, stream_id, "write"))
    return presentation.stream_whole(row, language_of(request))


@router.post("/streams/{stream_id}/resume", response=answers({200: StreamDetail}, 404), operation_id="stream_resume")
def stream_resume(request: SignedRequest, stream_id: PathId) -> Any:
    row = services.stream_resume(queries.stream_get(request.user, stream_id, "write"))
    return presentation.stream_whole(row, language_of(request))


@router.post("/streams/{stream_id}/run", response=answers({200: JobStarted}, 404, 409), operation_id="stream_run")
def stream_run(request: SignedRequest, stream_id: PathId) -> Any:
    """Without waiting for its time."""
    row = queries.stream_get(request.user, stream_id, "write")
    return {"job_id": services.stream_run_now(row, by=request.user).pk}


@router.post(
    "/streams/{stream_id}/backfill", response=answers({200: JobStarted}, *_ELSEWHERE), operation_id="stream_backfill"
)
@idempotency.lasting
def stream_backfill(request: SignedRequest, stream_id: PathId, form: BackfillIn) -> Any:
    """Read again, from a value of the cursor or from the start; what is stored already changes nothing."""
    row = queries.stream_get(request.user, stream_id, "write")
    return {"job_id": services.stream_backfill(row, since=form.since, by=request.user).pk}


@router.get("/streams/{stream_id}/runs", response=answers({200: RunPage}, 404), operation_id="stream_runs")
def stream_runs(request: SignedRequest, stream_id: PathId, after: After, limit: Limit) -> Any:
    """Newest first."""
    rows = queries.runs(queries.stream_get(request.user, stream_id))
    found, following = cut((rows.filter(pk__lt=after) if after else rows)[: limit + 1], limit)
    language = language_of(request)
    return {"items": [presentation.run(row, language) for row in found], "next": following}
