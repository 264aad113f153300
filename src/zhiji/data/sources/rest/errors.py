"""Why an interface cannot be read. None repeats what it said: that may echo the key that it was sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from zhiji.kernel import CodedError


class RestError(CodedError):
    """Base of this room's refusals."""


class RestRefused(RestError):
    """The key is wrong, has run out, or may not read this."""

    code = "rest_refused"
    status = 409


class RestMissing(RestError):
    code = "rest_missing"
    status = 409


class RestRejected(RestError):
    """The interface does not understand what it is asked, or says so in an answer that looks like success."""

    code = "rest_rejected"
    status = 409


class RestWithoutRecords(RestError):
    """There is nothing at the place in the answer where the records should be."""

    code = "rest_without_records"
    status = 409


class RestBroken(RestError):
    """The service is away or failing; it is asked again later."""

    code = "rest_broken"
    status = 502


class RestEndless(RestError):
    """Page after page, and no end: the paging is not what the settings say."""

    code = "rest_endless"
    status = 409


class RestPatience(RestError):
    """The service asks to come back later; not a fault. until: when."""

    code = "rest_patience"
    status = 503

    def __init__(self, *, until: datetime, **params: Any) -> None:
        super().__init__(until=until.isoformat(), **params)
        self.until = until
