"""Who may do what to how much: role × object × action → reach. Roles add up; what is not listed is refused."""

from __future__ import annotations

from enum import IntEnum

from zhiji.platform.models import User
from zhiji.platform.models.accounts import Role


class Reach(IntEnum):
    """How far a permission goes; larger includes smaller."""

    NONE = 0
    OWN = 1  # owned by the user, or by nobody (and no team, or the user's)
    TEAM = 2  # also owned by the user's team
    SUBTREE = 3  # also by the teams below it
    ALL = 4


OBJECTS = (
    "customer", "order", "segment", "import", "prediction", "worklist", "dashboard", "activity",
    "event", "user", "company", "audit", "job", "token", "view", "source",
)  # fmt: skip
ACTIONS = ("read", "write", "export")

_ALL = {"read": Reach.ALL, "write": Reach.ALL, "export": Reach.ALL}
_READ = {"read": Reach.ALL}
_OWN = {"read": Reach.OWN, "write": Reach.OWN}

POLICY: dict[str, dict[str, dict[str, Reach]]] = {
    Role.ADMINISTRATOR: dict.fromkeys(OBJECTS, _ALL),
    Role.MANAGER: {
        "customer": {"read": Reach.SUBTREE, "write": Reach.SUBTREE, "export": Reach.SUBTREE},
        "order": {"read": Reach.SUBTREE, "export": Reach.SUBTREE},
        "segment": _ALL,
        "import": {"read": Reach.ALL, "write": Reach.ALL},
        "event": {"read": Reach.ALL, "write": Reach.ALL},
        "prediction": _READ,
        "worklist": {"read": Reach.SUBTREE, "write": Reach.SUBTREE},
        "dashboard": {"read": Reach.SUBTREE},
        "activity": {"read": Reach.SUBTREE, "write": Reach.SUBTREE},
        "company": _READ,
        "user": _READ,
        "job": _READ,
        "token": _OWN,
        "view": _OWN,
    },
    Role.ANALYST: {
        "customer": {"read": Reach.ALL, "export": Reach.ALL},
        "order": {"read": Reach.ALL, "export": Reach.ALL},
        "segment": _ALL,
        "import": _READ,
        "event": _READ,
        "prediction": {"read": Reach.ALL, "write": Reach.ALL},
        "worklist": _READ,
        "dashboard": _READ,
        "activity": _READ,
        "company": _READ,
        "job": _READ,
        "token": _OWN,
        "view": _OWN,
    },
    Role.AGENT: {
        "customer": {"read": Reach.OWN, "write": Reach.OWN},
        "order": {"read": Reach.OWN},
        "segment": _READ,
        "prediction": _READ,
        "worklist": {"read": Reach.OWN, "write": Reach.OWN},
        "dashboard": {"read": Reach.OWN},
        "activity": _OWN,
        "company": _READ,
        "token": _OWN,
        "view": _OWN,
    },
}


def reach(user: User, object_kind: str, action: str) -> Reach:
    """The furthest reach any of the user's roles gives, narrowed by the scopes of the token that asks."""
    if not user.is_active:
        return Reach.NONE
    allowed = getattr(user, "token_scopes", None)
    if allowed is not None and f"{object_kind}:{action}" not in allowed:
        return Reach.NONE
    return max((POLICY[role].get(object_kind, {}).get(action, Reach.NONE) for role in user.roles), default=Reach.NONE)


def token_scopes(user: User) -> list[str] | None:
    """The scopes of the token that asks, to be kept with a job; ``None`` for a person who signed in."""
    allowed = getattr(user, "token_scopes", None)
    return None if allowed is None else sorted(allowed)


def limited_to(user: User, scopes: list[str] | None) -> User:
    """The same user, who may do no more than the token that once asked: what a job does on somebody's behalf."""
    if scopes is not None:
        user.token_scopes = frozenset(scopes)  # type: ignore[attr-defined]
    return user
