"""Tables of other people's databases become Parquet files: ``tables`` and ``columns`` say what is there, ``pull`` takes
the rows that came or changed since a position.

The libraries behind it are imported where they are used: whoever starts Zhiji without such a source does not wait.
"""

from zhiji.data.sources.sql.connecting import opened
from zhiji.data.sources.sql.errors import SqlError
from zhiji.data.sources.sql.model import DIALECTS, Column, Database, Position, Pulled, Table
from zhiji.data.sources.sql.pulling import position_of, pull, sample
from zhiji.data.sources.sql.tables import columns, tables

__all__ = [
    "DIALECTS",
    "Column",
    "Database",
    "Position",
    "Pulled",
    "SqlError",
    "Table",
    "columns",
    "opened",
    "position_of",
    "pull",
    "sample",
    "tables",
]
