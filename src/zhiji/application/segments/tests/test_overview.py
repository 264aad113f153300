"""What the page of segments says, against plain arithmetic on the same customers; and to whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.test import Client

from zhiji.algorithms.segmentation import SEGMENT_MAP, SEGMENTS
from zhiji.application.segments import services
from zhiji.application.segments.labelling import band_of
from zhiji.application.segments.models import SegmentRun
from zhiji.application.segments.refreshing import half_of
from zhiji.application.segments.tests.conftest import AS_OF, EARLIER, features_of
from zhiji.data.store.models import Customer
from zhiji.platform.models import AuditEntry, User
from zhiji.platform.workspace import workspace

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
Browse = Callable[[User], Client]
URL = "/api/v1/segments/overview"


def asked(browser: Browse, user: User) -> dict[str, Any]:
    answer = browser(user).get(URL)
    assert answer.status_code == 200, answer.content
    return answer.json()


def by_hand(frame: pd.DataFrame) -> tuple[dict[str, tuple[int, int]], dict[tuple[int, int], tuple[int, int]]]:
    """Customers and spend by segment and by square of the map."""
    across = (frame["frequency_score"] + frame["monetary_score"]) // 2
    named = frame.groupby("rfm_segment")["spend_micros"].agg(["size", "sum"])
    squares = frame.groupby([frame["recency_score"], across])["spend_micros"].agg(["size", "sum"])
    plain = lambda table: {key: (int(n), int(s)) for key, n, s in table.itertuples()}  # noqa: E731
    return plain(named), plain(squares)


def check(page: dict[str, Any], frame: pd.DataFrame) -> None:
    named, squares = by_hand(frame)
    assert [row["code"] for row in page["segments"]] == list(SEGMENTS)
    assert {
        row["code"]: (row["customers"], row["spend_micros"]) for row in page["segments"] if row["customers"]
    } == named
    cells = {(row["recency"], row["frequency_money"]): row for row in page["map"]}
    assert len(cells) == 25
    assert {key: (row["customers"], row["spend_micros"]) for key, row in cells.items() if row["customers"]} == squares
    assert all(row["segment"] == SEGMENT_MAP[r][c - 1] for (r, c), row in cells.items())
    assert page["customers"] == sum(row["customers"] for row in page["groups"]) == len(frame)
    assert page["spend_micros"] == int(frame["spend_micros"].sum())
    assert sum(row["spend_share"] for row in page["segments"]) == pytest.approx(1)
    best = frame["spend_micros"].sort_values(ascending=False).cumsum()
    fewest = int((best < frame["spend_micros"].sum() / 2).sum()) + 1
    head = page["headline"]
    assert (head["customers"], head["spend_micros"]) == (fewest, int(best.iloc[fewest - 1]))
    assert head["spend_share"] >= 0.5


def test_who_sees_everybody_gets_everybody(segmented: pd.DataFrame, users: dict[str, User], browser: Browse) -> None:
    for name in ("admin", "analyst"):
        page = asked(browser, users[name])
        assert page["as_of"] == AS_OF.isoformat()
        check(page, segmented)


def test_who_sees_a_part_gets_figures_of_that_part_alone(
    segmented: pd.DataFrame, users: dict[str, User], browser: Browse
) -> None:
    mine = set(Customer.objects.filter(owner=users["li"]).values_list("pk", flat=True))
    page = asked(browser, users["li"])
    check(page, segmented[segmented["customer_id"].isin(mine)])
    assert page["afterwards"] is None
    assert asked(browser, users["manager"])["customers"] == 0


def test_spend_afterwards_is_out_of_time(segmented: pd.DataFrame, users: dict[str, User], browser: Browse) -> None:
    page = asked(browser, users["admin"])["afterwards"]
    assert (page["made_on"], page["until"]) == (EARLIER.isoformat(), AS_OF.isoformat())
    days = pd.DataFrame(segmented.attrs["days"])
    inside = days[(days["value_on"] > pd.Timestamp(EARLIER)) & (days["value_on"] <= pd.Timestamp(AS_OF))]
    assert sum(item["spend_micros"] for item in page["items"]) == int(inside["amount_micros"].sum())
    for item in page["items"]:
        assert item["mean_low_micros"] <= item["mean_spend_micros"] <= item["mean_high_micros"]


def test_words_in_the_readers_language(segmented: pd.DataFrame, users: dict[str, User], browser: Browse) -> None:
    told = {}
    for language in ("en", "zh"):
        User.objects.update(language=language)
        page = asked(browser, users["admin"])
        told[language] = page
        assert page["verdict"]["kind"] == "practical_bands"
        assert all(reason["what"] != reason["code"] for reason in page["verdict"]["reasons"])
    assert told["en"]["segments"][0]["name"] == "Champions"
    assert told["zh"]["segments"][0]["name"] == "核心客户"
    assert [group["code"] for group in told["zh"]["groups"]] == ["band_top", "band_high", "band_middle", "band_lower"]
    assert told["en"]["groups"][0]["name"] == "Top 5% by spend"
    assert told["en"]["groups"][0]["traits"][0]["what"] != told["zh"]["groups"][0]["traits"][0]["what"]


def test_before_the_first_refresh(users: dict[str, User], browser: Browse) -> None:
    answer = browser(users["li"]).get(URL)
    assert (answer.status_code, answer.json()["code"]) == (409, "segments_nothing_there")


def folders() -> set[str]:
    return {f"segments/{path.name}" for path in (workspace().models / "segments").iterdir()}


def test_the_same_run_is_written_once(segmented: pd.DataFrame, users: dict[str, User]) -> None:
    features, days = (
        segmented[["customer_id", "orders", "days_since_last_order", "spend_micros"]],
        pd.DataFrame(segmented.attrs["days"]),
    )
    earlier = features_of(list(features["customer_id"]), EARLIER, 3)
    before = SegmentRun.objects.values("rfm", "groups", "afterwards").get()
    before_folders = folders()
    again = services.segments_refresh(features, earlier, days, AS_OF, EARLIER, run="job-1")
    assert SegmentRun.objects.values("rfm", "groups", "afterwards").get() == before
    pd.testing.assert_frame_equal(again, segmented[list(again.columns)])
    assert len(folders()) == len(before_folders)
    assert SegmentRun.objects.get().path in folders() - before_folders
    services.segments_refresh(features, earlier, days, AS_OF, EARLIER, run="job-2")
    assert SegmentRun.objects.count() == 2


def groups_of(seed: int, ids: list[int]) -> pd.DataFrame:
    """Three kinds of customer far apart."""
    rng = np.random.default_rng(seed)
    kind = np.arange(len(ids)) % 3
    return pd.DataFrame(
        {
            "customer_id": ids,
            "orders": np.rint(np.exp(rng.normal(np.log([3, 15, 80])[kind], 0.25))).astype("int64").clip(1),
            "days_since_last_order": np.exp(rng.normal(np.log([250, 50, 8])[kind], 0.25)).round(),
            "spend_micros": (np.exp(rng.normal(np.log([50, 900, 9_000])[kind], 0.3)) * 1e6).astype("int64"),
        }
    )


def test_natural_groups_have_codes_of_their_own_and_a_touched_model_is_not_opened(users: dict[str, User]) -> None:
    ids = list(range(1, 241))
    nobody = pd.DataFrame({"customer_id": [], "orders": [], "value_on": [], "amount_micros": []})
    first = services.segments_refresh(groups_of(1, ids), nobody, nobody, AS_OF, EARLIER)
    run = SegmentRun.objects.get()
    assert run.groups["kind"] == "natural_segments"
    assert sorted(first["band"].unique()) == ["natural_1", "natural_2", "natural_3"]
    assert {row["band"]: row["customers"] for row in run.groups["segments"]} == dict(first["band"].value_counts())
    kept = services.segments_refresh(groups_of(2, ids), nobody, nobody, AS_OF + timedelta(days=1), EARLIER)
    assert (kept["band"] == first["band"]).all()
    path = workspace().models / SegmentRun.objects.order_by("-pk").first().path / "parameters.json"
    path.write_bytes(path.read_bytes().replace(b"0", b"1", 1))
    services.segments_refresh(groups_of(3, ids), nobody, nobody, AS_OF + timedelta(days=2), EARLIER)
    assert AuditEntry.objects.get(action="model_refused").details == {"reason": "model_file_damaged"}


def test_codes_of_groups() -> None:
    assert band_of("segment_band_top", 0) == "band_top"
    assert [band_of("segment_natural", number) for number in range(3)] == ["natural_1", "natural_2", "natural_3"]


def test_the_fewest_who_carry_half() -> None:
    assert half_of(pd.Series([5, 3, 1, 1])) == {"customers": 1, "spend_micros": 5, "of_spend_micros": 10}
    assert half_of(pd.Series([4, 3, 2, 2, -9])) == {"customers": 2, "spend_micros": 7, "of_spend_micros": 11}
    assert half_of(pd.Series([0, -2]))["customers"] == 0
