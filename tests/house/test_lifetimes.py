"""How long a link works is told where it is handed out, and is what the code lets it work."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from house.tree import PACKAGE, ROOT
from zhiji.kernel.messages import catalogue
from zhiji.platform.accounts import LIFETIMES
from zhiji.platform.models import OneUseLink

Purpose = OneUseLink.Purpose
NUMBERS = {"en": {2: "two", 7: "seven"}, "zh": {2: "两", 7: "七"}}
UNITS = (
    (timedelta(days=1), {"en": "days", "zh": "天"}),
    (timedelta(hours=1), {"en": "hours", "zh": "小时"}),
    (timedelta(minutes=1), {"en": "minutes", "zh": "分钟"}),
)


def spoken(lifetime: timedelta, language: str) -> str:
    """In the largest unit of which it is whole: "two hours", "30分钟"."""
    unit, names = next((unit, names) for unit, names in UNITS if lifetime % unit == timedelta())
    number = NUMBERS[language].get(lifetime // unit, str(lifetime // unit))
    return f"{number} {names[language]}" if language == "en" else f"{number}{names[language]}"


def told(place: str, language: str) -> str:
    """The text of one place: ``page``: a key of a screen's texts; ``mail``: a coded text; else a file."""
    kind, _, name = place.partition(":")
    if kind == "page":
        folder, group, key = name.split(".")
        texts = json.loads((ROOT / "web" / "src" / folder / "locales" / f"{language}.json").read_text("utf-8"))
        return str(texts[group][key])
    if kind == "mail":
        return str(catalogue(language)[name]["why"])
    return (PACKAGE / name).read_text("utf-8")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("place", "purpose"),
    [
        ("page:entry.reset.sent", Purpose.PASSWORD_RESET),
        ("mail:mail_password_reset", Purpose.PASSWORD_RESET),
        ("mail:mail_invitation", Purpose.INVITATION),
        ("file:cli/serve.py", Purpose.SETUP),
    ],
)
def test_a_link_works_as_long_as_is_said(place: str, purpose: OneUseLink.Purpose, language: str) -> None:
    text = told(place, language)
    assert spoken(LIFETIMES[purpose], language) in (text if language == "en" else text.replace(" ", ""))
