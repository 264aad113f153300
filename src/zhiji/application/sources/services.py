"""What can be done with sources. The screens, the command and the API all come through here."""

from zhiji.application.sources.connecting import (
    Preview,
    connection_create,
    connection_offers,
    connection_remove,
    connection_test,
    connection_update,
    stream_preview,
)
from zhiji.application.sources.streaming import (
    JOB,
    stream_backfill,
    stream_create,
    stream_pause,
    stream_remove,
    stream_resume,
    stream_run_now,
    stream_update,
    streams_due,
)

__all__ = [
    "JOB",
    "Preview",
    "connection_create",
    "connection_offers",
    "connection_remove",
    "connection_test",
    "connection_update",
    "stream_backfill",
    "stream_create",
    "stream_pause",
    "stream_preview",
    "stream_remove",
    "stream_resume",
    "stream_run_now",
    "stream_update",
    "streams_due",
]
