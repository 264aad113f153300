"""What the routes of the company take and give."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import orjson
from ninja import Schema
from pydantic import AfterValidator, Field, StringConstraints

from zhiji.platform.schemas import Currency, Line, Page, PhoneRegion, Refusal, Zone

LARGEST_DEFINITION = 20_000


def _small(value: dict[str, Any]) -> dict[str, Any]:
    if len(orjson.dumps(value)) > LARGEST_DEFINITION or "\\u0000" in orjson.dumps(value).decode():
        raise ValueError("too large, or holds a NUL character")
    return value


Place = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
Definition = Annotated[dict[str, Any], AfterValidator(_small)]
Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
JobState = Literal["queued", "running", "waiting", "done", "failed", "cancelled"]


class CompanyOut(Schema):
    """``zone_and_currency_fixed``: something is imported, so these two can no longer change.

    ``region``: of phone numbers without a + (see ``RegionOut``), empty where those are not read; a change holds for
    what is imported or typed from then on.
    """

    name: str
    currency: str
    zone: str
    region: str
    language: str
    is_sample: bool
    margin_percent: float | None
    history_lag_days: int
    count_identical_lines_once: bool
    calls_per_day: int
    zone_and_currency_fixed: bool


class CompanyPatch(Schema):
    """Absent fields stay; ``margin_percent: null`` takes the margin back (screens say "spend" again)."""

    name: Annotated[str, Line(200)] | None = None
    currency: Currency | None = None
    zone: Zone | None = None
    region: PhoneRegion | None = None
    language: Literal["zh", "en"] | None = None
    margin_percent: Percent | None = None
    history_lag_days: Annotated[int, Field(ge=0, le=365)] | None = None
    calls_per_day: Annotated[int, Field(ge=1, le=1000)] | None = None


class RegionOut(Schema):
    """A country whose phone numbers can be read.

    ``code``: ISO 3166 alpha-2. ``calling_code``: 44 of +44. ``zones``: time zones that suggest it, each of one country.
    """

    code: str
    calling_code: int
    zones: list[str]


class AuditOut(Schema):
    """``details`` names fields and digests, never personal data. ``actor_name`` is empty for commands and jobs."""

    id: int
    at: datetime
    actor_id: int | None
    actor_kind: str
    actor_name: str
    action: str
    object_kind: str
    object_id: str
    details: dict[str, Any]
    request_id: str


class AuditPage(Page):
    items: list[AuditOut]


class AuditState(Schema):
    """``first_broken``: id of the first row that was edited, moved, or follows a missing one."""

    whole: bool
    first_broken: int | None
    entries: int


class JobOut(Schema):
    id: int
    kind: str
    state: JobState
    stage: str
    progress_done: int
    progress_total: int
    cancel_requested: bool
    result: dict[str, Any]
    reason: Refusal | None
    created_by_id: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class JobPage(Page):
    items: list[JobOut]


class ViewIn(Schema):
    place: Place
    name: Annotated[str, Line(100, 1)]
    definition: Definition
    is_shared: bool = False


class ViewPatch(Schema):
    name: Annotated[str, Line(100, 1)] | None = None
    definition: Definition | None = None
    is_shared: bool | None = None


class ViewOut(Schema):
    id: int
    place: str
    name: str
    definition: dict[str, Any]
    is_shared: bool
    is_mine: bool


class SettingOut(Schema):
    """``is_set``: the server's environment gives it a value; the value itself is never told."""

    name: str
    default: str
    en: str
    zh: str
    is_set: bool


class EventOut(Schema):
    id: int
    topic: str
    payload: dict[str, Any]


class EventPage(Schema):
    """``last_id``: give it as ``after`` the next time."""

    items: list[EventOut]
    last_id: int
