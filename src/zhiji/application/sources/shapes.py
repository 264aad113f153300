"""What a person says of a connection and of a stream, checked in full before anything is kept."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, model_validator

from zhiji.application.sources.errors import SourceSettingsUnfit
from zhiji.data.sources.sql.model import DIALECTS
from zhiji.platform.schemas import Line, Strict

Name = Annotated[str, Line(200, 1)]
Short = Annotated[str, Line(200)]
MOST_MINUTES = 7 * 24 * 60
# What a ready configuration leaves for the person to fill in.
_HOLE = re.compile(r"[{}]")
_SECRETIVE = re.compile(r"auth|key|token|secret|cookie|password", re.IGNORECASE)


class SqlSettings(Strict):
    """Of ``sqlite``, ``database`` is the path of the file and the rest stays empty."""

    dialect: str
    database: Annotated[str, Line(1_000, 1)]
    host: Annotated[str, Line(253)] = ""
    port: Annotated[int, Field(ge=0, le=65_535)] = 0
    user: Short = ""
    tls: Literal["verified", "encrypted", "plain"] = "verified"

    @model_validator(mode="after")
    def _expect_whole(self) -> SqlSettings:
        if self.dialect not in DIALECTS:
            raise SourceSettingsUnfit(given=self.dialect[:40], where={"field": "dialect"})
        if self.dialect != "sqlite" and not self.host:
            raise SourceSettingsUnfit(given="", where={"field": "host"})
        return self


class SqlDefinition(Strict):
    """cursor: the column that grows with each change; empty: the whole table each time. overlap: how far before the
    position is read again, in seconds or numbers."""

    table: Name
    table_schema: Short = ""
    cursor: Short = ""
    overlap: Annotated[int, Field(ge=0, le=7 * 86_400)] = 60


class RestExchange(Strict):
    """Where a passing key is got; ``{user}``, ``{client_id}`` and the like stand for what is kept."""

    path: Annotated[str, Line(300, 1)]
    method: Literal["GET", "POST"] = "GET"
    sent_as: Literal["query", "form", "json"] = "query"
    fields: Annotated[dict[str, Short], Field(max_length=20)] = Field(default_factory=dict)
    token_at: Name = "access_token"  # noqa: S105 - where it is, not what it is
    used_as: Literal["bearer", "query"] = "query"
    name: Short = "access_token"


class RestSettings(Strict):
    """preset: the ready configuration that it was made from, whose lists are offered. headers: without secrets; those
    have a place of their own."""

    preset: Annotated[str, Line(40)] = ""
    base_url: Annotated[str, Line(500, 8)]
    auth: Literal["none", "bearer", "header", "query", "basic", "token"] = "bearer"
    auth_name: Short = ""
    user: Short = ""
    headers: Annotated[dict[str, Short], Field(max_length=20)] = Field(default_factory=dict)
    per_minute: Annotated[int, Field(ge=0, le=60_000)] = 0
    exchange: RestExchange | None = None
    ok_at: Short = ""

    @model_validator(mode="after")
    def _expect_whole(self) -> RestSettings:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or _HOLE.search(self.base_url) or parts.username:
            raise SourceSettingsUnfit(given=_HOLE.sub("…", parts.hostname or "")[:40], where={"field": "base_url"})
        if any(_SECRETIVE.search(name) for name in self.headers):
            raise SourceSettingsUnfit(given="", where={"field": "headers"})
        if self.auth == "token" and self.exchange is None:
            raise SourceSettingsUnfit(given="", where={"field": "exchange"})
        return self


class RestPaging(Strict):
    kind: Literal["single", "link", "header_link", "cursor", "page", "offset"] = "single"
    path: Short = ""
    param: Short = ""
    size_param: Short = ""
    size: Annotated[int, Field(ge=1, le=10_000)] = 100
    first: Annotated[int, Field(ge=0, le=1)] = 1
    in_body: bool = False

    @model_validator(mode="after")
    def _expect_whole(self) -> RestPaging:
        needed = {"link": self.path, "cursor": self.path and self.param, "page": self.param, "offset": self.param}
        if not needed.get(self.kind, "-"):
            raise SourceSettingsUnfit(given="", where={"field": "paging"})
        return self


class RestIncremental(Strict):
    field: Name
    param: Name
    template: Annotated[str, Line(4_000, 1)] = "{since}"
    initial: Short = ""
    in_body: bool = False
    overlap: Annotated[int, Field(ge=0, le=7 * 86_400)] = 60


class RestDefinition(Strict):
    """One list of an interface, see ``data.sources.rest.model.Endpoint``."""

    path: Annotated[str, Line(500)]
    method: Literal["GET", "POST"] = "GET"
    params: Annotated[dict[str, Annotated[str, Line(4_000)]], Field(max_length=40)] = Field(default_factory=dict)
    body: Annotated[dict[str, Any], Field(max_length=40)] = Field(default_factory=dict)
    records: Short = ""
    unwrap: Short = ""
    lines: Short = ""
    key: Short = "id"
    paging: RestPaging = RestPaging()
    incremental: RestIncremental | None = None


SETTINGS: dict[str, type[Strict]] = {"sql": SqlSettings, "rest": RestSettings}
DEFINITIONS: dict[str, type[Strict]] = {"sql": SqlDefinition, "rest": RestDefinition}
SECRETS: dict[str, tuple[str, ...]] = {"sql": ("password",), "rest": ("secret", "client_id", "client_secret")}


def checked_settings(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """Raises SourceSettingsUnfit with the first field that does not fit."""
    return _checked(SETTINGS[kind], given)


def checked_definition(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    return _checked(DEFINITIONS[kind], given)


def checked_secrets(kind: str, given: dict[str, str]) -> dict[str, str]:
    for name, value in given.items():
        if name not in SECRETS[kind] or len(value) > 10_000 or "\0" in value:
            raise SourceSettingsUnfit(given="", where={"field": name[:40]})
    return {name: value for name, value in given.items() if value}


def _checked(shape: type[Strict], given: dict[str, Any]) -> dict[str, Any]:
    try:
        return shape.model_validate(given).model_dump()
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "settings"
        raise SourceSettingsUnfit(given=str(first.get("input", ""))[:40], where={"field": place[:100]}) from None
