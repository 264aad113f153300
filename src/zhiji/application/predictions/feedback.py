"""Saying that a score is wrong, and taking that back."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from zhiji.application.predictions.errors import ScoreNotThere
from zhiji.application.predictions.models import CustomerScore, ScoreFeedback
from zhiji.data.store.models import Customer
from zhiji.kernel import clock
from zhiji.platform import audit, live
from zhiji.platform.models import User
from zhiji.platform.scope import get_scoped, require, scope


def _customer(user: User, customer_id: int) -> Customer:
    customer = get_scoped(user, Customer, customer_id)
    require(user, "prediction", "read")
    require(user, "activity", "write")
    return customer


@transaction.atomic
def score_feedback_give(*, user: User, customer_id: int, verdict: str, text: str) -> ScoreFeedback:
    """Say that the serving score of a customer is wrong; what the same person said of it before is replaced.

    Raises ScoreNotThere where the customer has none. The trail keeps the verdict, never the words.
    """
    customer = _customer(user, customer_id)
    score = CustomerScore.objects.filter(customer=customer, version__is_serving=True).first()
    if score is None:
        raise ScoreNotThere()
    said = {
        "verdict": verdict, "text": text, "score": score.value_score, "said_at": clock.now(),
        "expected_value_micros": score.expected_value_micros,
    }  # fmt: skip
    key: dict[str, Any] = {"version_id": score.version_id, "customer": customer, "author": user}
    row, _ = ScoreFeedback.objects.update_or_create(**key, defaults=said)
    audit.record("score_feedback_give", "prediction", score.version_id, customer=customer.pk, verdict=verdict)
    live.publish("customer", id=customer.pk, changed="score_feedback")
    return row


@transaction.atomic
def score_feedback_withdraw(*, user: User, customer_id: int) -> None:
    """Take back what one said of the serving score; nothing happens where one said nothing."""
    customer = _customer(user, customer_id)
    mine = scope(user, ScoreFeedback, "write").filter(customer=customer, author=user, version__is_serving=True)
    for row in mine:
        audit.record("score_feedback_withdraw", "prediction", row.version_id, customer=customer.pk)
        row.delete()
    live.publish("customer", id=customer.pk, changed="score_feedback")
