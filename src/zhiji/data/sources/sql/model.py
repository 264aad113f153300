"""What passes through the door of this room. All but ``Database`` is JSON-safe; that one holds a password."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

# Name → (driver as SQLAlchemy calls it, its module, usual port). The first four are proved by tests; the others are
# reached the same way where somebody has installed their driver.
DIALECTS: dict[str, tuple[str, str, int]] = {
    "postgresql": ("postgresql+psycopg", "psycopg", 5432),
    "mysql": ("mysql+pymysql", "pymysql", 3306),
    "mariadb": ("mariadb+pymysql", "pymysql", 3306),
    "sqlite": ("sqlite", "sqlite3", 0),
    "mssql": ("mssql+pymssql", "pymssql", 1433),
    "oracle": ("oracle+oracledb", "oracledb", 1521),
}
Tls = Literal["verified", "encrypted", "plain"]


@dataclass(frozen=True)
class Database:
    """Where the tables are. database: name, or of SQLite the path of the file. tls: ``verified`` proves the server by
    its certificate, ``encrypted`` does not, ``plain`` is for a network that one trusts."""

    dialect: str
    database: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    tls: Tls = "verified"


@dataclass(frozen=True)
class Table:
    """A table or a view. schema: empty for the one that the user sees first."""

    name: str
    schema: str = ""
    is_view: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Column:
    """family: number text instant date time flag json binary other: what a change of type is measured by."""

    name: str
    family: str
    is_key: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Position:
    """How far a table has been read. value: of the cursor column, as the database writes it; kind: integer, real or
    text. tail: digest of the rows that are read again because they stand at the border."""

    value: str = ""
    kind: str = ""
    tail: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any] | None) -> Position | None:
        return cls(**value) if value else None


@dataclass(frozen=True)
class Pulled:
    """What one pull brought. path: the Parquet file, None where nothing came that was not there the last time.
    position: where the next one begins. is_last: nothing more was there. late: rows that bear no cursor value, read
    only by a pull from the start. future: rows whose cursor lies more than a day ahead; the position stays before
    them."""

    path: Path | None
    rows: int
    position: Position | None
    is_last: bool
    late: int = 0
    future: int = 0
