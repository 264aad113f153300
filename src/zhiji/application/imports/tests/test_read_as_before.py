"""The very file again, and what is left of one, are read as it was; what an undone file taught is known no more."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from importing import HEADER, bring, check, orders, store, told, undo
from zhiji.application.imports import services
from zhiji.application.imports.errors import ImportReadingOutdated
from zhiji.application.imports.models import Import
from zhiji.application.imports.tests.test_habits import SHOP, day, findings, months_first, pair
from zhiji.data.landing.models import RejectedRow
from zhiji.data.store.models import Customer, Interaction, SourceRecord
from zhiji.kernel import Reason, render
from zhiji.platform import jobs

pytestmark = pytest.mark.django_db(transaction=True)


def changes(row: Import) -> dict[str, int]:
    counts = row.report["counts"]
    return {name: counts[name] for name in ("stored", "new_orders", "changed_orders") if counts[name]}


TALLY = "date,customer,amount\n"
NUMBERED = orders("A1,02/03/2025,C1,tea,1,30", "A2,04/03/2025,C1,tea,1,40")


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (TALLY + "02/03/2025,C1,30\n04/03/2025,C1,40\n", TALLY + "01/25/2025,C2,5\n"),
        (NUMBERED, orders("B1,01/25/2025,C2,tea,1,5")),
        (SHOP + pair("Z1", 5, 5), SHOP + "".join(pair(f"B{number}", 6, 6) for number in range(3))),
    ],
)
def test_orders_of_the_same_file_again_are_the_same_whatever_a_file_between_showed(text: str, other: str) -> None:
    bring(text, name="a.csv")
    bring(other, name="b.csv")
    before = told()
    again = bring(text, name="a.csv")
    assert changes(again) == {}
    assert told() == before


def test_interactions_of_the_same_file_again_are_the_same() -> None:
    header = "customer,date,kind,text\n"
    bring(header + "C1,02/03/2025,call,hello\n", kind="interactions")
    bring(header + "C1,01/25/2025,call,bye\n", kind="interactions", name="b.csv")
    again = bring(header + "C1,02/03/2025,call,hello\n", kind="interactions")
    assert changes(again) == {}
    assert Interaction.objects.count() == 2


def test_customers_of_the_same_file_again_are_no_new_version() -> None:
    header = "id,name,registered\n"
    bring(header + "C1,Li,02/03/2025\n", kind="customers")
    bring(header + "C2,Bo,01/25/2025\n", kind="customers", name="b.csv")
    before = SourceRecord.objects.count()
    again = bring(header + "C1,Li,02/03/2025\n", kind="customers")
    assert changes(again) == {}
    assert SourceRecord.objects.count() == before
    assert Customer.objects.get(name="Li").registered_at.month == 3


def test_it_is_said_and_the_next_export_follows_the_newest_file_all_the_same() -> None:
    first = bring(NUMBERED, name="a.csv")
    bring(orders("B1,01/25/2025,C2,tea,1,5"), name="b.csv")
    again = bring(NUMBERED, name="a.csv")
    assert findings(again) == {"dates_day_first_as_its_file": {"count": 2, "earlier": first.pk}}
    said = Reason.from_json(next(f for f in again.report["findings"] if f["code"] == "dates_day_first_as_its_file"))
    assert f"day first, as in import {first.pk}, whatever they show" in render(said, "en").what
    assert f"与导入 {first.pk} 一样按“日在前”读取" in render(said, "zh").what
    longer = bring(NUMBERED + "A3,02/04/2025,C1,tea,1,50\n", name="a2.csv", changed="replace")
    assert set(findings(longer)) == {"dates_month_first_as_before"}, "the day before's file brought again is no lesson"


def test_columns_and_words_of_the_same_file_are_its_own_too() -> None:
    text = "Beleg,Wann,Wer,Netto,Brutto,Stand\n1,2024-04-03,Ada,10.00,11.90,geplatzt\n"
    said = {"order_number": "Beleg", "ordered_at": "Wann", "customer_external_id": "Wer", "order_state": "Stand"}
    bring(text, overrides={**said, "amount": "Netto"}, values={"order_state": {"geplatzt": "cancelled"}})
    other = text.replace("\n1,", "\n2,")
    bring(other, name="b.csv", overrides={"amount": "Brutto"}, values={"order_state": {"geplatzt": "refunded"}})
    again = bring(text)
    assert again.mapping["fields"]["amount"]["name"] == "Netto"
    assert changes(again) == {}


def test_the_same_file_is_read_anew_where_its_import_was_undone_and_where_a_person_says_so() -> None:
    undo(bring(NUMBERED, name="a.csv"))
    bring(orders("B1,01/25/2025,C2,tea,1,5"), name="b.csv")
    said = bring(NUMBERED, name="a.csv", options={"day_first": True})
    assert day("A1") == date(2025, 3, 2)
    undo(said)
    bring(NUMBERED, name="a.csv")
    assert day("A1") == date(2025, 2, 3)
    assert set(findings(check(NUMBERED, name="a.csv", anew=True))) == {"dates_assumed_day_first"}


def test_a_person_may_say_it_of_the_same_file_while_its_first_import_stands() -> None:
    bring(NUMBERED, name="a.csv")
    assert day("A1") == date(2025, 3, 2)
    bring(NUMBERED, name="a.csv", options={"day_first": False}, changed="replace")
    assert day("A1") == date(2025, 2, 3)


def test_a_file_without_names_of_columns_is_known_by_its_bytes() -> None:
    text = "A1,02/03/2025,C1,tea,1,30\nA2,03/03/2025,C2,tea,2,30\n"
    bring(text, options={"day_first": False})
    before = told()
    assert changes(bring(text)) == {}
    assert told() == before


def test_the_file_brought_again_shows_what_it_shows_when_the_first_import_of_it_is_undone() -> None:
    first = months_first()
    again = bring(orders("A1,01/25/2025,C1,tea,1,30", "A2,02/01/2025,C1,tea,1,50"))
    assert again.file_id == first.file_id
    undo(first)
    row = bring(orders("C1,02/03/2025,C1,tea,1,30"), name="c.csv")
    assert findings(row) == {"dates_month_first_as_before": {"count": 1, "earlier": again.pk}}


def rejects(of: Import, *lines: str) -> str:
    given = "".join(f"{number},{of.file_id},quantity,?,{line}\n" for number, line in enumerate(lines, start=3))
    return "error_row,error_file,error_column,error_reason," + orders() + given


def test_rejects_are_read_as_the_file_that_they_name_and_not_as_the_newest() -> None:
    first = months_first("A3,02/03/2025,C1,tea,x,50")
    second = bring(orders("B1,25/03/2025,C1,tea,1,30", "B2,04/03/2025,C1,tea,1,30"), name="b.csv")
    back = bring(rejects(first, "A3,02/03/2025,C1,tea,1,50"), name="rejects.csv")
    assert day("A3") == date(2025, 2, 3)
    assert findings(back) == {"dates_month_first_as_its_file": {"count": 1, "earlier": first.pk}}
    later = bring(orders("C1,05/03/2025,C1,tea,1,30"), name="c.csv")
    assert day("C1") == date(2025, 3, 5), "rejects of an older file teach nothing"
    assert findings(later)["dates_day_first_as_before"]["earlier"] == second.pk


def test_what_an_undone_file_taught_is_known_no_more_though_a_later_file_took_it_over() -> None:
    first = months_first()
    taken = bring(orders("B1,02/03/2025,C1,tea,1,30"), name="b.csv")
    undo(first)
    first.refresh_from_db()
    assert "imports_read_after_it" in {finding["code"] for finding in first.report["findings"]}
    words = [render(Reason.from_json(finding), "en").what for finding in first.report["findings"]]
    assert any(f"{taken.pk}" in word and "no longer" in word for word in words)
    assert set(findings(check(orders("C1,02/04/2025,C1,tea,1,30"), name="c.csv"))) == {"dates_assumed_day_first"}


def test_another_file_that_showed_the_same_still_teaches() -> None:
    older = months_first()
    newer = bring(orders("B1,01/26/2025,C1,tea,1,30"), name="b.csv")
    bring(orders("C1,02/03/2025,C1,tea,1,30"), name="c.csv")
    undo(newer)
    row = bring(orders("D1,02/04/2025,C1,tea,1,30"), name="d.csv")
    assert day("D1") == date(2025, 2, 4)
    assert findings(row)["dates_month_first_as_before"]["earlier"] == older.pk


def test_a_file_tried_before_its_teacher_was_undone_must_be_tried_again() -> None:
    first = months_first()
    row = check(orders("B1,02/03/2025,C1,tea,1,50"), name="b.csv")
    undo(first)
    with pytest.raises(ImportReadingOutdated):
        services.import_confirm(row)
    jobs.run_inline(services.import_check(row))
    row.refresh_from_db()
    store(row)
    assert day("B1") == date(2025, 3, 2)


def test_a_file_tried_before_another_showed_the_order_must_be_tried_again() -> None:
    """Twice the same file, tried before and after: stored as they were tried they would be four orders."""
    one = check(NUMBERED, name="a.csv")
    months_first()
    two = check(NUMBERED, name="a.csv")
    store(two, "replace")
    with pytest.raises(ImportReadingOutdated):
        services.import_confirm(one)
    jobs.run_inline(services.import_check(one))
    one.refresh_from_db()
    assert changes(store(one)) == {}


def test_what_a_file_shows_itself_is_not_out_of_date_when_its_like_comes_in_between() -> None:
    row = check(orders("B1,25/02/2025,C1,tea,1,50"), name="b.csv")
    months_first()
    store(row)
    assert day("B1") == date(2025, 2, 25)


def test_one_sheet_of_a_workbook_is_not_taken_for_another() -> None:
    """The same bytes opened at another place hold other rows, which settle it for themselves."""
    book = Workbook()
    for name, days in (("January", ("02/03/2025", "03/03/2025")), ("February", ("02/04/2025", "02/25/2025"))):
        sheet = book.create_sheet(name)
        sheet.append(HEADER.strip().split(","))
        for number, each in enumerate(days):
            sheet.append([f"{name}{number}", each, "C1", "tea", 1, 30])
    del book["Sheet"]
    content = BytesIO()
    book.save(content)
    bring(content.getvalue(), name="book.xlsx", options={"sheet": "January"})
    bring(content.getvalue(), name="book.xlsx", options={"sheet": "February"})
    assert (day("January0"), day("February0")) == (date(2025, 3, 2), date(2025, 2, 4))


def many_months(*lines: str, rows: int = 3, name: str = "a.csv") -> Import:
    return bring(orders(*(f"A{number},01/{13 + number}/2025,C1,tea,1,30" for number in range(rows)), *lines), name=name)


AMBIGUOUS = ("B1,02/03/2025,C1,tea,1,50", "B2,02/04/2025,C1,tea,1,50")


def test_one_day_the_other_way_round_does_not_turn_what_several_showed() -> None:
    first = many_months()
    row = bring(orders(*AMBIGUOUS, "B3,25/02/2025,C1,tea,1,50"), name="b.csv")
    assert (day("B1"), day("B2")) == (date(2025, 2, 3), date(2025, 2, 4))
    assert row.report["counts"] | {"stored": 2, "rejected": 1} == row.report["counts"]
    assert [(bad.row, bad.column, bad.code) for bad in RejectedRow.objects.all()] == [
        (3, "date", "instant_order_differs")
    ]
    assert findings(row) == {"dates_month_first_kept": {"count": 1, "earlier": first.pk}}
    said = Reason.from_json(next(f for f in row.report["findings"] if f["code"] == "dates_month_first_kept"))
    assert "1 row the other way round went to quarantine" in render(said, "en").what
    bring(orders("C1,02/05/2025,C1,tea,1,50"), name="c.csv")
    assert day("C1") == date(2025, 2, 5)


def test_the_evidence_of_files_that_show_the_same_adds_up() -> None:
    for number, name in enumerate(("a.csv", "b.csv", "c.csv")):
        bring(orders(f"A{number},01/{13 + number}/2025,C1,tea,1,30"), name=name)
    row = bring(orders(*AMBIGUOUS, "B3,25/02/2025,C1,tea,1,50"), name="d.csv")
    assert set(findings(row)) == {"dates_month_first_kept"}


@pytest.mark.parametrize(
    ("shown", "lines"),
    [
        (3, [f"B{number},{25 + number}/02/2025,C1,tea,1,50" for number in range(3, 6)]),
        (2, ["B3,25/02/2025,C1,tea,1,50"]),
    ],
)
def test_three_turn_it_and_so_does_one_against_fewer_than_three(shown: int, lines: list[str]) -> None:
    many_months(rows=shown)
    row = bring(orders(*AMBIGUOUS, lines[0], *(line.replace("/02/", "/01/") for line in lines[1:])), name="b.csv")
    assert day("B1") == date(2025, 3, 2)
    assert row.report["counts"]["rejected"] == 0


def test_days_that_can_be_read_one_way_only_are_read_so_where_no_other_hangs_on_them() -> None:
    many_months()
    row = bring(orders("B3,25/02/2025,C1,tea,1,50"), name="b.csv")
    assert day("B3") == date(2025, 2, 25)
    assert row.report["counts"]["rejected"] == 0
