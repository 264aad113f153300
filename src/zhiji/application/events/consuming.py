"""The consumer as the company's settings and the other capabilities make it."""

from __future__ import annotations

from zhiji.application.events.following import follow_orders
from zhiji.platform.company import company, zone
from zhiji.processing.pipelines.consuming import Consumer
from zhiji.processing.pipelines.event_storing import Books


def consumer() -> Consumer:
    return Consumer(_books, follow=follow_orders)


def _books() -> Books:
    row = company()
    return Books(zone(), row.currency, row.region, row.count_identical_lines_once)
