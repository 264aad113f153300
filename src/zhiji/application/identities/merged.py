"""What all sources say of each field of a customer, or of several before they are joined, and whose word stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zhiji.application.activities.queries import written_of
from zhiji.application.customers.queries import customer_get, editors_of, list_rows
from zhiji.application.identities.errors import NothingToJoin
from zhiji.data.store.models import Customer, Identity, SourceRecord
from zhiji.platform.models import User
from zhiji.platform.scope import require, scope
from zhiji.processing.pipelines.field_words import (
    RULED,
    Rule,
    Said,
    Word,
    in_order,
    rules_now,
    standing,
    words,
)
from zhiji.processing.pipelines.survivorship import said_of

# Words of one field that are told, the newest first.
MOST_WORDS = 50


def fields(user: User, customer_id: int) -> dict[str, Any]:
    """Of each field: every source's words side by side, the newest first, where each comes from, and which stands."""
    customer = customer_get(user, customer_id)
    records = in_order(said_of([customer.pk]).get(customer.pk, []))
    return {
        "customer": customer.pk,
        "revision": customer.revision,
        "may_write": scope(user, Customer, "write").filter(pk=customer.pk).exists(),
        "items": _fields(records),
    }


def join_preview(user: User, customer_ids: Sequence[int]) -> dict[str, Any]:
    """What one customer of several would say, field by field, and what each brings into it.

    Raises NotFound for a customer out of reach, and NothingToJoin as the joining would.
    """
    require(user, "customer", "write")
    customers = {one.pk: one for one in (customer_get(user, pk, "write") for pk in customer_ids)}
    own = list(Identity.objects.filter(customer__in=customers).order_by("pk").values_list("pk", "customer_id"))
    if len({customer for _, customer in own}) < max(2, len(customers)):
        raise NothingToJoin()
    said = said_of(list(customers))
    rows, written = list_rows(user, list(customers)), written_of(user, list(customers))
    return {
        "stays": own[0][1],
        "customers": [
            {
                "customer": pk,
                "name": customer.name or customer.company,
                "identities": sum(of == pk for _, of in own),
                "orders": rows[pk]["orders"] if pk in rows else None,
                "spend": rows[pk]["spend"] if pk in rows else None,
                **written[pk],
            }
            for pk, customer in customers.items()
        ],
        "items": _fields(in_order(one for records in said.values() for one in records)),
    }


def _fields(records: list[Said]) -> list[dict[str, Any]]:
    """records: in order. Fields of which nobody says anything are told too: a person may see that they are empty."""
    rules = rules_now()
    found = {field: words(records, field) for field in RULED}
    kept = {word.said.record_id for said in found.values() for word in said}
    files = {
        record.pk: record for record in SourceRecord.objects.filter(pk__in=kept).select_related("source", "batch__file")
    }
    chosen_by = editors_of({word.by.record_id for said in found.values() for word in said if word.by is not None})
    return [_field(field, said, rules.get(field, Rule()), files, chosen_by) for field, said in found.items()]


def _field(field: str, said: list[Word], rule: Rule, files: Mapping[int, SourceRecord],
           chosen_by: Mapping[int, dict[str, Any]]) -> dict[str, Any]:  # fmt: skip
    stands = standing(said, rule)
    by_rule = standing([word for word in said if word.by is None], rule)
    by = stands.by if stands else None
    # A record that a person chose is told once, as the source's word that it is.
    told = {word.said.record_id: word for word in reversed(said)}
    newest = sorted(told.values(), key=lambda word: (word.said.at, word.said.record_id), reverse=True)
    return {
        "field": field,
        "value": _text(stands),
        "by_rule": _text(by_rule),
        "rule": rule.rule,
        "by": chosen_by.get(by.record_id) if by else None,
        "is_by_hand": by is not None,
        "conflict": len({_text(word).casefold() for word in newest if word.value and not word.is_masked}) > 1,
        "words": [_word(word, files[word.said.record_id], word.said == (stands.said if stands else None), chosen_by)
                  for word in newest[:MOST_WORDS]],
    }  # fmt: skip


def _text(word: Word | None) -> str:
    return "" if word is None else str(word.value or "")


def _word(word: Word, record: SourceRecord, stands: bool, chosen_by: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    file = record.batch.file
    return {
        "value": _text(word),
        "is_masked": word.is_masked,
        "stands": stands,
        "identity": word.said.identity_id,
        "kind": record.kind,
        "source": record.source.code,
        "external_id": record.external_id,
        "at": record.event_at or record.known_at,
        "file": file.name if file else None,
        "row": record.landing_row or None,
        "by": chosen_by.get(record.pk),
    }
