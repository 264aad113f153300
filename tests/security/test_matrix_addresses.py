"""Methods that an address does not offer, and ids that nobody has: nothing happens, and nobody learns more."""

from __future__ import annotations

import pytest

from security.matrix import probes
from security.matrix.attempts import Matrix, routes
from security.matrix.plan import assert_clean

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet")]


@pytest.mark.slow
def test_a_method_that_is_not_offered_does_nothing() -> None:
    matrix = Matrix()
    assert_clean("methods", probes.run(matrix, probes.other_methods(matrix, routes())))


@pytest.mark.slow
def test_an_id_that_nobody_has_is_answered_as_one_beyond_reach() -> None:
    matrix = Matrix()
    assert_clean("absent", probes.run(matrix, probes.absent(matrix, routes())))
