"""One head out of several versions."""

from __future__ import annotations

from zhiji.data.store.heads import UNSAID, survivors


def test_what_nobody_said_is_the_default_of_an_order() -> None:
    assert survivors([]) == UNSAID
    assert survivors([("replace", {"currency": "EUR"})]) == {**UNSAID, "currency": "EUR"}


def test_a_replacement_speaks_for_its_columns_and_for_no_others() -> None:
    first = {"customer": "C1", "state": "completed", "country": "CN"}
    head = survivors([("replace", first), ("replace", {"customer": None, "state": "refunded"})])
    assert head == {**UNSAID, "customer": None, "state": "refunded", "country": "CN"}


def test_an_addition_changes_only_what_it_has_a_value_for() -> None:
    first = {"customer": "C1", "country": "CN"}
    head = survivors([("replace", first), ("add", {"customer": None, "country": "HK", "store": ""})])
    assert (head["customer"], head["country"]) == ("C1", "HK")


def test_corrected_rejects_do_not_turn_the_head_back() -> None:
    versions = [("replace", {"state": "refunded", "customer": None})]
    head = survivors([*versions, ("complete", {"state": "completed", "customer": "C1"})])
    assert (head["state"], head["customer"]) == ("refunded", "C1")


def test_corrected_rejects_alone_say_what_the_order_is() -> None:
    assert survivors([("complete", {"state": "closed", "customer": "C1"})])["state"] == "closed"
