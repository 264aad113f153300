"""The contract that the screens are typed against is the one that the server has."""

from __future__ import annotations

from generated_docs import printed
from house.tree import ROOT

CONTRACT = ROOT / "web" / "openapi.json"


def test_the_contract_of_the_screens_is_current() -> None:
    """The TypeScript made from it is compared by ``npm run api:check``, a part of the lint of the screens."""
    assert printed("zhiji docs openapi") == CONTRACT.read_text("utf-8"), "stale; run: npm --prefix web run api"
