"""Filters, sorts, words, pages, exports and ids of others in bodies: none of them reaches further than the scope."""

from __future__ import annotations

import pytest

from security.matrix import probes
from security.matrix.attempts import Matrix, Outcome
from security.matrix.plan import assert_clean
from zhiji.application.activities.models import Note, Task
from zhiji.application.customers import queries
from zhiji.data.store import paging

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("quiet")]


def test_no_parameter_reaches_further_than_the_scope() -> None:
    queries.forget()
    matrix, outcome = Matrix(), Outcome()
    customer_of = {
        "task": dict(Task.objects.values_list("pk", "customer_id")),
        "note": dict(Note.objects.values_list("pk", "customer_id")),
    }
    for asked in (
        probes.lists(matrix), probes.words(matrix), probes.others(matrix, customer_of), probes.exports(matrix),
        probes.bodies(matrix),
    ):  # fmt: skip
        found = probes.run(matrix, asked)
        outcome.attempts += found.attempts
        outcome.findings += found.findings
    assert_clean("parameters", outcome)


def test_a_filter_that_is_joined_to_the_scope_by_or_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: the list forgets the scope as soon as there is a filter."""
    queries.forget()
    matrix = Matrix()
    honest = queries.CustomerList.wanted

    def forgetful(asked: queries.CustomerList) -> paging.Wanted:
        wanted = honest(asked)
        everything = type(wanted.scoped.first() or wanted.scoped.model()).objects.all()
        return (
            paging.Wanted(everything, wanted.conditions, wanted.text, wanted.sort, wanted.descending)
            if (wanted.conditions)
            else wanted
        )

    monkeypatch.setattr(queries.CustomerList, "wanted", forgetful)
    found = probes.run(matrix, probes.lists(matrix))
    assert any("too many" in finding for finding in found.findings)
    assert any("count is" in finding for finding in found.findings)
