"""Countries by whose numbering plan phone numbers are read, and which of them a time zone suggests.

Where a zone lies is what the time zone database itself says: ``zone.tab``, and its links for names it has given up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from phonenumbers import SUPPORTED_REGIONS, country_code_for_region

# Names of a time rather than of a place; as links they point to a city whose clocks happen to agree.
_TIMES = frozenset(("CET", "EET", "EST", "HST", "MET", "MST", "WET"))
# Old names whose zone was joined to one of another country, because the clocks agree since 1970.
_ACROSS_BORDERS = {
    "Africa/Asmera": "ER", "Africa/Timbuktu": "ML", "America/Coral_Harbour": "CA", "America/Virgin": "VI",
    "Atlantic/Jan_Mayen": "SJ", "Iceland": "IS", "Pacific/Ponape": "FM", "Pacific/Truk": "FM", "Pacific/Yap": "FM",
}  # fmt: skip


@dataclass(frozen=True)
class Region:
    """code: ISO 3166 alpha-2. calling_code: 44 of +44. zones: IANA names that suggest this region, sorted."""

    code: str
    calling_code: int
    zones: tuple[str, ...]


@cache
def regions() -> tuple[Region, ...]:
    """All that have a numbering plan, by code."""
    zones: dict[str, list[str]] = {}
    for zone, code in sorted(_regions_by_zone().items()):
        zones.setdefault(code, []).append(zone)
    return tuple(
        Region(code, country_code_for_region(code), tuple(zones.get(code, ()))) for code in sorted(SUPPORTED_REGIONS)
    )


def is_region(code: str) -> bool:
    return code in SUPPORTED_REGIONS


def region_of_zone(zone: str) -> str:
    """ISO 3166 of the country in which a zone lies; empty for those that lie in none (UTC) or none that has phones."""
    return _regions_by_zone().get(zone, "")


@cache
def _regions_by_zone() -> dict[str, str]:
    data = files("tzdata") / "zoneinfo"
    listed = (line.split("\t") for line in (data / "zone.tab").read_text("utf-8").splitlines() if line[:1] != "#")
    found = {zone: code for code, _, zone, *_ in listed}
    links = [line.split() for line in (data / "tzdata.zi").read_text("utf-8").splitlines() if line.startswith("L ")]
    targets = {name: target for _, target, name in links}
    for name in targets.keys() - found.keys() - _TIMES:
        target = name
        while target not in found and target in targets:
            target = targets[target]
        if target in found:
            found[name] = found[target]
    return {zone: code for zone, code in {**found, **_ACROSS_BORDERS}.items() if is_region(code)}
