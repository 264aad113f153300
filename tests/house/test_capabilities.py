"""Capabilities know each other by their services and queries alone: no import, no table and no path goes past them."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Field, ForeignObjectRel, Model

from house.test_layout import lint_imports
from house.tree import PACKAGE

ROOM = "zhiji.application."
CAPABILITIES = sorted(door.parent.name for door in (PACKAGE / "application").glob("*/__init__.py"))


def capability_of(model: type[Model]) -> str | None:
    return model.__module__.removeprefix(ROOM).split(".")[0] if model.__module__.startswith(ROOM) else None


MODELS = {model: name for model in apps.get_models(include_auto_created=True) if (name := capability_of(model))}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(PACKAGE, tmp_path / "zhiji", ignore=shutil.ignore_patterns("web", "__pycache__", "tests"))
    return tmp_path / "zhiji"


def linted(package: Path) -> tuple[int, str]:
    """With its lines put together: long ones are broken between the two modules of an import."""
    ran = lint_imports(package.parent)
    return ran.returncode, " ".join(ran.stdout.split())


def test_a_planted_way_past_the_doors_of_any_capability_is_caught(copied: Path) -> None:
    assert len(CAPABILITIES) >= 10
    new = copied / "application" / "planted"
    new.mkdir()
    for file in ("__init__.py", "errors.py"):
        (new / file).write_text("", encoding="utf-8")
    inner = [f"{ROOM}{name}.errors" for name in (*CAPABILITIES, "planted")]
    for importer in ("operations/planted.py", "cli/planted.py", "application/worklists/planted.py"):
        (copied / importer).write_text("".join(f"import {module}\n" for module in inner), encoding="utf-8")
    status, said = linted(copied)
    assert status == 1
    for importer in ("zhiji.operations.planted", "zhiji.cli.planted"):
        assert [module for module in inner if f"{importer} -> {module} " not in said] == []
    own = f"{ROOM}worklists.errors"
    neighbours = [module for module in inner if f"{ROOM}worklists.planted -> {module} " in said]
    assert neighbours == [module for module in inner if module != own]


def test_a_planted_cycle_of_capabilities_is_caught(copied: Path) -> None:
    planted = "from zhiji.application.customers import queries\n"
    (copied / "application/activities/planted.py").write_text(planted, encoding="utf-8")
    status, said = linted(copied)
    assert (status, "No cycles are allowed in zhiji.application." in said) == (1, True)
    assert "Whoever stands outside a capability imports its services and queries only KEPT" in said


@pytest.mark.parametrize(
    ("lower", "higher"),
    [("services", "api"), ("services", "jobs"), ("queries", "services"), ("models", "queries"), ("errors", "models")],
)
def test_a_planted_breach_of_the_inner_order_is_caught(copied: Path, lower: str, higher: str) -> None:
    """Through a file of another name too."""
    room = copied / "application" / "imports"
    (room / "planted.py").write_text(f"from zhiji.application.imports import {higher}\n", encoding="utf-8")
    with (room / f"{lower}.py").open("a", encoding="utf-8") as module:
        module.write("import zhiji.application.imports.planted\n")
    status, said = linted(copied)
    assert status == 1
    assert f"{ROOM}imports.{lower} is not allowed to import {ROOM}imports.{higher}" in said


def other_end(field: Field | ForeignObjectRel) -> type[Model] | None:
    found = field.related_model
    return found if isinstance(found, type) and issubclass(found, Model) else None


def test_no_relation_leads_from_outside_into_a_capability() -> None:
    """A path as ``score__value`` needs one: forward from a neighbour's model, or back from a model below them all,
    which ``related_name="+"`` closes."""
    assert len(set(MODELS.values())) >= 6
    ways = []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():  # those back that are closed are left out
            target = other_end(field)
            if target in MODELS and MODELS[target] != capability_of(model):
                ways.append(f"{model.__name__}.{field.name} -> {MODELS[target]}.{target.__name__}")
    assert ways == []


def reached(source: str, home: str) -> list[str]:
    """What this source of the capability ``home`` takes of others' rows by itself: their managers and their tables."""
    managers = {model.__name__ for model, name in MODELS.items() if name != home}
    tables = {model._meta.db_table for model, name in MODELS.items() if name != home}
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager"):
            owner = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
            found += [f"{owner}.{node.attr}"] if owner in managers else []
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = set(node.value.replace('"', " ").replace(".", " ").replace(",", " ").replace(")", " ").split())
            found += sorted(words & tables)
    return found


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ("queries.Import.objects.first()", ["Import.objects"]),
        ("WorkItem._default_manager.all()", ["WorkItem._default_manager"]),
        ("""look_up(f'SELECT id FROM "predictions_customerscore" AS s {where}')""", ["predictions_customerscore"]),
        ("Note.objects.filter(customer__id=1)", []),
    ],
)
def test_a_planted_read_of_a_neighbour_s_rows_is_caught(planted: str, said: list[str]) -> None:
    assert reached(planted, "activities") == said


def test_nobody_reads_a_neighbour_s_rows_by_itself() -> None:
    found = []
    rooms = [PACKAGE / "operations", PACKAGE / "cli", *(PACKAGE / "application" / name for name in CAPABILITIES)]
    # A backup reads a database of any release, opened by nobody: it asks for tables by name.
    apart = PACKAGE / "operations" / "backup"
    for room in rooms:
        for path in sorted(room.rglob("*.py")):
            if not {"tests", "migrations"} & set(path.parts) and not path.is_relative_to(apart):
                found += [f"{path.relative_to(PACKAGE)}: {what}" for what in reached(path.read_text(), room.name)]
    assert found == []
