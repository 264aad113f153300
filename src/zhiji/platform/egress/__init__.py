"""The one way out: every fetch and every connection to another machine is checked here, and made to the very address
that was checked."""

from zhiji.platform.egress.errors import EgressBroken, EgressRefused, EgressUnresolved
from zhiji.platform.egress.guard import Target, checked, connected
from zhiji.platform.egress.http import AnswerBroken, AnswerTooLarge, AnswerTooSlow, GuardedSession, RedirectElsewhere

__all__ = [
    "AnswerBroken",
    "AnswerTooLarge",
    "AnswerTooSlow",
    "EgressBroken",
    "EgressRefused",
    "EgressUnresolved",
    "GuardedSession",
    "RedirectElsewhere",
    "Target",
    "checked",
    "connected",
]
