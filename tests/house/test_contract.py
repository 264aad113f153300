"""The contract that the screens are typed against is the one that the server has, and says one thing by one name."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from typing import Any

from ninja import Schema
from pydantic import BaseModel

from generated_docs import printed
from house.tree import ROOT
from zhiji.platform.schemas import Strict

CONTRACT = ROOT / "web" / "openapi.json"


def test_the_contract_of_the_screens_is_current() -> None:
    """The TypeScript made from it is compared by ``npm run api:check``, a part of the lint of the screens."""
    assert printed("zhiji docs openapi") == CONTRACT.read_text("utf-8"), "stale; run: npm --prefix web run api"


def _shapes(parent: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for shape in parent.__subclasses__():
        yield shape
        yield from _shapes(shape)


def test_shapes_of_one_name_have_the_same_fields() -> None:
    """In the contract the second shape of a name would silently take the place of the first."""
    importlib.import_module("zhiji.config.api")
    found: dict[str, dict[str, list[str]]] = {}
    for shape in {*_shapes(Schema), *_shapes(Strict)}:
        if shape.__module__.startswith("zhiji."):
            fields = sorted(f"{name}: {field.annotation}" for name, field in shape.model_fields.items())
            found.setdefault(shape.__name__, {})[shape.__module__] = fields
    clashes = {
        name: sorted(modules)
        for name, modules in found.items()
        if len({str(fields) for fields in modules.values()}) > 1
    }
    assert not clashes


def _pages(schema: dict[str, Any]) -> Iterator[tuple[str, set[str], set[str]]]:
    """Each route that gives a list page by page: its name, its parameters, the fields of its answer."""
    for operations in schema["paths"].values():
        asked = operations.get("get", {})
        told = asked.get("responses", {}).get("200", {}).get("content", {}).get("application/json", {})
        name = told.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
        fields = set(schema["components"]["schemas"].get(name, {}).get("properties", {}))
        parameters = {parameter["name"] for parameter in asked.get("parameters", [])}
        if "limit" in parameters and "items" in fields:
            yield asked["operationId"], parameters, fields


def test_all_pages_have_one_shape_and_are_turned_one_way() -> None:
    found = list(_pages(json.loads(CONTRACT.read_text("utf-8"))))
    assert len(found) > 20
    for name, parameters, fields in found:
        assert "next" in fields, name
        assert "after" in parameters, name
        assert not {field for field in fields if field.startswith("next_")}, name
        assert not parameters & {"before", "cursor", "offset", "page"}, name
