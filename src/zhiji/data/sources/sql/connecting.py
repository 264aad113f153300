"""Opening a database: through the guard, to read only, with an end to each statement."""

from __future__ import annotations

import importlib.util
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from zhiji.data.sources.sql.errors import SqlBroken, SqlDriverMissing, SqlFileRefused, SqlNotConnected, SqlTlsRefused
from zhiji.data.sources.sql.model import DIALECTS, Database
from zhiji.kernel import CodedError
from zhiji.platform import egress
from zhiji.platform.environment import home, setting

if TYPE_CHECKING:
    from sqlalchemy import Engine

STATEMENT_SECONDS = 600
_CONNECT_SECONDS = 10
_SILENCE_SECONDS = 120


@contextmanager
def opened(database: Database, *, seconds: int = STATEMENT_SECONDS) -> Iterator[Engine]:
    """An engine of one database, closed afterwards. seconds: longest that one statement may take.

    Raises SqlDriverMissing, SqlFileRefused, what the guard refuses, SqlNotConnected, SqlTlsRefused; and SqlBroken for
    whatever the database says while it is read.
    """
    from sqlalchemy import create_engine, exc
    from sqlalchemy.pool import NullPool

    driver, module, _ = DIALECTS[database.dialect]
    if importlib.util.find_spec(module) is None:
        raise SqlDriverMissing(dialect=database.dialect, module=module, where={"field": "dialect"})
    more: dict[str, Any] = {"isolation_level": "REPEATABLE READ"} if database.dialect == "postgresql" else {}
    engine = create_engine(
        f"{driver}://", creator=_creator(database, seconds), poolclass=NullPool, hide_parameters=True, **more
    )
    try:
        with engine.connect():
            pass
        yield engine
    except exc.DBAPIError as error:
        raise SqlBroken(dialect=database.dialect, fault=type(error.orig).__name__) from _without_words(error)
    finally:
        engine.dispose()


def _without_words(error: Exception) -> Exception:
    """The kind of a fault without what the driver says of it, which may hold names, values or an address."""
    return RuntimeError(type(getattr(error, "orig", error)).__name__)


def _creator(database: Database, seconds: int) -> Callable[[], Any]:
    make = {"postgresql": _postgresql, "mysql": _mysql, "mariadb": _mysql, "sqlite": _sqlite}.get(
        database.dialect, _other
    )

    def create() -> Any:
        try:
            return make(database, seconds)
        except CodedError:
            raise
        except ssl.SSLError as error:
            raise SqlTlsRefused(host=database.host, where={"field": "tls"}) from _without_words(error)
        except Exception as error:  # noqa: BLE001 - each driver has errors of its own; none of their words goes further
            if "ssl" in str(error).lower() or "certificate" in str(error).lower():
                raise SqlTlsRefused(host=database.host, where={"field": "tls"}) from _without_words(error)
            raise SqlNotConnected(database=_shown(database), user=database.user) from _without_words(error)

    return create


def _shown(database: Database) -> str:
    return Path(database.database).name if database.dialect == "sqlite" else database.database


def _port(database: Database) -> int:
    return database.port or DIALECTS[database.dialect][2]


def _postgresql(database: Database, seconds: int) -> Any:
    """``hostaddr`` is where it connects, one address after the other; ``host`` is whom the certificate must name."""
    import psycopg

    port = _port(database)
    target = egress.checked(database.host, port)
    tls = {"verified": "verify-full", "encrypted": "require", "plain": "disable"}[database.tls]
    options = {
        "default_transaction_read_only": "on", "statement_timeout": f"{seconds}s", "TimeZone": "UTC",
        "DateStyle": "ISO,YMD", "IntervalStyle": "iso_8601", "extra_float_digits": "1",
    }  # fmt: skip
    more: dict[str, Any] = {"sslrootcert": "system"} if database.tls == "verified" else {}
    names = ",".join([target.host] * len(target.addresses))
    return psycopg.connect(
        host=names, hostaddr=",".join(target.addresses), port=port, dbname=database.database, user=database.user,
        password=database.password, sslmode=tls, connect_timeout=_CONNECT_SECONDS, application_name="zhiji",
        options=" ".join(f"-c {name}={value}" for name, value in options.items()),
        gssencmode="disable", **more,
    )  # fmt: skip


def _mysql(database: Database, seconds: int) -> Any:
    """The socket is the guard's; TLS names the host. The server may never ask for a file of ours."""
    import pymysql

    port = _port(database)
    target = egress.checked(database.host, port)
    context = None if database.tls == "plain" else ssl.create_default_context()
    if context is not None and database.tls == "encrypted":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    connection = pymysql.connect(
        host=target.host, port=port, user=database.user, password=database.password, database=database.database,
        charset="utf8mb4", ssl=context, ssl_disabled=context is None, local_infile=False, defer_connect=True,
        connect_timeout=_CONNECT_SECONDS, read_timeout=_SILENCE_SECONDS + seconds, write_timeout=_SILENCE_SECONDS,
    )  # fmt: skip
    connection.connect(egress.connected(database.host, port))
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")
        is_maria = "mariadb" in str(connection.get_server_info()).lower()
        limit = ("max_statement_time", seconds) if is_maria else ("max_execution_time", seconds * 1000)
        cursor.execute(f"SET SESSION {limit[0]} = {limit[1]}")
    return connection


def _sqlite(database: Database, seconds: int) -> Any:
    import sqlite3

    path = allowed_file(database.database)
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=10, check_same_thread=False)
    ends = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > ends, 100_000)
    for pragma in ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("SELECT count(*) FROM sqlite_master")  # a file that is no database is found out here
    return connection


def _other(database: Database, seconds: int) -> Any:
    """Databases whose drivers take no socket: they are given the checked address in place of the name."""
    port = _port(database)
    target = egress.checked(database.host, port)
    if database.dialect == "mssql":
        import pymssql

        return pymssql.connect(
            server=target.address, port=str(port), user=database.user, password=database.password,
            database=database.database, login_timeout=_CONNECT_SECONDS, timeout=seconds, read_only=True,
        )  # fmt: skip
    import oracledb

    connection = oracledb.connect(
        user=database.user, password=database.password, host=target.address, port=port,
        service_name=database.database, tcp_connect_timeout=_CONNECT_SECONDS,
    )  # fmt: skip
    connection.call_timeout = seconds * 1000
    return connection


def allowed_file(name: str) -> Path:
    """The file that a path means once links are followed; in a folder of ZHIJI_SOURCE_FOLDERS and not of our own."""
    folders = [Path(one).expanduser().resolve() for one in setting("ZHIJI_SOURCE_FOLDERS").split(":") if one.strip()]
    try:
        path = Path(name).expanduser().resolve(strict=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise SqlFileRefused(name=Path(name).name[:100], where={"field": "database"}) from error
    is_ours = path.is_relative_to(home())
    if not path.is_file() or is_ours or not any(path.is_relative_to(folder) for folder in folders):
        raise SqlFileRefused(name=Path(name).name[:100], where={"field": "database"})
    return path
