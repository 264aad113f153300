"""The columnar copy of the facts for analysis, and the engine that reads it."""

from zhiji.data.lake.engine import Engine, LakeTables, open_engine
from zhiji.data.lake.reader import Lake
from zhiji.data.lake.schema import CUSTOMERS, ORDER_HOMES, ORDER_LINES, PRODUCTS, TABLES, LakeColumns
from zhiji.data.lake.settings import EngineSettings
from zhiji.data.lake.writer import LakeWriter, lake_drop, lake_prune

__all__ = [
    "CUSTOMERS",
    "ORDER_HOMES",
    "ORDER_LINES",
    "PRODUCTS",
    "TABLES",
    "Engine",
    "EngineSettings",
    "Lake",
    "LakeColumns",
    "LakeTables",
    "LakeWriter",
    "lake_drop",
    "lake_prune",
    "open_engine",
]
