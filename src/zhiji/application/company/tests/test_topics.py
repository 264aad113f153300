"""A topic that nobody may hear is a page that never renews itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import zhiji
from zhiji.application.company.queries import OBJECT_OF_TOPIC
from zhiji.platform.permissions import OBJECTS

SOURCES = Path(zhiji.__file__).parent
PUBLISHED = sorted(
    {
        topic
        for path in SOURCES.rglob("*.py")
        if "tests" not in path.parts
        for topic in re.findall(r'live\.publish\(\s*"([a-z_]+)"', path.read_text("utf-8"))
    }
)


def test_topics_are_found() -> None:
    assert {"job", "import", "customer"} <= set(PUBLISHED)


@pytest.mark.parametrize("topic", PUBLISHED)
def test_every_topic_is_about_an_object_that_somebody_may_read(topic: str) -> None:
    assert OBJECT_OF_TOPIC.get(topic, topic) in OBJECTS
