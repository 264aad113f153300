"""What can go wrong with the lake and its engine. Texts stand in ``messages.zh.toml`` and ``messages.en.toml``."""

from __future__ import annotations

from zhiji.kernel import CodedError


class LakeMissing(CodedError):
    """There is no lake in the folder yet, or it was dropped. Parameters: ``path``."""

    code = "lake_missing"
    status = 409


class LakeOutdated(LakeMissing):
    """The tables were written by a release that had other columns; a refresh writes them anew. Parameters: ``path``."""

    code = "lake_outdated"


class LakeCorrupt(CodedError):
    """A file of the lake is absent, of another size or of another hash than its manifest says. Parameters: ``path``."""

    code = "lake_corrupt"
    status = 500


class LakeBusy(CodedError):
    """Somebody else is writing a new version at this moment. Parameters: ``path``."""

    code = "lake_busy"
    status = 409


class LakeRowsRefused(CodedError):
    """Rows handed in do not keep the schema. Parameters: ``table``, ``column``, ``expected``, ``found``."""

    code = "lake_rows_refused"
    status = 500


class EngineUnknown(CodedError):
    """A setting of the engine is not one that can be served. Parameters: ``setting``, ``value``."""

    code = "engine_unknown"
    status = 500


class QueryTimedOut(CodedError):
    """The query ran longer than it may. Parameters: ``seconds``."""

    code = "query_timed_out"
    status = 503


class QueryCancelled(CodedError):
    """Somebody cancelled the query."""

    code = "query_cancelled"
    status = 409


class QueryTooLarge(CodedError):
    """The query needs more memory than it may have. Parameters: ``megabytes``."""

    code = "query_too_large"
    status = 503


class QueryRefused(CodedError):
    """The engine takes expressions: one that holds SQL as text is refused before it runs."""

    code = "query_refused"
    status = 500
