"""Whether somebody may be contacted: the newest word of each source counts, in whatever order its files came."""

from __future__ import annotations

from itertools import permutations

import pytest

from importing import bring, told, undo
from zhiji.application.customers import services
from zhiji.data.store.models import Customer, SourceRecord
from zhiji.platform import accounts
from zhiji.platform.permissions import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

HEADER = "order,date,customer,product,quantity,price,opt in\n"


def ordered(*lines: str) -> str:
    """Lines such as ``C1 2025-01-03 yes``: an order of C1 on that day, and what it says of contact."""
    rows = []
    for line in lines:
        customer, day, *word = line.split()
        rows.append(f"{customer}-{day},{day},{customer},tea,1,30,{''.join(word)}\n")
    return HEADER + "".join(rows)


def allowed() -> dict[str, bool | None]:
    return dict(Customer.objects.values_list("identities__external_id", "contact_allowed"))


def test_the_newest_word_is_that_of_the_last_order_not_of_the_last_file() -> None:
    """Six customers for each history: the same words, in every order of arrival. Also where the newest word is one that
    an older order had said already."""
    histories = {
        "refuses": ("2025-01-03 no", "2025-02-20 yes", "2025-03-20 no"),
        "agrees": ("2025-01-03 yes", "2025-02-20 no", "2025-03-20 yes"),
    }
    arrivals = {f"{end}{i}": words for end in histories for i, words in enumerate(permutations(histories[end]))}
    for number in range(3):
        bring(ordered(*(f"{customer} {words[number]}" for customer, words in arrivals.items())))
    assert allowed() == {customer: customer.startswith("agrees") for customer in arrivals}


def test_a_word_is_as_old_as_the_order_that_says_it() -> None:
    """The last order of the first file says nothing: its consent is of January, and February's refusal is newer. Of two
    words at one instant the refusal stands, in either order."""
    bring(ordered("C1 2025-01-03 yes", "C1 2025-03-20", "C2 2025-01-03 no", "C3 2025-01-03 yes"))
    bring(ordered("C1 2025-02-20 no", "C2 2025-01-03 yes", "C2 2024-12-01 yes", "C3 2025-01-03 no"))
    assert allowed() == {"C1": False, "C2": False, "C3": False}
    assert list(Customer.objects.values_list("extra", flat=True)) == [{}, {}, {}]


def test_the_same_word_again_changes_nothing_and_an_undo_brings_the_word_before_back() -> None:
    first = ordered("C1 2025-01-03 yes")
    bring(first)
    before, records = told(), SourceRecord.objects.filter(kind="buyer").count()
    bring(first)
    assert SourceRecord.objects.filter(kind="buyer").count() == records
    refusing = bring(ordered("C1 2025-02-20 no"))
    assert allowed() == {"C1": False}
    undo(refusing)
    assert told() == before


def test_a_persons_word_stands_until_a_newer_refusal_of_a_source_comes() -> None:
    bring(ordered("C1 2025-03-20 no"))
    person = accounts.user_create(email="ann@example.com", password=None, roles=[Role.ADMINISTRATOR])
    customer = Customer.objects.get()
    services.customer_update(
        user=person, customer_id=customer.pk, revision=customer.revision, changes={"contact_allowed": True}
    )
    assert allowed() == {"C1": True}
    # What was said before the word that the person overruled is no news.
    bring(ordered("C1 2025-01-03 no"))
    assert allowed() == {"C1": True}
    bring(ordered("C1 2025-04-20 no"))
    assert allowed() == {"C1": False}
