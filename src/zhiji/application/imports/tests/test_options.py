"""What a person says of a file is understood or refused, and what was decided of it stands on record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from importing import bring, check, orders, store
from zhiji.application.imports import services
from zhiji.application.imports.models import Import
from zhiji.application.imports.options import Format, ImportOptions
from zhiji.data.landing.files import land
from zhiji.data.sources.files import OPTIONS
from zhiji.data.sources.files.model import FORMATS
from zhiji.platform.accounts import user_create
from zhiji.platform.errors import InputInvalid
from zhiji.platform.models import AuditEntry

AT = datetime(2025, 1, 31, tzinfo=UTC)
TEXT = orders("A1,03/04/2025,C1,tea,1,30")


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(
        user_create(email="ann@example.com", password="quiet horses run far", roles=["administrator"], language="en")
    )
    return client


def match(client: Client, row: Import, options: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/imports/{row.pk}/match", {"options": options}, content_type="application/json")


def test_every_way_of_reading_a_file_is_an_option() -> None:
    assert set(ImportOptions.model_fields) == {*OPTIONS, "day_first"}
    assert get_args(Format) == FORMATS


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "code"),
    [({"delimeter": ";"}, "file_option_unknown"), ({"changed": "add"}, "file_option_unknown"),
     ({"day_first": "false"}, "input_invalid"), ({"day_first": 0}, "input_invalid"),
     ({"header": "no"}, "input_invalid"), ({"delimiter": "';"}, "input_invalid"),
     ({"delimiter": "a"}, "input_invalid"), ({"format": "pdf"}, "input_invalid"), ({"sheet": "a\0"}, "input_invalid"),
     ({"preamble": "1"}, "input_invalid"), ({"preamble": -1}, "input_invalid")],
)  # fmt: skip
def test_what_is_no_option_is_refused_and_changes_nothing(client: Client, options: dict[str, Any], code: str) -> None:
    row = services.import_create(
        file=land("a.csv", [TEXT.encode()]), name="a.csv", kind="orders", options=ImportOptions(day_first=True)
    )
    before = AuditEntry.objects.count()
    answer = match(client, row, options)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    row.refresh_from_db()
    assert (row.options, AuditEntry.objects.count()) == ({"day_first": True}, before)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_slip_is_named_with_what_there_is_in_the_readers_language(client: Client, language: str) -> None:
    client.patch("/api/v1/accounts/me", {"language": language}, content_type="application/json")
    row = services.import_create(file=land("a.csv", [TEXT.encode()]), name="a.csv", kind="orders")
    told = match(client, row, {"delimeter": ";"}).json()
    assert told["what"] == {"zh": "没有 delimeter 这个选项。", "en": "There is no option delimeter."}[language]
    assert "delimiter" in told["why"]
    assert told["where"] == {"field": "options"}


@pytest.mark.django_db
def test_an_option_holds_and_comes_back_as_it_was_said(client: Client) -> None:
    row = services.import_create(file=land("a.csv", [TEXT.encode()]), name="a.csv", kind="orders")
    told = match(client, row, {"day_first": False, "delimiter": ",", "sheet": None}).json()
    assert {name: said for name, said in told["options"].items() if said is not None} == {
        "day_first": False, "delimiter": ",",
    }  # fmt: skip
    row.refresh_from_db()
    assert row.options == {"day_first": False, "delimiter": ","}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("changed", ["replace", "add"])
def test_the_decision_stands_in_the_import_and_in_the_trail(changed: str) -> None:
    first = bring(TEXT)
    row = check(orders("A1,03/04/2025,C1,tea,1,50"), name="b.csv", options={"day_first": True})
    with pytest.raises(InputInvalid):
        services.import_confirm(row, changed="merge")
    assert not AuditEntry.objects.filter(action="import_storing", object_id=str(row.pk)).exists()
    store(row, changed)
    said = dict(AuditEntry.objects.filter(action="import_storing").values_list("object_id", "details"))
    assert (said[str(first.pk)], said[str(row.pk)]) == ({"changed": None}, {"changed": changed})
    assert (first.changed, row.changed, row.options) == (None, changed, {"day_first": True})


def migrate(*to: tuple[str, str]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(list(to))
    return executor.loader.project_state(list(to)).apps


@pytest.fixture
def old() -> Iterator[Any]:
    newest = [node[:2] for node in MigrationExecutor(connection).loader.graph.leaf_nodes()]
    yield migrate(("imports", "0002_same_columns"))
    migrate(*newest)


@pytest.mark.django_db(transaction=True)
def test_what_was_kept_before_is_told_apart_and_only_what_was_heeded_is_kept(old: Any) -> None:
    file = old.get_model("landing", "LandedFile").objects.create(sha256="0" * 64, name="a.csv", size=1, received_at=AT)
    imports = old.get_model("imports", "Import").objects
    for name, options in {
        "replaced": {"changed": "replace", "day_first": True, "delimeter": ";"},
        "odd": {"changed": "?", "day_first": "false", "delimiter": "", "header": None, "preamble": "2", "quote": "|"},
        "plain": {},
        "spelt": {"encoding": "iso 8859-1", "delimiter": "|"},
        "none": {"encoding": "klingon", "delimiter": "x"},
    }.items():
        imports.create(file=file, name=name, kind="orders", source_code="s", currency="CNY", options=options)
    migrate(("imports", "0003_decision_and_options"))
    assert {row.name: (row.changed, row.options) for row in Import.objects.all()} == {
        "replaced": ("replace", {"day_first": True}), "odd": (None, {"day_first": True, "format": "whitespace"}),
        "plain": (None, {}), "spelt": (None, {"encoding": "iso8859-1", "delimiter": "|"}), "none": (None, {}),
    }  # fmt: skip
    for row in Import.objects.all():
        assert ImportOptions(**row.options).to_json() == row.options
