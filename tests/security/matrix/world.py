"""A small company with every kind of person and every ownership: what the matrix asks about.

A capability adds its rows with ``@rows("customer")``: a function that makes them in the database and says, for each,
who owns it. It needs no line anywhere else but in the manifest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from security.matrix.oracle import Person, Row, Rules
from zhiji.kernel import clock
from zhiji.platform.models import Job, OneUseLink, OutgoingMail, RoleGrant, SavedView, Team, User

TEAMS = {"top": None, "below": "top", "lowest": "below", "other": None}
ROLE_SETS = (
    ("administrator",), ("manager",), ("analyst",), ("agent",), ("agent", "analyst"), ("manager", "analyst"), (),
)  # fmt: skip
# What tokens are tried with, each on behalf of every person.
TOKEN_SCOPES = (
    ("company:read", "customer:read", "view:read"),
    ("user:write", "job:write", "customer:read", "customer:write"),
)
Maker = Callable[["World"], list[Row]]
_MAKERS: dict[str, Maker] = {}


def rows(name: str) -> Callable[[Maker], Maker]:
    """Register what makes the rows that ``rows = "name"`` of the manifest asks about."""

    def keep(make: Maker) -> Maker:
        _MAKERS[name] = make
        return make

    return keep


@dataclass
class World:
    """teams: name → id. people: everybody who asks, without tokens. rows: name → rows."""

    teams: dict[str, int] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)

    def team_of(self, team_id: int | None) -> str | None:
        return next((name for name, pk in self.teams.items() if pk == team_id), None)

    def owners(self) -> list[Person]:
        """A few people who own things: one of each team, one without, and nobody is added by the makers."""
        agents = [person for person in self.people if person.roles == {"agent"}]
        return [*agents, *(person for person in self.people if person.roles == {"manager"} and person.team == "below")]


def build() -> World:
    world = World()
    for name, parent in TEAMS.items():
        world.teams[name] = Team.objects.create(name=name, parent_id=world.teams.get(parent or "")).pk
    for roles in ROLE_SETS:
        for team in (None, *TEAMS):
            world.people.append(_person(world, roles, team))
    world.people.append(_person(world, ("administrator",), None, is_active=False))
    below: dict[str, set[str]] = {name: {name} for name in TEAMS}
    for name, parent in TEAMS.items():
        while parent:
            below[parent].add(name)
            parent = TEAMS[parent]
    world.rules = Rules(below)
    for name, make in _MAKERS.items():
        world.rows[name] = make(world)
    return world


def _person(world: World, roles: tuple[str, ...], team: str | None, is_active: bool = True) -> Person:
    name = "-".join([*(roles or ("nobody",)), team or "alone", "active" if is_active else "gone"])
    user = User(email=f"{name}@matrix.test", name=name, team_id=world.teams.get(team or ""), is_active=is_active)
    user.set_unusable_password()
    user.save()
    RoleGrant.objects.bulk_create(RoleGrant(user=user, role=role) for role in roles)
    return Person(user.pk, frozenset(roles), team, is_active=is_active)


@rows("user")
def _users(world: World) -> list[Row]:
    return [Row(person.id) for person in world.people]


@rows("some_users")
def _some_users(world: World) -> list[Row]:
    """Users belong to nobody in particular, so one of each set of roles is enough to ask about."""
    return [Row(person.id) for person in world.people if person.team == "below"]


@rows("team")
def _teams(world: World) -> list[Row]:
    return [Row(pk) for pk in world.teams.values()]


@rows("view")
def _views(world: World) -> list[Row]:
    made = []
    for owner in world.owners():
        for shared in (False, True):
            view = SavedView.objects.create(owner_id=owner.id, place="customers", name="v", is_shared=shared)
            made.append(Row(view.pk, owner.id, shared=shared))
    return made


@rows("token")
def _tokens(world: World) -> list[Row]:
    from zhiji.platform import accounts

    people = [User.objects.get(pk=owner.id) for owner in world.owners()]
    made = [accounts.token_create(user, name="t", scopes=["company:read"], days=1)[0] for user in people]
    return [Row(token.pk, token.user_id) for token in made]


@rows("invitation")
def _invitations(world: World) -> list[Row]:
    expires = clock.now() + timedelta(days=1)
    links = [
        OneUseLink.objects.create(purpose="invitation", digest=f"matrix-{n}", email=f"new{n}@matrix.test",
                                  params={"roles": ["agent"]}, expires_at=expires)
        for n in range(2)
    ]  # fmt: skip
    return [Row(link.pk) for link in links]


@rows("mail")
def _mails(world: World) -> list[Row]:
    now = clock.now()
    mail = OutgoingMail.objects.create(code="mail_invitation", to="new@matrix.test", language="en", next_at=now,
                                       expires_at=now + timedelta(days=1), state="failed")  # fmt: skip
    return [Row(mail.pk)]


@rows("job")
def _jobs(world: World) -> list[Row]:
    made = [
        Job.objects.create(kind="password_reset_mail", state=state, not_before=clock.now())
        for state in ("queued", "done")
    ]
    return [Row(job.pk) for job in made]


@rows("failed_job")
def _failed_jobs(world: World) -> list[Row]:
    return [Row(Job.objects.create(kind="password_reset_mail", state="failed", not_before=clock.now()).pk)]
