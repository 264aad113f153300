"""The one way out: every fetch and every connection to another machine is checked here, and made to the very address
that was checked. ``http`` has the session for what is fetched; it is imported where it is used."""

from zhiji.platform.egress.errors import (
    AnswerBroken,
    AnswerTooLarge,
    AnswerTooSlow,
    EgressBroken,
    EgressRefused,
    EgressUnresolved,
    RedirectElsewhere,
)
from zhiji.platform.egress.guard import Target, checked, connected, host_of

__all__ = [
    "AnswerBroken",
    "AnswerTooLarge",
    "AnswerTooSlow",
    "EgressBroken",
    "EgressRefused",
    "EgressUnresolved",
    "RedirectElsewhere",
    "Target",
    "checked",
    "connected",
    "host_of",
]
