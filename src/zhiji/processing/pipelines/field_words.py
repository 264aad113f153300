"""Which of the words that records say of one field of a customer stands.

Kinds of record: ``hand`` (what a person typed), ``choice`` (whose word a person chose), ``customer`` (a row of a
customers file), ``buyer`` (what an order file says of who ordered). A person's word stands above every rule, the newest
of them. Otherwise the company's rule for the
field decides:

- ``usual``: a customers file before an order file; among equals the newest;
- ``newest``: whatever was said last;
- ``trusted``: the source that stands first in the company's order of sources, those that are not in it last; within
  one source as usual;
- ``complete``: the longest; among equals as usual.

A masked phone or address never replaces a full one, whatever the rule, for it says less. A person may also choose the
word of one of a customer's identities instead of typing one. That choice holds as long as the identity is this
customer's: when the two are parted, each has again what it had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from zhiji.data.landing.models import Source
from zhiji.data.store import masks
from zhiji.data.store.models import SurvivorshipRules

HAND, CHOICE, BUYER = "hand", "choice", "buyer"
# Of a choice: field → {"source", "external_id", "value"}, or null for the company's rule again.
CHOSEN = "chosen"
KINDS = (HAND, CHOICE, "customer", BUYER)
RULES = ("usual", "newest", "trusted", "complete")
# Fields for which a company may have a rule and a person may choose. Consent has its own.
RULED = ("name", "kind", "company", "phone", "email", "country", "city", "address")
_STRENGTH = {HAND: 2, CHOICE: 2, "customer": 1, BUYER: 0}


class Said(NamedTuple):
    """One record that speaks of a customer. ``at`` orders versions of one kind: when it happened, else was known."""

    kind: str
    at: str
    version: int
    identity_id: int
    record_id: int
    payload: dict[str, Any]
    source_id: int = 0
    external_id: str = ""


class Word(NamedTuple):
    """What one record says of one field. ``by``: the hand record by which a person chose it or typed it."""

    value: Any
    is_masked: bool
    said: Said
    by: Said | None = None


class Rule(NamedTuple):
    """``sources``: numbers of sources, the most trusted first."""

    rule: str = "usual"
    sources: tuple[int, ...] = ()


Rules = Mapping[str, Rule]
_USUAL = Rule()


def in_order(records: Iterable[Said]) -> list[Said]:
    """The weakest and oldest first."""
    return sorted(records, key=_usual)


def _usual(said: Said) -> tuple[Any, ...]:
    return (_STRENGTH[said.kind], said.at, said.version, said.record_id)


def words(records: Sequence[Said], field: str) -> list[Word]:
    """What records say of a field, in the order of ``in_order``; a person's words last, those taken back left out.

    records: in the order of ``in_order``.
    """
    found = [Word(said.payload[field], _is_masked(said.payload, field), said) for said in records
             if said.kind not in (HAND, CHOICE) and field in said.payload]  # fmt: skip
    by_hand: list[Word] = []
    for said in records:
        if said.kind == HAND and field in said.payload:
            by_hand.append(Word(said.payload[field], _is_masked(said.payload, field), said, said))
        elif said.kind == CHOICE and field in said.payload[CHOSEN]:
            of = said.payload[CHOSEN][field]
            word = of and word_of([*found, *by_hand], of["source"], of["external_id"])
            if of is None:
                by_hand.clear()
            elif word is not None:
                by_hand.append(word._replace(by=said))
    return [*found, *by_hand]


def word_of(found: Sequence[Word], source_id: int, external_id: str) -> Word | None:
    """What one identity says, a person's hand on its record before the source; None where it says nothing."""
    theirs = [word for word in found if (word.said.source_id, word.said.external_id) == (source_id, external_id)]
    return standing(theirs, _USUAL)


def _is_masked(payload: dict[str, Any], field: str) -> bool:
    if field == "phone":
        return bool(payload.get("phone_masked") or payload.get("phone_is_masked"))
    return field == "email" and masks.is_masked(payload.get("email") or "")


def standing(found: Sequence[Word], rule: Rule) -> Word | None:
    """The word that stands, or None where nobody says anything. found: as ``words`` gives them."""
    by_hand = [word for word in found if word.by is not None]
    if by_hand:
        return by_hand[-1]
    whole = [word for word in found if not word.is_masked] or found
    return max(whole, key=_orders(rule)[rule.rule], default=None)


def _orders(rule: Rule) -> dict[str, Callable[[Word], tuple[Any, ...]]]:
    place = {source: -index for index, source in enumerate(rule.sources)}
    last = -len(place)
    return {
        "usual": lambda word: _usual(word.said),
        "newest": lambda word: (word.said.at, *_usual(word.said)),
        "trusted": lambda word: (place.get(word.said.source_id, last), *_usual(word.said)),
        "complete": lambda word: (len(str(word.value)), *_usual(word.said)),
    }


def rules_now() -> dict[str, Rule]:
    """The company's rules of now; a field without one goes by ``usual``."""
    newest = SurvivorshipRules.objects.order_by("-pk").first()
    return read_rules(newest.rules if newest else {})


def read_rules(told: Mapping[str, Mapping[str, Any]]) -> dict[str, Rule]:
    """As they are stored (see ``SurvivorshipRules``) → with the numbers of sources."""
    if not told:
        return {}
    numbers = dict(Source.objects.values_list("code", "pk"))
    return {
        field: Rule(one["rule"], tuple(numbers[code] for code in one.get("sources", ()) if code in numbers))
        for field, one in told.items()
    }
