"""The contract that the screens are typed against is the one that the server has, and says one thing by one name."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

from ninja import Schema

from generated_docs import printed
from house.tree import ROOT

CONTRACT = ROOT / "web" / "openapi.json"


def test_the_contract_of_the_screens_is_current() -> None:
    """The TypeScript made from it is compared by ``npm run api:check``, a part of the lint of the screens."""
    assert printed("zhiji docs openapi") == CONTRACT.read_text("utf-8"), "stale; run: npm --prefix web run api"


def _shapes(parent: type[Schema]) -> Iterator[type[Schema]]:
    for shape in parent.__subclasses__():
        yield shape
        yield from _shapes(shape)


def test_shapes_of_one_name_have_the_same_fields() -> None:
    """In the contract the second shape of a name would silently take the place of the first."""
    importlib.import_module("zhiji.config.api")
    found: dict[str, dict[str, list[str]]] = {}
    for shape in set(_shapes(Schema)):
        if shape.__module__.startswith("zhiji."):
            fields = sorted(f"{name}: {field.annotation}" for name, field in shape.model_fields.items())
            found.setdefault(shape.__name__, {})[shape.__module__] = fields
    clashes = {
        name: sorted(modules)
        for name, modules in found.items()
        if len({str(fields) for fields in modules.values()}) > 1
    }
    assert not clashes
