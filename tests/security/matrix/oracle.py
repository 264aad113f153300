"""Who may do what, worked out a second time from the rules as people state them.

It imports nothing of the product. Where it disagrees with the product, one of both is wrong; a rule is changed here
only together with the sentence that states it.

Roles add up. An *administrator* may do everything. A *manager* sees and edits the customers, work lists and activities
of the own team and of all teams below it, and what belongs to nobody; works with all segments, imports and events;
sees users, jobs and predictions. An *analyst* sees everything but users and the audit trail, edits segments and
predictions, and exports. Sources are the administrators' alone. An *agent* sees and edits the own customers and
unassigned ones (those of nobody, and those of the own team that nobody in it has), and sees segments and predictions.
Everybody has views and tokens of their own. A token does what its person may do, as far as its scopes name it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

NONE, OWN, TEAM, SUBTREE, ALL = range(5)
_WORDS = {"own": OWN, "team": TEAM, "subtree": SUBTREE, "all": ALL}

# object: role=read/write/export, in words; "-" is nothing. Administrators need no line.
_RULES = """
customer    manager=subtree/subtree/subtree  analyst=all/-/all    agent=own/own/-
order       manager=subtree/-/subtree        analyst=all/-/all    agent=own/-/-
segment     manager=all/all/all              analyst=all/all/all  agent=all/-/-
import      manager=all/all/-                analyst=all/-/-
event       manager=all/all/-                analyst=all/-/-
prediction  manager=all/-/-                  analyst=all/all/-    agent=all/-/-
worklist    manager=subtree/subtree/-        analyst=all/-/-      agent=own/own/-
dashboard   manager=subtree/-/-              analyst=all/-/-      agent=own/-/-
activity    manager=subtree/subtree/-        analyst=all/-/-      agent=own/own/-
user        manager=all/-/-
company     manager=all/-/-                  analyst=all/-/-      agent=all/-/-
job         manager=all/-/-                  analyst=all/-/-
token       manager=own/own/-                analyst=own/own/-    agent=own/own/-
view        manager=own/own/-                analyst=own/own/-    agent=own/own/-
source
audit
"""
OBJECTS = [line.split()[0] for line in _RULES.strip().splitlines()]
# Objects whose rows belong to nobody in particular: only who reaches all of them sees any.
COMPANY_WIDE = {"segment", "import", "event", "prediction", "user", "company", "job", "audit", "source"}


@dataclass(frozen=True)
class Person:
    """Somebody who asks. ``scopes``: of the token they come with, or None with a session."""

    id: int
    roles: frozenset[str]
    team: str | None = None
    scopes: frozenset[str] | None = None
    is_active: bool = True


@dataclass(frozen=True)
class Row:
    """Something asked about. ``has_team``: whether this kind of thing belongs to teams at all."""

    id: int
    owner: int | None = None
    team: str | None = None
    has_team: bool = False
    shared: bool = False


@dataclass(frozen=True)
class Rules:
    """``below``: team → itself and all teams under it."""

    below: dict[str, set[str]] = field(default_factory=dict)

    def reach(self, person: Person, kind: str, action: str) -> int:
        if not person.is_active or (person.scopes is not None and f"{kind}:{action}" not in person.scopes):
            return NONE
        if "administrator" in person.roles:
            return ALL
        line = next(line for line in _RULES.strip().splitlines() if line.split()[0] == kind)
        place = ("read", "write", "export").index(action)
        given = dict(word.split("=") for word in line.split()[1:])
        return max((_WORDS.get(given.get(role, "-/-/-").split("/")[place], NONE) for role in person.roles), default=0)

    def covers(self, person: Person, kind: str, action: str, row: Row) -> bool:
        far = self.reach(person, kind, action)
        if far in (NONE, ALL) or kind in COMPANY_WIDE:
            return far == ALL
        if row.owner == person.id or (row.owner is None and row.team is None):
            return True
        if row.owner is None and row.has_team and row.team == person.team:
            return True
        if not row.has_team or row.team is None or person.team is None or far < TEAM:
            return False
        return row.team in (self.below[person.team] if far >= SUBTREE else {person.team})

    def verdict(self, person: Person | None, kind: str, obj: str, action: str, row: Row | None) -> str:
        """``allow``, ``sign_in`` (401), ``refuse`` (403) or ``hide`` (404), for a kind of route (see the manifest)."""
        if kind == "public":
            return "allow"
        if person is None or not person.is_active:
            return "sign_in"
        if kind == "signed":
            return "allow"
        if kind == "person":
            return "refuse" if person.scopes is not None else "allow"
        if kind in ("some", "list"):
            return "allow" if self.reach(person, obj, action) > NONE else "refuse"
        if kind == "all":
            return "allow" if self.reach(person, obj, action) == ALL else "refuse"
        assert kind == "row", kind
        assert row is not None
        if self.covers(person, obj, action, row):
            return "allow"
        return "refuse" if action != "read" and self.covers(person, obj, "read", row) else "hide"

    def visible(self, person: Person, obj: str, rows: list[Row], action: str = "read") -> set[int]:
        """Ids that a list shows."""
        return {row.id for row in rows if self.covers(person, obj, action, row)}
