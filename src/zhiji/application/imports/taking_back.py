"""Taking a batch back: what is kept of customers that only it spoke of, and what goes with those that go."""

from __future__ import annotations

from collections.abc import Collection

from zhiji.application.activities import queries as activities
from zhiji.application.predictions import services as predictions
from zhiji.application.worklists import services as worklists
from zhiji.data.landing.models import Batch
from zhiji.platform.company import company
from zhiji.platform.jobs import Task
from zhiji.processing.pipelines.undoing import Undoing


def taking_back(task: Task, batch: Batch) -> Undoing:
    """The way back of a batch, whatever brought it; call ``step`` until it says that all is done."""
    once = company().count_identical_lines_once
    return Undoing(task, batch, count_repeats_once=once, keep=_keep, release=_release)


def _keep(customer_ids: Collection[int]) -> set[int]:
    """Whom people have worked on or spoken of: what they wrote is in no file that could bring it back."""
    return activities.customers_with_activity(customer_ids) | predictions.customers_with_feedback(customer_ids)


def _release(customer_ids: Collection[int]) -> None:
    """Whatever a refresh made for these customers goes with them: the database holds no score or call of nobody."""
    worklists.items_release(customer_ids)
    predictions.scores_release(customer_ids)
