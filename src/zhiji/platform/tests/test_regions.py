"""Which country a time zone suggests for phone numbers, and what the migration makes of companies that were there."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from zhiji.platform.company import company
from zhiji.platform.regions import is_region, region_of_zone, regions

BEFORE = ("platform", "0005_outgoing_mail")
LIES_IN = {
    "Asia/Shanghai": "CN", "Asia/Urumqi": "CN", "Asia/Chongqing": "CN", "PRC": "CN", "Asia/Hong_Kong": "HK",
    "Europe/London": "GB", "Europe/Belfast": "GB", "America/New_York": "US", "US/Pacific": "US", "Asia/Calcutta": "IN",
    "Europe/Kiev": "UA", "Iceland": "IS", "Africa/Asmera": "ER", "Pacific/Truk": "FM", "Europe/Oslo": "NO",
}  # fmt: skip
LIES_NOWHERE = ("UTC", "Etc/GMT+8", "EST", "CET", "EST5EDT", "Antarctica/Vostok", "Mars/Olympus")


def test_a_zone_suggests_the_country_that_it_lies_in() -> None:
    assert {zone: region_of_zone(zone) for zone in LIES_IN} == LIES_IN
    assert [region_of_zone(zone) for zone in LIES_NOWHERE] == [""] * len(LIES_NOWHERE)


def test_every_place_that_a_company_can_choose_as_its_zone_suggests_a_country() -> None:
    places = {zone for zone in available_timezones() if "/" in zone and zone.split("/")[0] not in ("Etc", "Antarctica")}
    nobody_lives_there = {"Atlantic/South_Georgia", "Indian/Kerguelen", "Pacific/Midway", "Pacific/Pitcairn",
                          "Pacific/Wake"}  # fmt: skip
    assert {zone for zone in places if not region_of_zone(zone)} == nobody_lives_there


def test_regions_have_calling_codes_and_each_zone_is_of_one() -> None:
    by_code = {region.code: region for region in regions()}
    assert (by_code["GB"].calling_code, by_code["CN"].calling_code, by_code["US"].calling_code) == (44, 86, 1)
    assert "Europe/London" in by_code["GB"].zones
    zones = [zone for region in regions() for zone in region.zones]
    assert len(zones) == len(set(zones)) > 400
    assert is_region("GB")
    assert not is_region("UK")
    assert not is_region("")


def migrate(*to: tuple[str, str]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(list(to))
    return executor.loader.project_state(list(to)).apps


@pytest.mark.django_db(transaction=True)
@pytest.mark.databases
@pytest.mark.parametrize(
    ("zone", "region"),
    [("Asia/Shanghai", "CN"), ("Asia/Urumqi", "CN"), ("Europe/London", "GB"), ("UTC", "")],
)
def test_a_company_that_was_there_takes_the_country_of_its_zone(zone: str, region: str) -> None:
    newest = [node[:2] for node in MigrationExecutor(connection).loader.graph.leaf_nodes()]
    old = migrate(BEFORE)
    old.get_model("platform", "Company").objects.update_or_create(pk=1, defaults={"zone": zone})
    migrate(*newest)
    assert (company().zone, company().region) == (zone, region)
