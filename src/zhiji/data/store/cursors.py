"""Where a list goes on: an opaque, signed text, so that nobody can steer a query with it."""

from __future__ import annotations

from typing import Any

from django.core import signing

from zhiji.data.store.errors import CursorInvalid

_LONGEST = 2_000


def sealed(place: str, values: list[Any]) -> str:
    """The cursor of a place in a list. ``values`` are JSON-safe; ``place`` names the list and all that shapes it."""
    return signing.dumps(values, salt=f"cursor:{place}", compress=False)


def opened(place: str, cursor: str) -> list[Any]:
    """The values of a cursor. Raises CursorInvalid where it was made for another list, or by somebody else."""
    try:
        if len(cursor) > _LONGEST:
            raise signing.BadSignature
        values = signing.loads(cursor, salt=f"cursor:{place}")
    except (signing.BadSignature, ValueError) as error:
        raise CursorInvalid(where={"field": "after"}) from error
    if not isinstance(values, list):
        raise CursorInvalid(where={"field": "after"})
    return values
