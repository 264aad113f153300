"""Paginated JSON interfaces become rows: ``pull`` takes what came since a position, page by page, and can be stopped
and taken up between any two; ``presets`` are ready configurations of well-known systems.

dlt's client pages and extracts; every request goes through the guarded session. Imported where it is used.
"""

from zhiji.data.sources.rest.errors import RestError, RestPatience
from zhiji.data.sources.rest.finishing import Finished
from zhiji.data.sources.rest.model import Endpoint, Incremental, Interface, Paging, Progress
from zhiji.data.sources.rest.presets import Preset, presets
from zhiji.data.sources.rest.pulling import pull, reach, sample

__all__ = [
    "Endpoint",
    "Finished",
    "Incremental",
    "Interface",
    "Paging",
    "Preset",
    "Progress",
    "RestError",
    "RestPatience",
    "presets",
    "pull",
    "reach",
    "sample",
]
