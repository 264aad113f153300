"""Refusals of joining, parting and answering."""

from __future__ import annotations

from zhiji.kernel import CodedError


class NothingToJoin(CodedError):
    code = "nothing_to_join"
    status = 409


class IdentitiesNotOfCustomer(CodedError):
    code = "identities_not_of_customer"
    status = 409


class PairNotWaiting(CodedError):
    code = "pair_not_waiting"
    status = 409


class DecisionUndone(CodedError):
    code = "decision_undone"
    status = 409


class ResolutionUnderWay(CodedError):
    code = "resolution_under_way"
    status = 409


class RuleUnfit(CodedError):
    code = "rule_unfit"
    status = 422


class NoEarlierRules(CodedError):
    code = "no_earlier_rules"
    status = 409
