"""A call to make for a customer of every ownership that decides something."""

from __future__ import annotations

from datetime import date

from security.matrix.oracle import Row
from security.matrix.world import World, rows
from zhiji.application.worklists.models import WorkItem
from zhiji.data.store.models import Customer
from zhiji.kernel import clock


@rows("worklist")
def _items(world: World) -> list[Row]:
    agent = next(person for person in world.owners() if person.team == "below")
    made = []
    for owner in (None, agent.id):
        for team in (None, "below", "lowest", "other"):
            customer = Customer.objects.create(
                name="Matrix", known_at=clock.now(), owner_id=owner, team_id=world.teams.get(team or "")
            )
            item = WorkItem.objects.create(
                customer=customer, as_of=date(2024, 1, 1), rank=1, overdue_days=3, usual_gap_days=10,
                days_since_last_order=13, usual_order_micros=1, at_stake_micros=1,
            )  # fmt: skip
            made.append(Row(item.pk, owner, team, has_team=True))
    return made
