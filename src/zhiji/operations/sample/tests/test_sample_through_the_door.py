"""The reader and the cleaner find in the sample's order file exactly what was planted."""

import json
from datetime import date

import pandas as pd
import pytest

from zhiji.data.sources.files import inspect, read
from zhiji.operations.sample import ZONE, generate_sample
from zhiji.processing.cleaning import CleaningSettings, clean_orders, match_columns
from zhiji.processing.cleaning.records import clean_customers

AS_OF = date(2026, 6, 30)


def by_door(path, kind, clean, folder):
    profile = inspect(path)
    received = read(path, folder / "read", profile)
    settings = CleaningSettings(zone=ZONE.key, currency="CNY")
    return clean(received.path, match_columns(profile, kind), settings, folder / "clean")


def refusals(cleaned):
    rejected = pd.read_parquet(cleaned.rejected_path)
    return set(zip(rejected["row"], rejected["column"], rejected["code"], strict=True))


def planted(truth, file):
    return {(row["row"], row["column"], row["code"]) for row in truth["dirty_rows"] if row["file"] == file}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_orders_to_the_row_and_the_micro(tmp_path, language):
    paths = generate_sample(AS_OF).write(tmp_path / "files", language)
    truth = json.loads(paths["truth"].read_text(encoding="utf-8"))
    cleaned = by_door(paths["orders"], "orders", clean_orders, tmp_path)
    assert refusals(cleaned) == planted(truth, "orders.csv")
    assert cleaned.received == truth["counts"]["order_file_rows"]
    assert cleaned.counts["guest_lines"] == truth["counts"]["guest_lines"]
    assert cleaned.counts["repeat_lines"] == truth["counts"]["identical_lines"]
    assert cleaned.counts["return_lines"] == truth["counts"]["return_lines"]

    lines = pd.read_parquet(cleaned.clean_path)
    local = lines["event_at"].dt.tz_localize("UTC").dt.tz_convert(ZONE.key)
    months = lines.groupby(local.dt.strftime("%Y-%m"))["value_micros"].sum()
    assert months.to_dict() == {month: sums["net_goods"] for month, sums in truth["months"].items()}


def test_customers_to_the_row(tmp_path):
    company = generate_sample(AS_OF)
    paths = company.write(tmp_path / "files")
    truth = json.loads(paths["truth"].read_text(encoding="utf-8"))
    cleaned = by_door(paths["customers"], "customers", clean_customers, tmp_path)
    assert refusals(cleaned) == planted(truth, "customers.csv")
    assert cleaned.findings == []  # every phone and mail address can be read

    people = pd.read_parquet(cleaned.clean_path).set_index("external_id")
    assert set(people.index[~people["contact_allowed"].astype(bool)]) == set(truth["opted_out"])
    for pair in truth["duplicates"]:
        one, other = (people.loc[external_id] for external_id in pair["external_ids"])
        if pair["certain_key"]:
            assert one[pair["certain_key"]] == other[pair["certain_key"]]
