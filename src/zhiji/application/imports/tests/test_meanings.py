"""Words of closed vocabularies that nobody knows: shown with their counts, given a meaning, kept with the import."""

from __future__ import annotations

import pytest

from importing import bring, check, store, told, undo
from zhiji.application.imports import services
from zhiji.application.imports.models import Import
from zhiji.application.imports.options import ImportOptions
from zhiji.data.landing.models import RejectedRow
from zhiji.data.store.models import Customer, Order
from zhiji.platform import jobs
from zhiji.platform.models import Job
from zhiji.processing.cleaning import answered
from zhiji.processing.cleaning.errors import ValueFieldUnknown, ValueMeaningUnknown

pytestmark = pytest.mark.django_db(transaction=True)

FILE = (
    "订单号,下单时间,客户编号,金额,订单状态,币种\n"
    "1,2025-01-03,甲,10,已揽收,CNY\n2,2025-01-04,乙,20,已揽收,CNY\n3,2025-01-05,丙,30,已作罢,块钱\n4,2025-01-06,丙,40,交易成功,CNY\n"
)


def values_of(row: Import) -> dict[str, list[tuple[str, int, str | None]]]:
    found = answered(row.dry_run["values"], row.mapping["values"])
    return {one["field"]: [(w["word"], w["count"], w["meaning"]) for w in one["words"]] for one in found}


def say(row: Import, values: dict[str, dict[str, str]]) -> Import:
    services.import_values(row, values=values)
    if row.state == Import.State.CHECKING:
        jobs.run_inline(Job.objects.get(pk=row.job_id))
    row.refresh_from_db()
    return row


def test_unknown_words_are_shown_with_their_counts_and_known_ones_are_not() -> None:
    row = check(FILE)
    assert values_of(row) == {
        "order_state": [("已揽收", 2, None), ("已作罢", 1, None)],
        "currency": [("块钱", 1, None)],
    }
    assert row.dry_run["counts"]["rejected"] == 1  # a currency that nobody knows
    assert check("order,date,customer,amount\n1,2025-01-03,C1,5\n").dry_run["values"] == []


def test_what_they_mean_changes_the_dry_run_and_goes_with_the_import() -> None:
    row = check(FILE)
    said = {"order_state": {" 已作罢 ": "cancelled", "已揽收": ""}, "currency": {"块钱": "CNY"}}
    row = say(row, said)
    assert row.dry_run["counts"]["rejected"] == 0
    assert [meaning for words in values_of(row).values() for _, _, meaning in words] == [""]
    store(row)
    assert dict(Order.objects.values_list("external_id", "state")) == {
        "1": "completed", "2": "completed", "3": "cancelled", "4": "completed",
    }  # fmt: skip
    assert Order.objects.get(external_id="3").value_micros == 0
    kept = {"order_state": {"已作罢": "cancelled", "已揽收": ""}, "currency": {"块钱": "CNY"}}
    assert row.batch is not None
    assert row.batch.mapping["values"] == kept
    undo(row)
    assert told() == {"orders": {}, "customers": {}, "products": []}


def test_leaving_words_as_they_are_costs_no_second_dry_run() -> None:
    row = check(FILE)
    before = row.job_id
    row = say(row, {"order_state": {"已揽收": "", "已作罢": ""}, "currency": {"块钱": ""}})
    assert (row.state, row.job_id) == ("checked", before)
    assert all(meaning == "" for words in values_of(row).values() for _, _, meaning in words)
    store(row)
    assert RejectedRow.objects.get().code == "currency_unreadable"


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"order_state": {"已揽收": "posted"}}, ValueMeaningUnknown),
        ({"city": {"x": "y"}}, ValueFieldUnknown),
        ({"currency": {"块钱": "yuan"}}, ValueMeaningUnknown),
    ],
)
def test_a_meaning_that_does_not_exist_is_refused_and_changes_nothing(
    values: dict[str, dict[str, str]], error: type[Exception]
) -> None:
    row = check(FILE)
    mapping = row.mapping
    with pytest.raises(error):
        services.import_values(row, values=values)
    row.refresh_from_db()
    assert (row.mapping, row.state) == (mapping, "checked")


def test_matching_again_keeps_what_was_said_unless_the_kind_changes() -> None:
    row = say(check(FILE), {"order_state": {"已作罢": "cancelled"}})
    services.import_match(row, overrides={}, options=ImportOptions())
    assert row.mapping["values"] == {"order_state": {"已作罢": "cancelled"}}
    services.import_match(row, overrides={}, options=ImportOptions(), kind="customers")
    assert row.mapping["values"] == {}


def test_consent_and_kinds_of_customers() -> None:
    lines = ("C1,Ann,VIP,ja,", "C2,Bob,B2B,nein,", "C3,Eve,,,vielleicht", "C4,Joe,,,2024-05-01")
    row = check("\n".join(["customer id,name,type,opt in,opt out", *lines]), kind="customers")
    assert values_of(row) == {
        "kind": [("VIP", 1, None)],
        "contact_allowed": [("ja", 1, None), ("nein", 1, None), ("vielleicht", 1, None)],
    }
    said = {"kind": {"vip": "organisation"}, "contact_allowed": {"JA": "allowed", "nein": "refused", "vielleicht": ""}}
    store(say(row, said))
    found = dict(Customer.objects.values_list("name", "contact_allowed"))
    assert found == {"Ann": True, "Bob": False, "Eve": False, "Joe": False}  # a word in a column of refusals is one
    assert dict(Customer.objects.values_list("name", "kind"))["Ann"] == "organisation"


def test_a_file_brought_with_its_meanings_is_not_asked_about() -> None:
    values = {"order_state": {"已揽收": "completed", "已作罢": "closed"}, "currency": {"块钱": "CNY"}}
    row = bring(FILE, values=values)
    assert row.dry_run["values"] == []
    assert Order.objects.get(external_id="3").state == "closed"
    assert "order_state_unknown" not in {finding["code"] for finding in row.report["findings"]}
