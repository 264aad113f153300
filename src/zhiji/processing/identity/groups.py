"""Pairs that belong together → groups of records that are one customer; nobody's word is overruled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Pair = tuple[int, int]


def pair(left: int, right: int) -> Pair:
    """The smaller record first."""
    return (left, right) if left < right else (right, left)


@dataclass
class Groups:
    """``group_of``: record → the smallest record of its group, of those in groups of two or more. ``linked``: pairs
    that made them. ``contradicted``: pairs that would have joined two groups of which somebody said, or the model is
    as good as certain, that they are two."""

    group_of: dict[int, int] = field(default_factory=dict)
    linked: list[Pair] = field(default_factory=list)
    contradicted: list[Pair] = field(default_factory=list)


class _Sets:
    """Disjoint sets that know which of them must stay apart."""

    def __init__(self) -> None:
        self.parent: dict[int, int] = {}
        self.apart: dict[int, set[int]] = {}

    def root(self, one: int) -> int:
        path = []
        while (up := self.parent.get(one, one)) != one:
            path.append(one)
            one = up
        for each in path:
            self.parent[each] = one
        return one

    def part(self, left: int, right: int) -> bool:
        """Keep the sets of two records apart; False where they are one already."""
        a, b = self.root(left), self.root(right)
        if a == b:
            return False
        self.apart.setdefault(a, set()).add(b)
        self.apart.setdefault(b, set()).add(a)
        return True

    def join(self, left: int, right: int) -> bool:
        """Make one set of two; False where they must stay apart. One set stays what it is."""
        a, b = sorted((self.root(left), self.root(right)))
        if a == b:
            return True
        if b in self.apart.get(a, ()):
            return False
        self.parent[b] = a
        others = self.apart.pop(b, set())
        for other in others:
            self.apart[other].discard(b)
            self.apart[other].add(a)
        if others:
            self.apart.setdefault(a, set()).update(others)
        return True


def grouped(links: Sequence[Pair], *, unlike: Iterable[Pair] = (), same: Iterable[Pair] = (),
            different: Iterable[Pair] = ()) -> Groups:  # fmt: skip
    """links: the surest first. unlike: pairs of which the model is as good as certain that they are two. same,
    different: what people decided; both hold whatever the model says, and of a pair only one of them is given."""
    sets, found = _Sets(), Groups()
    for left, right in sorted(different):
        sets.part(left, right)
    for left, right in sorted(same):
        (found.linked if sets.join(left, right) else found.contradicted).append(pair(left, right))
    for left, right in unlike:
        sets.part(left, right)
    for left, right in links:
        (found.linked if sets.join(left, right) else found.contradicted).append(pair(left, right))
    found.group_of = {one: sets.root(one) for link in found.linked for one in link}
    return found
