"""The same file twice, files that overlap, orders that changed, corrected rejects, and all of it taken back."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from importing import bring, check, orders, store, table_counts, told, undo
from zhiji.application.imports import services
from zhiji.application.imports.errors import ImportDecisionNeeded
from zhiji.application.imports.models import Import
from zhiji.data.landing.models import RejectedRow
from zhiji.data.store.models import CustomerListRow, Order, OrderLine, SourceRecord
from zhiji.platform import jobs

pytestmark = pytest.mark.django_db(transaction=True)

FIRST = orders(
    "A1,2025-01-03 10:00,C1,tea,2,30.5", "A1,2025-01-03 10:00,C1,cup,1,12", "A2,2025-02-03 11:00,C2,tea,1,30.5"
)
LATER = orders(
    "A2,2025-02-03 11:00,C2,tea,1,30.5", "A3,2025-03-03 11:00,C1,tea,1,30.5", "A4,2025-03-04 11:00,C3,pot,1,99"
)


def test_the_same_file_again_changes_nothing():
    bring(FIRST)
    before, counts = told(), table_counts()
    again = bring(FIRST)
    assert told() == before
    after = table_counts()
    assert after.pop("store_delivery") == counts.pop("store_delivery") * 2
    assert after == counts
    assert again.report["counts"] == {
        "received": 3, "rejected": 0, "stored": 0, "redelivered": 3, "new_orders": 0, "changed_orders": 0,
        "redelivered_orders": 2, "new_customers": 0,
    }  # fmt: skip
    assert again.report["adds_up"] is True


def test_an_overlapping_export_adds_only_what_is_new():
    bring(FIRST)
    second = bring(LATER)
    assert second.report["counts"]["stored"] == 2
    assert second.report["counts"]["redelivered"] == 1
    assert sorted(Order.objects.values_list("external_id", flat=True)) == ["A1", "A2", "A3", "A4"]


def test_an_order_that_changed_is_asked_about_and_nothing_happens_before_the_answer():
    bring(FIRST)
    before, counts = told(), table_counts()
    changed = check(orders("A2,2025-02-03 11:00,C2,tea,1,30.5", "A2,2025-02-03 11:00,C2,cup,4,12"))
    assert changed.dry_run["counts"]["changed_orders"] == 1
    with pytest.raises(ImportDecisionNeeded):
        services.import_confirm(changed)
    assert (told(), table_counts()) == (before, counts)


@pytest.mark.parametrize(("decision", "value"), [("replace", 48_000_000), ("add", 78_500_000)])
def test_replace_supersedes_the_lines_and_add_joins_them(decision, value):
    bring(FIRST)
    store(check(orders("A2,2025-02-03 11:00,C2,cup,4,12")), decision)
    assert Order.objects.get(external_id="A2").value_micros == value


def test_adding_lines_that_are_partly_there_doubles_none():
    bring(FIRST)
    row = store(check(orders("A2,2025-02-03 11:00,C2,tea,1,30.5", "A2,2025-02-03 11:00,C2,cup,4,12")), "add")
    assert Order.objects.get(external_id="A2").value_micros == 78_500_000
    assert (row.report["counts"]["stored"], row.report["counts"]["redelivered"]) == (1, 1)
    assert row.report["adds_up"] is True


def test_undo_restores_the_record_and_keeps_later_imports():
    empty = (told(), table_counts())
    first = bring(FIRST)
    second = bring(LATER)
    undo(first)
    # A2 came in both files: it stays, for the later one delivered it too.
    assert sorted(Order.objects.values_list("external_id", flat=True)) == ["A2", "A3", "A4"]
    undo(second)
    assert (told(), table_counts()) == empty
    assert {row.state for row in Import.objects.all()} == {"undone"}


def test_undoing_a_replacement_brings_the_earlier_lines_back():
    bring(FIRST)
    before = told()
    undo(store(check(orders("A2,2025-02-03 11:00,C2,cup,4,12")), "replace"))
    assert told() == before


def test_a_corrected_reject_file_makes_no_duplicates():
    whole = orders("A1,2025-01-03 10:00,C1,tea,2,30.5", 'A1,2025-01-03 10:00,C1,cup,1,"1,2,0"')
    first = bring(whole)
    assert first.report["counts"]["rejected"] == 1
    corrected = (
        "order,date,customer,product,quantity,price,error_row,error_column,error_reason,error_file\n"
        f"A1,2025-01-03 10:00,C1,cup,1,120,2,price,mended,{first.file_id}\n"
    )
    for _ in range(2):
        row = check(corrected)
        store(row, "add" if row.dry_run["counts"].get("changed_orders") else None)
        assert Order.objects.get(external_id="A1").value_micros == 181_000_000
    assert OrderLine.objects.filter(is_current=True).count() == 2
    assert RejectedRow.objects.get().corrected_by is not None


def test_identical_lines_are_kept_and_the_switch_is_reversible():
    bring(orders("A1,2025-01-03 10:00,C1,tea,1,5", "A1,2025-01-03 10:00,C1,tea,1,5"))
    assert Order.objects.get().value_micros == 10_000_000
    before = told()
    jobs.run_inline(services.identical_lines_switch(once=True))
    assert Order.objects.get().value_micros == 5_000_000
    jobs.run_inline(services.identical_lines_switch(once=False))
    assert told() == before


_KEYS = ("A1", "A2")
_LINES = st.lists(
    st.tuples(st.sampled_from(_KEYS), st.sampled_from(["tea", "cup"]), st.sampled_from([1, 2, -1])),
    min_size=1, max_size=3,
)  # fmt: skip
# What one file says of the head of each order: it may differ in the next.
_HEADS = st.fixed_dictionaries(
    dict.fromkeys(
        _KEYS,
        st.tuples(
            st.sampled_from(["C1", "C2", ""]), st.sampled_from(["completed", "refunded"]), st.sampled_from(["CN", ""])
        ),
    )
)
_FILES = st.lists(
    st.builds(lambda lines, heads: tuple(sorted((*line, *heads[line[0]]) for line in lines)), _LINES, _HEADS),
    min_size=2, max_size=3, unique=True,
)  # fmt: skip
_SOLD = (("A1", "tea", 2, "C1", "completed", "CN"), ("A2", "tea", -1, "C1", "completed", ""))
_MOVED = (("A1", "tea", 2, "C2", "refunded", ""), ("A2", "tea", -1, "", "completed", "CN"))
_ADDED = (("A1", "cup", 1, "", "completed", "CN"), ("A2", "tea", 1, "C2", "refunded", ""))


@given(
    files=_FILES,
    decisions=st.lists(st.sampled_from(["replace", "add"]), min_size=3, max_size=3),
    gone=st.lists(st.integers(0, 2), max_size=3, unique=True),  # in the order in which they are undone
)
@example(files=[_SOLD, _MOVED], decisions=["replace", "replace"], gone=[1])
@example(files=[_SOLD, _MOVED, _ADDED], decisions=["replace", "replace", "add"], gone=[0])
@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@pytest.mark.slow
def test_undoing_any_imports_leaves_what_the_others_alone_would_have_made(files, decisions, gone):
    """Truth by another route: the same files without the undone ones, into an empty record."""
    gone = [index for index in gone if index < len(files)]
    rows = [_bring_with(file, decision) for file, decision in zip(files, decisions, strict=False)]
    said_nothing_new = [{line[0] for line in file} - _versions_of(row) for file, row in zip(files, rows, strict=True)]
    for index in gone:
        undo(rows[index])
    left = told()
    assert_sums_follow_from_the_lines()
    for index, row in enumerate(rows):
        if index not in gone:
            undo(row)
    assert told() == {"orders": {}, "customers": {}, "products": []}
    alone = {
        index: _bring_with(file, decision)
        for index, (file, decision) in enumerate(zip(files, decisions, strict=False))
        if index not in gone
    }
    # Where the others stand before a file that said nothing new, it may change an order and ask: there was no answer.
    if not any(said_nothing_new[index] & _versions_of(row, first=2) for index, row in alone.items()):
        assert told() == left
    for row in alone.values():
        undo(row)


def assert_sums_follow_from_the_lines():
    """Also where a return takes from another order, whose own file may be gone: added up here, line by line."""
    lines = list(OrderLine.objects.filter(counted=True))
    worth = {order.pk: 0 for order in Order.objects.all()}
    for line in lines:
        worth[line.value_order_id if line.line_kind in ("return", "cancellation") else line.order_id] += (
            line.amount_micros
        )
    assert dict(Order.objects.values_list("pk", "value_micros")) == worth
    spent = {row.pk: 0 for row in CustomerListRow.objects.all()}
    for order in Order.objects.exclude(customer=None):
        spent[order.customer_id] += worth[order.pk]
    assert dict(CustomerListRow.objects.values_list("pk", "spend_micros")) == spent


def test_sums_follow_when_a_linked_return_or_its_sale_is_undone():
    head = "order,date,customer,sku,quantity,price\n"
    sale = bring(head + "A1,2025-01-03 10:00,C1,tea,2,30.5\n")
    before = told()
    back = bring(head + "R1,2025-01-05 10:00,C1,tea,-2,30.5\n")
    assert dict(Order.objects.values_list("external_id", "value_micros")) == {"A1": 0, "R1": 0}
    undo(back)
    assert told() == before
    assert_sums_follow_from_the_lines()
    bring(head + "R2,2025-01-06 10:00,C1,tea,-2,30.5\n")
    undo(sale)
    assert dict(Order.objects.values_list("external_id", "value_micros")) == {"R2": -61_000_000}
    assert_sums_follow_from_the_lines()


def _versions_of(row, first=1):
    """Orders of which this import made a version."""
    records = SourceRecord.objects.filter(kind="order", batch=row.batch_id, version__gte=first)
    return set(records.values_list("external_id", flat=True))


def _bring_with(lines, decision):
    text = "order,date,customer,sku,quantity,price,status,country\n" + "".join(
        f"{order},2025-01-0{1 + int(order[1])} 10:00,{customer},{product},{quantity},5,{state},{country}\n"
        for order, product, quantity, customer, state, country in lines
    )
    row = check(text)
    return store(row, decision if row.dry_run["counts"]["changed_orders"] else None)
