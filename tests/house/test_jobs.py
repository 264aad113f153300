"""Every kind of job that people may meet in the list has a name in both languages."""

from __future__ import annotations

import json

import pytest

from house.tree import ROOT
from zhiji.config import discovery


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_job_has_a_name_on_the_screen(language: str) -> None:
    texts = json.loads((ROOT / "web" / "src" / "shell" / "locales" / f"{language}.json").read_text("utf-8"))
    kinds = {kind for module in discovery.parts("jobs") for kind in getattr(module, "JOBS", {})}
    assert kinds
    assert sorted(kinds - set(texts["jobs"]["kinds"])) == []
