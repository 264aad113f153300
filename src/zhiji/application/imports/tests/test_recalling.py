"""What was said about a file holds for the next one with the same columns, until somebody says otherwise."""

from __future__ import annotations

import pytest

from importing import bring, check, store, undo
from zhiji.application.imports import services
from zhiji.application.imports.models import Import
from zhiji.application.imports.options import ImportOptions
from zhiji.data.landing.files import land
from zhiji.data.landing.models import LandedFile
from zhiji.data.store.models import Order
from zhiji.platform import jobs
from zhiji.platform.models import Job

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = "Beleg,Wann,Wer,Netto,Brutto,Stand\n"
SAID = {"order_number": "Beleg", "ordered_at": "Wann", "customer_external_id": "Wer", "amount": "Netto",
        "order_state": "Stand", "channel": ""}  # fmt: skip
MEANS = {"order_state": {"geplatzt": "cancelled"}}


def file(number: int, day: str = "03/04/2024") -> str:
    return f"{HEADER}{number},{day},Ada,10.00,11.90,geplatzt\n{number + 1},{day},Bob,20.00,23.80,gut\n"


def landed(text: str) -> LandedFile:
    return land("orders.csv", [text.encode()])


def columns(row: Import) -> dict[str, tuple[str, str]]:
    return {name: (match["name"], match["by"]) for name, match in row.mapping["fields"].items()}


def taught(**options: object) -> Import:
    return bring(file(1), overrides=SAID, values=MEANS, options={"day_first": True}, **options)


def test_without_a_lesson_they_are_guessed_otherwise() -> None:
    row = services.import_create(file=landed(file(7)), name="orders.csv", kind="orders")
    assert columns(row) == {"ordered_at": ("Wann", "content"), "amount": ("Brutto", "content")}
    assert row.mapping["recalled"] is None


def test_columns_words_and_the_order_of_the_day_are_those_of_the_last_file() -> None:
    first = taught()
    second = bring(file(3), kind="auto")
    assert second.mapping["recalled"] == first.pk
    assert {name: column for name, (column, _) in columns(second).items()} == {
        name: column for name, column in SAID.items() if column
    }
    assert {by for _, by in columns(second).values()} == {"recalled"}
    assert Order.objects.get(external_id="3").state == "cancelled"
    assert Order.objects.get(external_id="4").ordered_at.month == 4


def test_the_order_of_the_columns_does_not_matter() -> None:
    taught()
    turned = "Stand,Brutto,Netto,Wer,Wann,Beleg\ngut,11.90,10.00,Ada,13/04/2024,9\n"
    row = check(turned)
    assert columns(row)["amount"][0] == "Netto"
    assert row.dry_run["counts"]["accepted"] == 1


def test_what_is_said_now_is_stronger_and_is_what_the_next_file_recalls() -> None:
    taught()
    second = bring(file(3), overrides={"amount": "Brutto"}, values={"order_state": {"geplatzt": "refunded"}})
    assert columns(second)["amount"] == ("Brutto", "given")
    assert columns(second)["order_number"] == ("Beleg", "recalled")
    third = check(file(5))
    assert third.mapping["recalled"] == second.pk
    assert columns(third)["amount"] == ("Brutto", "recalled")
    assert third.mapping["values"] == {"order_state": {"geplatzt": "refunded"}}


def test_a_column_that_is_given_to_another_field_is_taken_from_the_recalled_one() -> None:
    taught()
    row = check(file(3), overrides={"order_amount": "Netto"})
    assert columns(row)["order_amount"] == ("Netto", "given")
    assert "amount" not in row.mapping["fields"]


def test_the_wizard_keeps_what_is_recalled_until_it_is_matched_anew() -> None:
    taught()
    row = services.import_create(file=landed(file(3)), name="orders.csv", kind="auto")
    row = services.import_match(row, overrides={"channel": "Brutto"}, options=ImportOptions(**row.options))
    assert columns(row)["order_number"] == ("Beleg", "recalled")
    row = services.import_match(row, overrides={}, options=ImportOptions(), anew=True)
    assert (row.mapping["recalled"], row.mapping["values"]) == (None, {})
    assert columns(row)["amount"] == ("Brutto", "content")
    row = services.import_match(row, overrides={"amount": "Netto"}, options=ImportOptions())
    assert row.mapping["recalled"] is None


def test_an_undone_import_another_source_and_other_columns_teach_nothing() -> None:
    row = taught(source_code="till")
    assert check(file(3), source_code="till").mapping["recalled"] == row.pk
    assert services.import_create(file=landed(file(3)), name="o.csv", kind="orders").mapping["recalled"] is None
    other = file(3).replace("Brutto", "Gesamt")
    found = services.import_create(file=landed(other), name="o.csv", kind="orders", source_code="till")
    assert found.mapping["recalled"] is None
    undo(row)
    found = services.import_create(file=landed(file(5)), name="o.csv", kind="orders", source_code="till")
    assert found.mapping["recalled"] is None


def test_rejects_that_come_back_are_matched_as_their_file_was() -> None:
    first = bring(file(1) + "9,03/04/2024,Cy,dear,1,gut\n", overrides=SAID, values=MEANS)
    assert first.report["counts"]["rejected"] == 1
    returned = "error_row,error_column,error_reason," + HEADER + "4,amount,?,9,03/04/2024,Cy,5.00,1,gut\n"
    row = store(check(returned, name="rejected.csv"))
    assert columns(row)["amount"] == ("Netto", "recalled")
    assert Order.objects.get(external_id="9").value_micros == 5_000_000


def test_a_dry_run_begins_anew_with_the_recalled_words() -> None:
    taught()
    row = services.import_create(file=landed(file(3)), name="orders.csv", kind="auto")
    jobs.run_inline(services.import_check(row))
    row.refresh_from_db()
    services.import_values(row, values={"order_state": {"gut": "open"}})
    row.refresh_from_db()
    assert row.mapping["values"] == {"order_state": {"geplatzt": "cancelled", "gut": "open"}}
    assert Job.objects.filter(kind="import_check").count() == 3
