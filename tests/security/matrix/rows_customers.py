"""Customers of every ownership that decides something: nobody's or an agent's; of no team and of three."""

from __future__ import annotations

from security.matrix.oracle import Row
from security.matrix.world import World, rows
from zhiji.data.store import search
from zhiji.data.store.models import Customer, CustomerListRow
from zhiji.kernel import clock


@rows("customer")
def _customers(world: World) -> list[Row]:
    return _make(world, deleted=False)


@rows("deleted_customer")
def _deleted_customers(world: World) -> list[Row]:
    return _make(world, deleted=True)


def _make(world: World, *, deleted: bool) -> list[Row]:
    agent = next(person for person in world.owners() if person.team == "below")
    made = []
    for owner in (None, agent.id):
        for team in (None, "below", "lowest", "other"):
            now = clock.now()
            customer = Customer.objects.create(
                name="Matrix", known_at=now, owner_id=owner, team_id=world.teams.get(team or ""),
                deleted_at=now if deleted else None,
            )  # fmt: skip
            if not deleted:
                CustomerListRow.objects.create(
                    customer=customer, name="Matrix", owner_id=owner, team_id=customer.team_id, spend_micros=1
                )
            made.append(Row(customer.pk, owner, team, has_team=True))
    search.index(row.id for row in made)
    return made
