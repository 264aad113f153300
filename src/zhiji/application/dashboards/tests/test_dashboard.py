"""The dashboard against sums made by another route, to the micro; and nobody sees beyond their own customers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.core.cache import cache
from django.test import Client

from importing import bring, orders
from zhiji.application.dashboards.errors import DashboardDayOutside
from zhiji.application.dashboards.queries import question
from zhiji.data.store.models import Customer
from zhiji.kernel import MICROS
from zhiji.platform import accounts
from zhiji.platform.company import company_update
from zhiji.platform.models import Team, User
from zhiji.platform.workspace import workspace
from zhiji.processing.pipelines.lake import rebuild_lake

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/v1/dashboards"
FIRST, LAST = date(2023, 1, 5), date(2024, 6, 30)


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def drawn() -> pd.DataFrame:
    """Lines of 300 orders of 40 customers and guests; some sent back in part or whole."""
    rng = np.random.default_rng(7)
    rows = []
    span = (LAST - FIRST).days
    for number in range(300):
        day = FIRST if number == 0 else LAST if number == 1 else FIRST + timedelta(days=int(rng.integers(0, span + 1)))
        customer = "" if number % 11 == 3 else f"C{rng.integers(0, 40):02d}"
        for product in range(int(rng.integers(1, 4))):
            quantity, price = int(rng.integers(1, 9)), int(rng.integers(1, 50_000))
            rows.append((f"O{number}", day, customer, f"P{product}", quantity, price))
            if rng.random() < 0.15:
                back = quantity if rng.random() < 0.5 else 1
                rows.append((f"O{number}", day, customer, f"P{product}", -back, price))
    return pd.DataFrame(rows, columns=["order", "day", "customer", "product", "quantity", "mille"])


def by_order(lines: pd.DataFrame) -> pd.DataFrame:
    """The definition of value, by pandas: what an order comes to; one sent back whole counts for nothing."""
    amount = lines["quantity"] * lines["mille"] * (MICROS // 1_000)
    frame = lines.assign(net=amount, back=amount.clip(upper=0))
    found = frame.groupby(["order", "day", "customer"], as_index=False)[["net", "back"]].sum()
    void = (found["net"] < 0) | ((found["net"] == 0) & (found["back"] < 0))
    return found.assign(value=found["net"].where(~void, 0), is_order=~void)


@pytest.fixture
def lines() -> pd.DataFrame:
    company_update(zone="UTC", currency="GBP")
    frame = drawn()
    bring(
        orders(*(f"{r.order},{r.day} 10:00,{r.customer},{r.product},{r.quantity},{r.mille / 1000:.3f}"
                 for r in frame.itertuples()))
    )  # fmt: skip
    rebuild_lake()
    return frame


@pytest.fixture
def people(lines: pd.DataFrame) -> dict[str, tuple[User, set[str]]]:
    """Who sees whom: customers C00–C09 are li's, C10–C19 zhou's, the rest nobody's."""
    east, west = Team.objects.create(name="East"), Team.objects.create(name="West")

    def make(name: str, role: str, team: Team | None = None) -> User:
        return accounts.user_create(email=f"{name}@example.com", password=None, name=name, roles=[role], team=team)

    li, zhou = make("li", "agent", east), make("zhou", "agent", west)
    for agent, part in ((li, "C0"), (zhou, "C1")):
        Customer.objects.filter(identities__external_id__startswith=part).update(owner=agent, team=agent.team)
    names = {f"C{n:02d}" for n in range(40)}
    free = {name for name in names if name[1] in "23"}
    mine = {name: {c for c in names if c[1] == digit} | free for name, digit in (("li", "0"), ("zhou", "1"))}
    return {
        "admin": (make("admin", "administrator"), names | {""}),
        "analyst": (make("analyst", "analyst"), names | {""}),
        "manager": (make("manager", "manager", east), mine["li"]),
        "li": (li, mine["li"]),
        "zhou": (zhou, mine["zhou"]),
    }


def ask(user: User, path: str, **query: Any) -> Any:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(f"{URL}/{path}", query)


def test_months_equal_a_sum_by_another_route_for_everybody(
    lines: pd.DataFrame, people: dict[str, tuple[User, set[str]]]
) -> None:
    whole = by_order(lines)
    for name, (user, customers) in people.items():
        own = whole[whole["customer"].isin(customers)]
        month = own["day"].map(lambda day: day.replace(day=1).isoformat())
        wanted = own.groupby(month)["value"].sum().to_dict()
        guests = own[own["customer"] == ""]["value"].sum()
        page = ask(user, "overview").json()
        assert {row["month_on"]: row["spend_micros"] for row in page["months"]} == wanted, name
        assert sum(row["guest_spend_micros"] for row in page["months"]) == guests
        assert sum(row["orders"] for row in page["months"]) == int(own["is_order"].sum())
        assert page["as_of"] == LAST.isoformat()


