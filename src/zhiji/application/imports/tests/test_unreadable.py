"""A file that cannot be opened stands in the history with its reason, through whichever door it came."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from digests import assert_only_traces, state
from zhiji.application.imports import services
from zhiji.application.imports.errors import ImportUnreadable
from zhiji.application.imports.models import Import
from zhiji.platform import accounts
from zhiji.platform.company import company

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = b"<html><body><table><tr><td>order</td></tr></table></body></html>"


@pytest.fixture
def browser() -> Client:
    user = accounts.user_create(
        email="boss@example.com", password=None, name="Boss", roles=["administrator"], team=None
    )
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def upload(client: Client, **form: str) -> dict[str, str]:
    file = SimpleUploadedFile("orders.xls", PAGE)
    answer = client.post("/api/v1/imports", {"file": file, **form}, headers={"accept-language": "en"})
    assert answer.status_code == 400
    return answer.json()


def test_an_upload_is_refused_and_stands_in_the_history(browser: Client) -> None:
    company()  # made when first asked for
    before = state()
    problem = upload(browser)
    assert_only_traces(before, state(), PAGE)
    for language in ("zh", "en"):
        Import.objects.get().created_by.__class__.objects.update(language=language)
        row = browser.get("/api/v1/imports").json()["items"][0]
        assert (row["state"], row["kind"], row["is_readable"]) == ("failed", "auto", False)
        assert row["reason"]["code"] == problem["code"] == "file_is_web_page"
        assert row["reason"]["what"]
        assert row["reason"]["remedy"]
        detail = browser.get(f"/api/v1/imports/{row['id']}").json()
        assert detail["reason"] == row["reason"]
        assert detail["mapping"].get("fields", {}) == {}


def test_a_refused_file_does_not_name_the_company_s_currency(browser: Client) -> None:
    before = company().currency
    upload(browser, currency="CHF")
    assert before != "CHF"
    assert company().currency == before


def test_it_can_be_neither_tried_nor_stored(browser: Client) -> None:
    upload(browser)
    row = Import.objects.get()
    with pytest.raises(ImportUnreadable):
        services.import_check(row)
    with pytest.raises(ImportUnreadable):
        services.import_values(row, values={})
    for action in ("check", "confirm", "undo", "cancel"):
        answer = browser.post(f"/api/v1/imports/{row.pk}/{action}", {}, content_type="application/json")
        assert answer.status_code == 409, action
