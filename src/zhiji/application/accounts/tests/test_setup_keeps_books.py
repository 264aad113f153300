"""Setting up after an import by command: what is stored keeps its zone and its currency."""

from __future__ import annotations

import pytest

from zhiji.application.accounts import services
from zhiji.data.landing.models import Batch, Source
from zhiji.kernel import clock
from zhiji.platform.company import company, company_update

pytestmark = pytest.mark.django_db
ASKED = {"name": "Acme", "zone": "Asia/Shanghai", "currency": "CNY", "language": "en"}


def _set_up(**told: str | None) -> None:
    services.setup_own(
        token=services.setup_link_create(), email="a@acme.test", name="A", password="four unrelated words here",
        language="en", company={**ASKED, **told},
    )  # fmt: skip


def test_zone_and_currency_of_stored_orders_stand():
    company_update(zone="Europe/London", currency="GBP")
    source = Source.objects.create(code="default")
    Batch.objects.create(source=source, kind="orders", received_at=clock.now(), state=Batch.State.STORED)
    _set_up()
    assert (company().name, company().zone, company().currency) == ("Acme", "Europe/London", "GBP")


def test_an_empty_workspace_takes_what_it_is_told():
    _set_up()
    assert (company().zone, company().currency) == ("Asia/Shanghai", "CNY")


@pytest.mark.parametrize(
    ("told", "region"),
    [({"zone": "Europe/London"}, "GB"), ({"zone": "Asia/Urumqi"}, "CN"), ({"zone": "UTC"}, ""),
     ({"zone": "Europe/London", "region": None}, "GB"), ({"zone": "Europe/London", "region": "IE"}, "IE"),
     ({"zone": "Europe/London", "region": ""}, "")],
)  # fmt: skip
def test_phone_numbers_are_of_the_country_that_is_told_else_of_the_zones(told: dict[str, str | None], region: str):
    _set_up(**told)
    assert company().region == region
