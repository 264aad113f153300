"""Phone numbers of a file are those of the company's country, from the set-up page to the record."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from zhiji.application.accounts import services as accounts
from zhiji.data.store.models import Customer
from zhiji.platform import jobs
from zhiji.platform.models import Job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

PEOPLE = (
    "Customer ID,Name,Phone,Country\n"
    "C1,Ann,020 7946 0958,\n"
    "C2,Ben,01865 271000,United Kingdom\n"
    "C3,Wei,138 1234 5678,China\n"
    "C4,Li,138 1234 5678,\n"
    "C5,Jean,01 42 68 53 00,France\n"
    "C6,Kim,+1 212 555 0123,\n"
)


def post(client: Client, path: str, **body: Any) -> Any:
    answer = client.post(f"/api/v1{path}", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def set_up(**company: str) -> Client:
    """As the set-up page does, which leaves signed in."""
    client = Client()
    particulars = {"name": "Acme", "currency": "GBP", "language": "en", **company}
    person = {"email": "a@acme.test", "name": "A", "password": "four unrelated words here"}
    post(client, "/accounts/setup", token=accounts.setup_link_create(), choice="own", company=particulars, **person)
    return client


def phones(client: Client, people: str) -> dict[str, str]:
    """Uploads, tries and stores as the wizard does; returns the numbers of the record."""
    file = SimpleUploadedFile("people.csv", people.encode())
    pk = client.post("/api/v1/imports", {"file": file, "kind": "customers"}).json()["id"]
    for action, kind in (("check", "import_check"), ("confirm", "import_store")):
        post(client, f"/imports/{pk}/{action}")
        jobs.run_inline(Job.objects.get(kind=kind, state="queued"))
    return dict(Customer.objects.values_list("identities__external_id", "phone"))


def test_the_numbers_of_a_british_companys_file_are_british() -> None:
    assert phones(set_up(zone="Europe/London"), PEOPLE) == {
        "C1": "+442079460958", "C2": "+441865271000", "C3": "+8613812345678", "C4": "", "C5": "+33142685300",
        "C6": "+12125550123",
    }  # fmt: skip


def test_those_of_a_chinese_companys_are_chinese() -> None:
    found = phones(set_up(zone="Asia/Urumqi", currency="CNY"), PEOPLE)
    assert (found["C2"], found["C4"]) == ("+441865271000", "+8613812345678")


def test_without_a_country_only_numbers_that_name_theirs_are_read() -> None:
    assert phones(set_up(zone="UTC"), PEOPLE) == {
        "C1": "", "C2": "+441865271000", "C3": "+8613812345678", "C4": "", "C5": "+33142685300", "C6": "+12125550123",
    }  # fmt: skip


def test_another_country_chosen_in_the_settings_holds_for_the_next_file() -> None:
    client = set_up(zone="Asia/Shanghai")
    before = phones(client, PEOPLE)
    assert (before["C1"], before["C4"]) == ("+862079460958", "+8613812345678")
    answer = client.patch("/api/v1/company", {"region": "GB"}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    found = phones(client, "Customer ID,Name,Phone\nC7,Joe,020 7946 0958\n")
    assert (found["C1"], found["C4"], found["C7"]) == ("+862079460958", "+8613812345678", "+442079460958")
    # The file that was read otherwise is read anew when it comes again.
    assert phones(client, PEOPLE)["C1"] == "+442079460958"
