"""Refusals of joining and parting."""

from __future__ import annotations

from zhiji.kernel import CodedError


class NothingToJoin(CodedError):
    code = "nothing_to_join"
    status = 409


class IdentitiesNotOfCustomer(CodedError):
    code = "identities_not_of_customer"
    status = 409
