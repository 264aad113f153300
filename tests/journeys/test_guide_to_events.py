"""The guide on events, followed to the letter: its commands are sent, and it shows what comes back."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from house.tree import ROOT
from zhiji.application.events.consuming import consumer
from zhiji.data.sources.events import KIND_OF_TYPE, Event, Party
from zhiji.data.store.models import Customer, Interaction, Order
from zhiji.platform import accounts

FOLDER = ROOT / "docs" / "guides"
FENCE = re.compile(r"^```(bash|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
pytestmark = pytest.mark.django_db(transaction=True)


def blocks(name: str) -> list[tuple[str, str]]:
    return FENCE.findall((FOLDER / name).read_text("utf-8"))


def sent(command: str, client: Client) -> Any:
    """What curl would send."""
    words = shlex.split(command)
    assert words[0] == "curl"
    headers = dict(words[i + 1].split(": ", 1) for i, word in enumerate(words) if word == "-H")
    assert headers == {"Authorization": "Bearer $TOKEN", "Content-Type": "application/json"}
    path = next(word for word in words if word.startswith("http")).removeprefix("http://127.0.0.1:8765")
    return client.post(path, words[words.index("-d") + 1], content_type="application/json")


def shown(said: Any, as_in: Any) -> Any:
    """What was said, as far as the guide quotes it."""
    if isinstance(as_in, dict) and isinstance(said, dict):
        return {name: shown(said[name], value) for name, value in as_in.items()}
    if isinstance(as_in, list):
        return [shown(each, value) for each, value in zip(said, as_in, strict=True)]
    return said


@pytest.mark.parametrize(("name", "language"), [("events.md", "en"), ("events.zh-CN.md", "zh")])
def test_it_goes_as_the_guide_says(name: str, language: str) -> None:
    user = accounts.user_create(email="p@example.com", password=None, roles=["administrator"], language=language)
    _, secret = accounts.token_create(user, name="guide", scopes=["event:write"], days=1)
    client = Client(HTTP_AUTHORIZATION=f"Bearer {secret}")
    found = blocks(name)
    assert [kind for kind, _ in found] == ["bash", "json"] * 2
    for (_, command), (_, answer) in zip(found[::2], found[1::2], strict=True):
        wanted = json.loads(answer)
        assert shown(sent(command, client).json(), wanted) == wanted
    again = sent(found[0][1], client).json()
    assert again["results"][0]["outcome"] == "duplicate"
    while consumer().step():
        pass
    order = Order.objects.get()
    assert (order.number, order.value_micros, order.other_micros) == ("A2001", 50_000_000, 8_000_000)
    assert Customer.objects.get(identities__external_id="C-02").city == "Suzhou"
    assert Interaction.objects.get().text == "OOLONG-250"


def test_both_languages_show_the_same_and_name_every_field() -> None:
    english, chinese = blocks("events.md"), blocks("events.zh-CN.md")
    assert [body for kind, body in english if kind == "bash"] == [body for kind, body in chinese if kind == "bash"]
    for name in ("events.md", "events.zh-CN.md"):
        text = Path(FOLDER / name).read_text("utf-8")
        for field in (*Event.model_fields, *Party.model_fields, *KIND_OF_TYPE):
            assert f"`{field}`" in text, field
