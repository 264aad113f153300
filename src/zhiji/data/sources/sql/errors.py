"""Why a database cannot be read. None repeats what a driver says: that may hold the address with its password."""

from __future__ import annotations

from zhiji.kernel import CodedError


class SqlError(CodedError):
    """Base of this room's refusals."""


class SqlDriverMissing(SqlError):
    code = "sql_driver_missing"
    status = 422


class SqlNotConnected(SqlError):
    """The server was reached, or was not, but let nobody in."""

    code = "sql_not_connected"
    status = 502


class SqlTlsRefused(SqlError):
    code = "sql_tls_refused"
    status = 502


class SqlFileRefused(SqlError):
    """Not in a folder that the installation allows."""

    code = "sql_file_refused"
    status = 422


class SqlTableMissing(SqlError):
    code = "sql_table_missing"
    status = 409


class SqlColumnMissing(SqlError):
    code = "sql_column_missing"
    status = 409


class SqlCursorUnfit(SqlError):
    code = "sql_cursor_unfit"
    status = 422


class SqlTooLarge(SqlError):
    """Too many rows to be read whole again and again."""

    code = "sql_too_large"
    status = 409


class SqlBroken(SqlError):
    """The database refused or broke off while it was read; it is asked again later."""

    code = "sql_broken"
    status = 502
