"""The one door to rows: every read of every kind (page, API, search, export, job, assistant) passes ``scope``.

A model says how it is owned by class attributes::

    scope_object = "customer"          # the object of the permission table
    scope_owner = "owner"              # path to the owning user, or None: then only ALL sees it
    scope_team = "team"                # path to the owning team

``own`` also covers what is no person's: an unassigned customer may be picked up by any agent, one that was given to a
team but to nobody in it by any agent of that team.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from zhiji.platform.errors import NotAllowed, NotFound
from zhiji.platform.models import Team, User
from zhiji.platform.permissions import Reach, reach

M = TypeVar("M", bound=Model)


def scope(user: User, model: type[M], action: str = "read") -> QuerySet[M]:
    """Rows of ``model`` on which ``user`` may do ``action``; none at all where the permission is missing."""
    return _narrow(user, model._default_manager.all(), model, action)


def _narrow(user: User, rows: QuerySet[M], model: Any, action: str) -> QuerySet[M]:
    far = reach(user, model.scope_object, action)
    if far == Reach.ALL:
        return rows
    owner, team = model.scope_owner, getattr(model, "scope_team", None)
    if far == Reach.NONE or owner is None:
        return rows.none()
    visible = Q(**{owner: user.pk}) | Q(**{f"{owner}__isnull": True})
    if team is not None:
        open_to = Q(**{f"{team}__isnull": True})
        if user.team_id is not None:
            open_to |= Q(**{team: user.team_id})
        unassigned = Q(**{f"{owner}__isnull": True}) & open_to
        visible = Q(**{owner: user.pk}) | unassigned
        if far >= Reach.TEAM and user.team_id is not None:
            visible |= Q(**{f"{team}__in": team_ids(user, below=far >= Reach.SUBTREE)})
    return rows.filter(visible)


def team_ids(user: User, *, below: bool) -> list[int]:
    """The user's team, and with ``below`` all teams under it. Teams are few: one query, walked in memory."""
    if user.team_id is None:
        return []
    if not below:
        return [user.team_id]
    children: dict[int | None, list[int]] = {}
    for pk, parent in Team.objects.values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(pk)
    found, todo = [], [user.team_id]
    while todo:
        found.append(todo.pop())
        todo += [pk for pk in children.get(found[-1], []) if pk not in found]
    return found


def require(user: User, object_kind: str, action: str) -> None:
    """Refuse an action that has no row to look at (an upload, a report over everything)."""
    if reach(user, object_kind, action) == Reach.NONE:
        raise NotAllowed(object=object_kind, action=action)


def require_all(user: User, object_kind: str, action: str) -> None:
    """Refuse unless the permission reaches everything, as for what concerns the whole company."""
    if reach(user, object_kind, action) != Reach.ALL:
        raise NotAllowed(object=object_kind, action=action)


def get_scoped(user: User, model: type[M], pk: int | str, action: str = "read") -> M:
    """One row; what is out of scope is as if it were not there. Seen but not writable is ``NotAllowed``."""
    found = scope(user, model, action).filter(pk=pk).first()
    if found is not None:
        return found
    kind: str = model.scope_object  # type: ignore[attr-defined]
    if action != "read" and scope(user, model, "read").filter(pk=pk).exists():
        raise NotAllowed(object=kind, action=action)
    raise NotFound(object=kind, where={"id": str(pk)[:40]})