def test_the_bridge_adds_up_and_leads_to_its_customers(
    lines: pd.DataFrame, people: dict[str, tuple[User, set[str]]]
) -> None:
    whole = by_order(lines)
    for name, span in (("admin", "quarter"), ("li", "year"), ("zhou", "month")):
        user, customers = people[name]
        own = whole[whole["customer"].isin(customers)]
        page = ask(user, "overview", span=span).json()
        sums = {}
        for period in ("before", "now"):
            start, end = (date.fromisoformat(page[period][edge]) for edge in ("start", "end"))
            sums[period] = int(own[own["day"].between(start, end)]["value"].sum())
        assert (page["spend_before_micros"], page["spend_now_micros"]) == (sums["before"], sums["now"]), name
        assert sum(bar["change_micros"] for bar in page["bridge"]) == sums["now"] - sums["before"]
        for bar in page["bridge"]:
            if bar["kind"] == "guest":
                assert bar["change_micros"] == 0 or name in ("admin", "analyst")
                continue
            rows = ask(user, f"bridge/{bar['kind']}", span=span, limit=200).json()
            assert rows["total"] == len(rows["items"]) == bar["customers"]
            assert sum(row["change_micros"] for row in rows["items"]) == bar["change_micros"]
            assert {row["name"] for row in rows["items"]} <= customers


def test_what_was_kept_for_one_is_not_shown_to_another(people: dict[str, tuple[User, set[str]]]) -> None:
    everybody = ask(people["admin"][0], "overview").json()
    part = ask(people["li"][0], "overview").json()
    assert ask(people["admin"][0], "overview").json() == everybody
    assert part["spend_now_micros"] < everybody["spend_now_micros"]
    moved = Customer.objects.filter(owner=people["zhou"][0])
    moved.update(owner=people["li"][0], team=people["li"][0].team)
    assert ask(people["li"][0], "overview").json()["spend_now_micros"] > part["spend_now_micros"]


def test_days_beyond_the_data_and_narrow_tokens_are_refused(
    people: dict[str, tuple[User, set[str]]],
) -> None:
    for day in ("2023-01-04", "2024-07-01", "0001-01-01", "9999-12-31"):
        for path in ("overview", "bridge/new"):
            answer = ask(people["admin"][0], path, as_of=day)
            assert (answer.status_code, answer.json()["code"]) == (422, "dashboard_day_outside")
    _, secret = accounts.token_create(people["admin"][0], name="t", scopes=["dashboard:read"], days=1)
    answer = Client(HTTP_AUTHORIZATION=f"Bearer {secret}").get(f"{URL}/overview")
    assert answer.status_code == 403


def test_an_earlier_day_sees_what_was_known_then(lines: pd.DataFrame, people: dict[str, tuple[User, set[str]]]) -> None:
    whole = by_order(lines)
    day = date(2024, 2, 29)
    page = ask(people["admin"][0], "overview", as_of=day.isoformat(), span="month").json()
    assert page["now"] == {"start": "2024-02-01", "end": "2024-02-29"}
    assert sum(row["spend_micros"] for row in page["months"]) == whole[whole["day"] <= day]["value"].sum()


MONTHS = (
    (date(2024, 2, 29), ("2024-01-01", "2024-01-31"), ("2024-02-01", "2024-02-29")),
    (date(2024, 3, 30), ("2024-01-01", "2024-01-31"), ("2024-02-01", "2024-02-29")),
    (date(2024, 1, 31), ("2023-12-01", "2023-12-31"), ("2024-01-01", "2024-01-31")),
    (date(2024, 1, 1), ("2023-11-01", "2023-11-30"), ("2023-12-01", "2023-12-31")),
)


def test_months_are_whole_and_years_equally_long() -> None:
    admin = accounts.user_create(email="a@example.com", password=None, name="a", roles=["administrator"], team=None)
    bring(orders(f"O1,{FIRST} 10:00,C1,P1,1,2.00", f"O2,{LAST} 10:00,C1,P1,1,2.00"))
    for day, before, now in MONTHS:
        asked = question(admin, "month", day)
        assert tuple(map(str, (asked.before.start, asked.before.end))) == before
        assert tuple(map(str, (asked.now.start, asked.now.end))) == now
        year = question(admin, "year", day)
        assert (year.now.end - year.now.start).days == (year.before.end - year.before.start).days == 364
        assert year.before.end + timedelta(days=1) == year.now.start
    with pytest.raises(DashboardDayOutside):
        question(admin, "month", LAST + timedelta(days=1))


