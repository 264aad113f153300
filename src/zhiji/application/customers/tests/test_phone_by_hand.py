"""Phone numbers typed by hand are read as those of files are: of the customer's country, else of the company's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from zhiji.data.store.models import Customer, SourceRecord
from zhiji.platform.company import company_update
from zhiji.platform.models import AuditEntry, User

pytestmark = pytest.mark.django_db
Add = Callable[..., Customer]
Browse = Callable[[User], Client]
KEPT = "+8613811112222"


def saved(client: Client, pk: int, **changes: Any) -> Any:
    body = {"revision": Customer.objects.get(pk=pk).revision, **changes}
    return client.patch(f"/api/v1/customers/{pk}", json.dumps(body), content_type="application/json")


@pytest.mark.parametrize(
    ("region", "country", "typed", "read"),
    [
        ("GB", "", "020 7946 0958", "+442079460958"),
        ("GB", "", "0044 20 7946 0958", "+442079460958"),
        ("GB", "中国", "138 1234 5678", "+8613812345678"),
        ("CN", "", "138 1234 5678", "+8613812345678"),
        ("CN", "英国", "020 7946 0958", "+442079460958"),
        ("CN", "", "＋44 20 7946 0958", "+442079460958"),
        ("US", "", "(212) 555-0100", "+12125550100"),
        ("US", "Atlantis", "(212) 555-0100", "+12125550100"),
        ("", "", "+44 20 7946 0958", "+442079460958"),
    ],
)
def test_a_number_is_read_in_the_customers_country_else_in_the_companys(
    users: dict[str, User], add: Add, browser: Browse, region: str, country: str, typed: str, read: str
) -> None:
    company_update(region=region)
    customer = add("A", country=country)
    answer = saved(browser(users["admin"]), customer.pk, phone=typed)
    assert answer.status_code == 200, answer.content
    customer.refresh_from_db()
    assert (customer.phone, customer.phone_is_masked) == (read, False)


def test_the_country_that_is_saved_with_a_number_is_the_one_that_counts(
    users: dict[str, User], add: Add, browser: Browse
) -> None:
    customer = add("A", country="中国")
    assert saved(browser(users["admin"]), customer.pk, country="英国", phone="020 7946 0958").status_code == 200
    customer.refresh_from_db()
    assert customer.phone == "+442079460958"


@pytest.mark.parametrize(
    ("region", "typed", "code"),
    [
        ("CN", "138****1234", "customer_phone_masked"),
        ("CN", "138＊＊＊＊1234", "customer_phone_masked"),
        ("CN", "138xxxx1234", "customer_phone_masked"),
        ("CN", "12345", "customer_phone_not_of_region"),
        ("CN", "(212) 555-0100", "customer_phone_not_of_region"),
        ("GB", "138 1234 5678", "customer_phone_not_of_region"),
        ("GB", "+44 20 7946", "customer_phone_invalid"),
        ("", "020 7946 0958", "customer_phone_country_needed"),
    ],
)
def test_a_number_that_cannot_be_called_is_refused_with_its_remedy_and_nothing_changes(
    users: dict[str, User], add: Add, browser: Browse, region: str, typed: str, code: str
) -> None:
    company_update(region=region)
    customer = add("A", phone=KEPT)
    entries = AuditEntry.objects.count()
    for language, remedy in (("en", "."), ("zh", "。")):
        client = browser(users["admin"])
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        User.objects.filter(pk=users["admin"].pk).update(language=language)
        refused = saved(client, customer.pk, phone=typed)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert refused.json()["where"] == {"field": "phone"}
        assert typed in refused.json()["what"]
        assert refused.json()["remedy"].endswith(remedy)
    again = Customer.objects.get(pk=customer.pk)
    assert (again.phone, again.phone_is_masked, again.revision) == (KEPT, False, customer.revision)
    assert not SourceRecord.objects.filter(kind="hand").exists()
    assert AuditEntry.objects.exclude(action="sign_in").count() == entries


def test_a_refusal_names_the_calling_code_that_the_number_was_read_with(
    users: dict[str, User], add: Add, browser: Browse
) -> None:
    company_update(region="GB")
    client = browser(users["admin"])
    assert "+44" in saved(client, add("A").pk, phone="12345").json()["what"]
    assert "+49" in saved(client, add("B", country="Germany").pk, phone="1").json()["what"]


def test_a_masked_number_saved_again_stays_masked(users: dict[str, User], add: Add, browser: Browse) -> None:
    customer = add("A", phone="138****1234", phone_masked=True)
    assert customer.phone_is_masked
    answer = saved(browser(users["admin"]), customer.pk, phone="138****1234", city="上海")
    assert answer.status_code == 200, answer.content
    customer.refresh_from_db()
    assert (customer.phone, customer.phone_is_masked, customer.city) == ("138****1234", True, "上海")
