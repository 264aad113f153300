"""The reader and the cleaner find in the sample's order file exactly what was planted."""

import json
from datetime import date

import pandas as pd
import pytest

from zhiji.data.sources.files import inspect, read
from zhiji.operations.sample import ZONE, generate_sample
from zhiji.processing.cleaning import CleaningSettings, clean_orders, match_columns


@pytest.mark.parametrize("language", ["zh", "en"])
def test_orders_to_the_row_and_the_micro(tmp_path, language):
    paths = generate_sample(date(2026, 6, 30)).write(tmp_path / "files", language)
    truth = json.loads(paths["truth"].read_text(encoding="utf-8"))
    profile = inspect(paths["orders"])
    received = read(paths["orders"], tmp_path / "read", profile)
    mapping = match_columns(profile, "orders")
    settings = CleaningSettings(zone=ZONE.key, currency=truth["currency"])
    cleaned = clean_orders(received.path, mapping, settings, tmp_path / "clean")

    planted = {(row["row"], row["column"], row["code"]) for row in truth["dirty_rows"] if row["file"] == "orders.csv"}
    rejected = pd.read_parquet(cleaned.rejected_path)
    assert set(zip(rejected["row"], rejected["column"], rejected["code"], strict=True)) == planted
    assert cleaned.received == truth["counts"]["order_file_rows"]
    assert cleaned.counts["guest_lines"] == truth["counts"]["guest_lines"]
    assert cleaned.counts["repeat_lines"] == truth["counts"]["identical_lines"]
    assert cleaned.counts["return_lines"] == truth["counts"]["return_lines"]

    lines = pd.read_parquet(cleaned.clean_path)
    local = lines["event_at"].dt.tz_localize("UTC").dt.tz_convert(ZONE.key)
    months = lines.groupby(local.dt.strftime("%Y-%m"))["value_micros"].sum()
    assert months.to_dict() == {month: sums["net_goods"] for month, sums in truth["months"].items()}
