"""What a browser sends with a key: uploads of any size, and questions that take long but lock nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from importing import HEADER
from zhiji.application.imports import services
from zhiji.application.imports.models import Import
from zhiji.platform import accounts
from zhiji.platform.models import AuditEntry, IdempotencyKey

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


@pytest.fixture
def client() -> Client:
    user = accounts.user_create(email="a@acme.test", password=None, roles=["administrator"])
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def upload(client: Client, content: bytes) -> Any:
    file = SimpleUploadedFile("orders.csv", content)
    return client.post("/api/v1/imports", {"file": file, "kind": "orders"}, HTTP_IDEMPOTENCY_KEY="upload")


def test_a_file_larger_than_the_memory_for_a_body_is_taken_with_a_key(client: Client) -> None:
    line = b"A1,2025-01-03 10:00,C1,tea,2,30.5\n"
    content = HEADER.encode() + line * (6_000_000 // len(line) + 1)
    answer = upload(client, content)
    assert answer.status_code == 200, answer.content
    assert Import.objects.get().file.size == len(content) > 6_000_000


def test_matching_reads_the_file_outside_of_any_transaction_and_once(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = upload(client, HEADER.encode() + b"A1,2025-01-03 10:00,C1,tea,2,30.5\n")
    pk = answer.json()["id"]
    locked: list[bool] = []
    real = services.inspect

    def seen(*args: Any, **options: Any) -> Any:
        locked.append(connection.in_atomic_block)
        return real(*args, **options)

    monkeypatch.setattr(services, "inspect", seen)

    def match(options: dict[str, Any]) -> Any:
        return client.post(
            f"/api/v1/imports/{pk}/match", {"overrides": {}, "options": options}, content_type="application/json",
            HTTP_IDEMPOTENCY_KEY="match",
        )  # fmt: skip

    first, again = match({"delimiter": ","}), match({"delimiter": ","})
    assert (first.status_code, again.status_code, again["Idempotent-Replay"]) == (200, 200, "true")
    assert first.json() == again.json()
    assert locked == [False]
    assert AuditEntry.objects.filter(action="import_match").count() == 1
    assert match({"delimiter": ";"}).json()["code"] == "idempotency_key_reused"
    assert IdempotencyKey.objects.count() == 1


def test_a_question_leaves_no_answer_behind(client: Client) -> None:
    body = {"definition": {"all": [{"field": "orders", "is": "at_least", "value": 1}]}}
    answer = client.post("/api/v1/segments/count", body, content_type="application/json", HTTP_IDEMPOTENCY_KEY="count")
    assert answer.status_code < 500
    assert not IdempotencyKey.objects.exists()
