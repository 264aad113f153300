"""What a person knows better of a file than the file shows: one shape for the wizard, the command and the API."""

from __future__ import annotations

import codecs
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, StringConstraints, model_validator

from zhiji.data.sources.files import OPTIONS
from zhiji.data.sources.files.errors import OptionUnknown
from zhiji.platform.schemas import Prose, Strict


def _delimiter(sign: str) -> str:
    if sign.isalnum() or sign in "\"'\\" or (sign < " " and sign != "\t"):
        raise ValueError("no sign that can stand between cells")
    return sign


def _encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as unknown:
        raise ValueError("no encoding that Python knows") from unknown


Format = Literal["csv", "tsv", "whitespace", "excel", "json", "jsonl", "parquet"]
Delimiter = Annotated[str, StringConstraints(min_length=1, max_length=1), AfterValidator(_delimiter)]
Encoding = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.: -]{1,40}$"), AfterValidator(_encoding)]


class ImportOptions(Strict):
    """Options of one import; null or absent: as the file shows.

    Of reading, the ``OPTIONS`` of ``data.sources.files``: ``format``; ``encoding``: a name that Python knows;
    ``delimiter``: one sign (``whitespace`` is a format); ``quote``; ``header``: whether the first line holds names;
    ``sheet`` of a workbook; ``preamble``: lines above the table. Of the values: ``day_first``: how 03/04/2011 is read.
    Raises OptionUnknown for any other name: a slip that were passed over would read the file as nobody asked.
    """

    model_config = ConfigDict(frozen=True)

    format: Format | None = None
    encoding: Encoding | None = None
    delimiter: Delimiter | None = None
    quote: Literal['"', "'"] | None = None
    header: StrictBool | None = None
    sheet: Annotated[str, Field(min_length=1), Prose(255)] | None = None
    preamble: Annotated[int, Field(strict=True, ge=0, le=10_000)] | None = None
    day_first: StrictBool | None = None

    @model_validator(mode="before")
    @classmethod
    def _expect_known(cls, said: Any) -> Any:
        for name in said if isinstance(said, dict) else ():
            if name not in cls.model_fields:
                known = list(cls.model_fields)
                raise OptionUnknown(option=str(name)[:100], known=known, where={"field": "options"})
        return said

    def of_file(self) -> dict[str, Any]:
        """Those that say how the file is opened, as ``data.sources.files.inspect`` takes them."""
        return self.model_dump(include=set(OPTIONS), exclude_none=True)

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True)
