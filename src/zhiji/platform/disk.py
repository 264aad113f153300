"""A full disk, however it shows: as an error of the file system, of SQLite, of PostgreSQL or of the analysis engine."""

from __future__ import annotations

import errno

from zhiji.platform.errors import DiskFull

# A quota and the largest size of a file count as well: the file ends in the middle just the same.
_NUMBERS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_STATE = "53100"
_WORDS = ("disk is full", "No space left on device")


def fullness(error: BaseException | None) -> DiskFull | None:
    """The refusal to give where an error, or what caused it, says that nothing more can be written."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _NUMBERS:
            return DiskFull()
        if getattr(error, "sqlstate", None) == _STATE or any(word in str(error) for word in _WORDS):
            return DiskFull()
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return None