def test_before_the_first_refresh() -> None:
    admin = accounts.user_create(email="a@example.com", password=None, name="a", roles=["administrator"], team=None)
    assert ask(admin, "overview").json()["code"] == "refresh_nothing_there"
    bring(orders(f"O1,{LAST} 10:00,C1,P1,1,2.00"))
    from zhiji.data.lake import lake_drop

    lake_drop(workspace().lake)
    answer = ask(admin, "overview")
    assert (answer.status_code, answer.json()["code"]) == (409, "dashboard_nothing_there")


def test_the_customers_behind_a_month_and_behind_a_cell_of_its_cohorts(
    lines: pd.DataFrame, people: dict[str, tuple[User, set[str]]]
) -> None:
    whole = by_order(lines)
    ids = dict(Customer.objects.values_list("pk", "identities__external_id"))
    first, start, end = date(2023, 2, 1), date(2023, 5, 1), date(2023, 5, 31)
    for name, (user, customers) in people.items():
        own = whole[whole["customer"].isin(customers - {""})]
        inside = own[(own["day"] >= start) & (own["day"] <= end)]
        spent = inside.groupby("customer")["value"].sum()
        ordered = inside[inside["is_order"]].groupby("customer").size()
        page = ask(user, "customers", start=start, end=end, limit=200).json()
        assert {ids[row["customer_id"]]: row["spend_micros"] for row in page["items"]} == {
            who: value for who, value in spent.items() if value or who in ordered
        }, name
        assert page["total"] == len(page["items"])
        sizes = [row["spend_micros"] for row in page["items"]]
        assert sizes == sorted(sizes, reverse=True)
        began = own[own["is_order"]].groupby("customer")["day"].min()
        cohort = {who for who, day in began.items() if (day.year, day.month) == (first.year, first.month)}
        cell = ask(user, "customers", start=start, end=end, cohort_on=first, limit=200).json()["items"]
        assert {ids[row["customer_id"]] for row in cell} == cohort & set(ordered.index), name
    top = ask(people["admin"][0], "customers", start=start, end=end, top=3, limit=2).json()
    assert (top["total"], len(top["items"])) == (3, 2)
    rest = ask(people["admin"][0], "customers", start=start, end=end, top=3, limit=2, after=top["next"]).json()
    assert len(rest["items"]) == 1
    assert ask(people["admin"][0], "customers", start=end, end=start).status_code == 422


def days_of(*days: str) -> None:
    """One order of one customer on each of these days."""
    company_update(zone="UTC", currency="GBP")
    bring(orders(*(f"O{number},{day} 10:00,C{number},P1,1,2.00" for number, day in enumerate(days))))
    rebuild_lake()


def admin() -> User:
    return accounts.user_create(email="admin@example.com", password=None, name="admin", roles=["administrator"])


def test_it_says_from_which_day_the_time_before_is_in_the_data() -> None:
    """A year and a bit: of the year before the last one, nine days are there."""
    days_of("2010-12-01", "2011-06-01", "2011-12-09")
    user = admin()
    year = ask(user, "overview", span="year").json()
    assert (year["before"], year["covered_from"]) == ({"start": "2009-12-10", "end": "2010-12-09"}, "2010-12-01")
    assert year["spans"] == ["month", "quarter", "year"]
    quarter = ask(user, "overview").json()
    assert (quarter["span"], quarter["covered_from"]) == ("quarter", quarter["before"]["start"])


def test_spans_with_nothing_before_are_not_offered() -> None:
    days_of("2024-02-10", "2024-03-31")
    user = admin()
    page = ask(user, "overview").json()
    assert (page["span"], page["spans"]) == ("month", ["month"])
    assert (page["before"]["start"], page["covered_from"]) == ("2024-02-01", "2024-02-10")
    wished = ask(user, "overview", span="quarter").json()
    assert (wished["span"], wished["covered_from"]) == ("quarter", None)
    assert ask(user, "bridge/new").json()["total"] == ask(user, "bridge/new", span="month").json()["total"] == 1


def test_of_a_company_of_some_days_the_month_says_that_nothing_is_before() -> None:
    days_of("2024-03-02", "2024-03-31")
    page = ask(admin(), "overview").json()
    assert (page["span"], page["spans"], page["covered_from"]) == ("month", ["month"], None)
