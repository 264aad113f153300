"""Two customers of each ownership with a record each: a pair that waits, and an act that put another pair off."""

from __future__ import annotations

from security.matrix.oracle import Row
from security.matrix.world import World, rows
from zhiji.data.landing.models import Source
from zhiji.data.store.models import Customer, DecidedPair, Identity, IdentityDecision, IdentityLink
from zhiji.kernel import clock


@rows("identity_pair")
def _pairs(world: World) -> list[Row]:
    return [Row(link.pk, row.owner, row.team, has_team=True) for link, row in _made(world, "waits", word="")]


@rows("identity_decision")
def _decisions(world: World) -> list[Row]:
    found = []
    for link, row in _made(world, "later"):
        decision = IdentityDecision.objects.create(kind="review", at=clock.now())
        DecidedPair.objects.create(
            decision=decision, left_source=link.left.source, left_external_id=link.left.external_id,
            right_source=link.right.source, right_external_id=link.right.external_id, word="later",
        )  # fmt: skip
        found.append(Row(decision.pk, row.owner, row.team, has_team=True))
    return found


@rows("identified_customer")
def _customers(world: World) -> list[Row]:
    made = _made(world, "known")
    return [Row(link.left.customer_id or 0, row.owner, row.team, has_team=True) for link, row in made]


def _made(world: World, prefix: str, word: str = "later") -> list[tuple[IdentityLink, Row]]:
    agent = next(person for person in world.owners() if person.team == "below")
    source, _ = Source.objects.get_or_create(code="matrix")
    made = []
    for owner in (None, agent.id):
        for team in (None, "below", "lowest", "other"):
            two = [
                _identity(source, f"{prefix}-{len(made)}-{side}", owner, world.teams.get(team or "")) for side in "lr"
            ]
            link = IdentityLink.objects.create(
                left=two[0], right=two[1], state="review", by="model", weight=1.0, probability=0.5, doubt=1.0,
                evidence={"phone": ["same", 1.0]}, found_at=clock.now(), word=word,
            )  # fmt: skip
            made.append((link, Row(link.pk, owner, team, has_team=True)))
    return made


def _identity(source: Source, external_id: str, owner: int | None, team: int | None) -> Identity:
    customer = Customer.objects.create(name="Matrix", known_at=clock.now(), owner_id=owner, team_id=team)
    return Identity.objects.create(
        source=source, external_id=external_id, customer=customer, home=customer, first_batch_id=0
    )
