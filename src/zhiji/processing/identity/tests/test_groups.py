"""Groups by union, against a plain search; what must stay apart stays apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zhiji.processing.identity.groups import Pair, grouped, pair

RECORDS = st.integers(1, 12)
PAIR = st.tuples(RECORDS, RECORDS).filter(lambda two: two[0] != two[1]).map(lambda two: pair(*two))
PAIRS = st.lists(PAIR, max_size=20)


def components(links: list[Pair]) -> dict[int, int]:
    """By walking from record to record, the slow way."""
    found: dict[int, int] = {}
    for start in sorted({one for link in links for one in link}):
        seen, waiting = {start}, [start]
        while waiting:
            here = waiting.pop()
            near = {other for link in links if here in link for other in link} - seen
            seen |= near
            waiting += near
        found[start] = min(seen)
    return found


@given(PAIRS)
def test_without_contradiction_groups_are_connected_components(links: list[Pair]) -> None:
    assert grouped(links).group_of == components(links)


@given(PAIRS, PAIRS)
def test_two_that_somebody_parted_are_never_one(links: list[Pair], different: list[Pair]) -> None:
    found = grouped(links, different=different)
    for left, right in different:
        assert found.group_of.get(left, left) != found.group_of.get(right, right)
    assert sorted(found.linked + found.contradicted) == sorted(links)


@given(PAIRS, PAIRS)
def test_a_person_joins_what_the_model_would_part(same: list[Pair], unlike: list[Pair]) -> None:
    found = grouped([], same=same, unlike=unlike)
    assert found.group_of == components(same)


def test_the_surer_link_stands_where_two_contradict() -> None:
    """A child's record without a first name hangs on one parent, not on both."""
    found = grouped([(1, 2), (2, 3)], unlike=[(1, 3)])
    assert (found.linked, found.contradicted) == ([(1, 2)], [(2, 3)])
