"""What a person says of a connection and of a stream, checked in full before anything is kept."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from zhiji.application.sources.errors import SourceSettingsUnfit
from zhiji.data.sources.sql.model import DIALECTS
from zhiji.platform.schemas import Line, Strict

Name = Annotated[str, Line(200, 1)]
Short = Annotated[str, Line(200)]
MOST_MINUTES = 7 * 24 * 60


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


SETTINGS: dict[str, type[Strict]] = {"sql": SqlSettings}
DEFINITIONS: dict[str, type[Strict]] = {"sql": SqlDefinition}
SECRETS: dict[str, tuple[str, ...]] = {"sql": ("password",)}


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
