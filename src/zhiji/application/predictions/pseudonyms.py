"""Whom an entry of the ledger is about, without saying so: pseudonyms that lead to a customer of today.

Each identity (source code, external id) of a customer has one pseudonym, HMAC(key, salt, identity). The table
``LedgerPseudonym`` keeps the salt under HMAC(key, identity); the key lies in the workspace's ``keys``, outside the
database. So entries hold no personal data, nobody without the key can try ids, and a row put in the place of another
leads nowhere, for pseudonyms are under the digests of the ledger's chain.

An undone import takes its customers away and leaves these rows: who is brought in again has the pseudonym of before.
Erasure of a person is another thing: it calls ``forget``, and with the salt goes all that could compute the pseudonym,
even for somebody who has the key and the id. The ledger's figures stay whole, about nobody; a person who comes again
under the same id has another pseudonym, and is not found in what was said before.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection

from django.db import transaction

from zhiji.application.predictions.models import LedgerNumber, LedgerPseudonym
from zhiji.data.store import bulk
from zhiji.platform.workspace import workspace, write_secret

_LENGTH = 32


def _key() -> bytes:
    return write_secret(workspace().keys / "ledger.key", 32)


def _mac(key: bytes, *parts: str) -> str:
    """128 bits, as hex. No part can hold the NUL that parts them: no database takes one in a text."""
    return hmac.digest(key, "\0".join(parts).encode(), "sha256").hex()[:_LENGTH]


def _identities(key: bytes, whose: str = "i.customer_id",
                customer_ids: Collection[int] | None = None) -> list[tuple[int, str, str, str]]:  # fmt: skip
    """Customer, hash of the identity, source code, external id; of all customers, or of some.

    whose: SQL of the customer's number."""
    some = "" if customer_ids is None else f" AND {bulk.among('i.customer_id')}"
    rows = bulk.look_up(
        f"SELECT {whose}, s.code, i.external_id FROM store_identity i JOIN landing_source s "  # noqa: S608
        f"ON s.id = i.source_id WHERE i.customer_id IS NOT NULL{some} ORDER BY i.id",
        [] if customer_ids is None else [bulk.many(sorted(customer_ids))],
    )
    return [(customer, _mac(key, "identity", *identity), *identity) for customer, *identity in rows]


@transaction.atomic
def assigned() -> dict[int, str]:
    """Customer → pseudonyms, with a space between; identities that had none get one."""
    key = _key()
    people = _identities(key)
    salts = dict(LedgerPseudonym.objects.values_list("identity_hash", "salt"))
    fresh = {hashed: secrets.token_hex(16) for _, hashed, *_ in people if hashed not in salts}
    bulk.insert(
        LedgerPseudonym,
        {
            "id": bulk.reserve_keys(LedgerPseudonym, len(fresh)),
            "identity_hash": list(fresh),
            "salt": list(fresh.values()),
        },
    )
    salts |= fresh
    found: dict[int, str] = {}
    for customer, hashed, *identity in people:
        pseudonym = _mac(key, "pseudonym", salts[hashed], *identity)
        found[customer] = f"{found[customer]} {pseudonym}" if customer in found else pseudonym
    return found


def homes() -> dict[str, int]:
    """Pseudonym → the customer that was made for the identity that bears it today."""
    key = _key()
    salts = dict(LedgerPseudonym.objects.values_list("identity_hash", "salt"))
    return {
        _mac(key, "pseudonym", salts[hashed], *identity): home
        for home, hashed, *identity in _identities(key, "COALESCE(i.home_id, i.customer_id)")
        if hashed in salts
    }


def forget(customer_ids: Collection[int]) -> None:
    """For erasure, while the identities are still there: nothing leads from the ledger to these customers any more.

    Never for an undo: what it takes away may come again. An entry is also found by its customer's id, so the row of
    the customer must go too.
    """
    LedgerNumber.objects.filter(customer__in=list(customer_ids)).delete()
    hashes = [hashed for _, hashed, *_ in _identities(_key(), customer_ids=customer_ids)]
    bulk.execute(
        f"DELETE FROM {LedgerPseudonym._meta.db_table} WHERE {bulk.among('identity_hash')}",  # noqa: S608
        [bulk.many(hashes)],
    )
