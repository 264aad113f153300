"""A note and a task about a customer of every ownership that decides something."""

from __future__ import annotations

from security.matrix.oracle import Row
from security.matrix.world import World, rows
from zhiji.application.activities.models import Note, Task
from zhiji.data.store.models import Customer
from zhiji.kernel import clock


@rows("note")
def _notes(world: World) -> list[Row]:
    made = []
    for customer, row in _customers(world):
        note = Note.objects.create(customer=customer, text="n", author_id=row.owner, created_at=clock.now())
        made.append(Row(note.pk, row.owner, row.team, has_team=True))
    return made


@rows("task")
def _tasks(world: World) -> list[Row]:
    made = []
    for customer, row in _customers(world):
        task = Task.objects.create(customer=customer, title="t", created_at=clock.now())
        made.append(Row(task.pk, row.owner, row.team, has_team=True))
    return made


def _customers(world: World) -> list[tuple[Customer, Row]]:
    agent = next(person for person in world.owners() if person.team == "below")
    made = []
    for owner in (None, agent.id):
        for team in (None, "below", "lowest", "other"):
            customer = Customer.objects.create(
                name="Matrix", known_at=clock.now(), owner_id=owner, team_id=world.teams.get(team or "")
            )
            made.append((customer, Row(customer.pk, owner, team, has_team=True)))
    return made
