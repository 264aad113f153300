"""What a list can be narrowed by: validated, then turned into conditions on the projection."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.db.models import Q
from pydantic import ConfigDict, Field, ValidationError, field_validator

from zhiji.application.customers.errors import FilterInvalid
from zhiji.application.customers.fields import FIELDS, ListField
from zhiji.data.store.paging import Condition
from zhiji.kernel import MICROS, Reason
from zhiji.platform.schemas import Line, RowId, Strict
from zhiji.platform.unfit import UnfitError, unfit

LONGEST_JSON = 20_000
DEEPEST_RULES, MOST_RULES = 5, 50
Choice = Annotated[list[Annotated[str, Line(200)]], Field(min_length=1, max_length=200)]
Keys = Annotated[list[RowId | None], Field(min_length=1, max_length=200)]
Whole = Annotated[int, Field(ge=-(2**31), lt=2**31)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Amount = Annotated[Decimal, Field(max_digits=18, decimal_places=6, allow_inf_nan=False)]


class WholeRange(Strict):
    """Both ends count; ``missing``: only rows without a value."""

    min: Whole | None = None
    max: Whole | None = None
    missing: bool = False


class NumberRange(Strict):
    min: Number | None = None
    max: Number | None = None
    missing: bool = False


class AmountRange(Strict):
    """In units of the company's currency, exact."""

    min: Amount | None = None
    max: Amount | None = None
    missing: bool = False


class DayRange(Strict):
    model_config = ConfigDict(populate_by_name=True)

    min: date | None = Field(None, alias="from")
    max: date | None = Field(None, alias="to")
    missing: bool = False


class CustomerFilter(Strict):
    """All that is given must hold. Lists hold alternatives; ``null`` among owners or teams means nobody.

    ``rules``: a tree of AND and OR, see ``leaves``.
    """

    q: Annotated[str, Field(max_length=200)] = ""
    country: Choice | None = None
    city: Choice | None = None
    owner: Keys | None = None
    team: Keys | None = None
    segment: Choice | None = None
    band: Choice | None = None
    contact_allowed: Annotated[list[Literal["yes", "no", "unknown"]], Field(min_length=1, max_length=3)] | None = None
    orders: WholeRange | None = None
    value_rank: WholeRange | None = None
    spend: AmountRange | None = None
    mean_order: AmountRange | None = None
    expected_value: AmountRange | None = None
    value_low: AmountRange | None = None
    value_high: AmountRange | None = None
    at_stake: AmountRange | None = None
    first_order_on: DayRange | None = None
    last_order_on: DayRange | None = None
    as_of: DayRange | None = None
    usual_gap_days: NumberRange | None = None
    overdue_days: NumberRange | None = None
    value_score: NumberRange | None = None
    expected_orders: NumberRange | None = None
    probability_active: NumberRange | None = None
    name: Annotated[str, Line(200)] | None = None
    external_id: Annotated[str, Line(200)] | None = None
    rules: dict[str, Any] | None = None

    @field_validator("rules", mode="before")
    @classmethod
    def _rules_hold(cls, given: Any) -> Any:
        if given is not None:
            leaves(given)
        return given

    def asked(self) -> list[str]:
        """Names of the fields that are filtered by, in rules too."""
        own = [name for name in FIELDS if getattr(self, name, None) is not None]
        inner = [name for leaf in leaves(self.rules) for name in leaf.asked()] if self.rules else []
        return list(dict.fromkeys([*own, *inner]))


def leaves(tree: Any, depth: int = 1) -> list[CustomerFilter]:
    """The leaves of a tree of rules, each as a filter of one field. Raises ValueError where it is none.

    A tree is ``{"op": "and" | "or", "rules": [...]}`` with trees or leaves ``{"field": ..., "value": ...}``; at most
    ``DEEPEST_RULES`` levels and ``MOST_RULES`` leaves.
    """
    if depth > DEEPEST_RULES:
        raise UnfitError(Reason("problem_too_deep"))
    if not isinstance(tree, dict):
        raise UnfitError(Reason("problem_not_as_expected"))
    if set(tree) == {"field", "value"}:
        return [_leaf(tree)]
    if set(tree) != {"op", "rules"} or tree["op"] not in ("and", "or") or not isinstance(tree["rules"], list):
        raise UnfitError(Reason("problem_not_as_expected"))
    if not tree["rules"]:
        raise UnfitError(Reason("problem_too_short", {"min_length": 1}))
    if len(tree["rules"]) > MOST_RULES:
        raise _too_many()
    found = [leaf for rule in tree["rules"] for leaf in leaves(rule, depth + 1)]
    if len(found) > MOST_RULES:
        raise _too_many()
    return found


def _too_many() -> UnfitError:
    return UnfitError(Reason("problem_too_long", {"max_length": MOST_RULES}))


def _leaf(rule: dict[str, Any]) -> CustomerFilter:
    name = rule["field"]
    if not isinstance(name, str) or name not in FIELDS:
        raise UnfitError(Reason("problem_unknown_field"), str(name)[:60])
    if rule["value"] is None:
        raise UnfitError(Reason("problem_missing"), name)
    return CustomerFilter.model_validate({name: rule["value"]})


def parse(text: str) -> CustomerFilter:
    """A filter from its JSON. Raises FilterInvalid with the field and the problem."""
    if not text.strip():
        return CustomerFilter()
    try:
        if len(text) > LONGEST_JSON:
            raise _unfit(Reason("problem_too_long", {"max_length": LONGEST_JSON}))
        return CustomerFilter.model_validate_json(text)
    except ValidationError as error:
        raise _invalid(error) from error
    except RecursionError as error:
        raise _unfit(Reason("problem_too_deep")) from error


def from_dict(given: dict[str, Any]) -> CustomerFilter:
    try:
        return CustomerFilter.model_validate(given)
    except ValidationError as error:
        raise _invalid(error) from error


def _unfit(problem: Reason) -> FilterInvalid:
    return FilterInvalid(given="filter", problem=problem.to_json(), where={"field": "filter"})


def _invalid(error: ValidationError) -> FilterInvalid:
    path, problem = unfit(error.errors()[0])
    field = ".".join(path)[:100] or "filter"
    return FilterInvalid(given=field, problem=problem.to_json(), where={"field": field})


def conditions(wanted: CustomerFilter) -> tuple[Condition, ...]:
    """The filter as conditions on ``CustomerListRow``; the words (``q``) are not among them."""
    found: list[Condition] = []
    for name, field in FIELDS.items():
        if getattr(wanted, name, None) is not None:
            found += _condition(field, getattr(wanted, name))
    if wanted.rules is not None:
        found += _of_tree(wanted.rules)
    return tuple(found)


def _of_tree(tree: dict[str, Any]) -> list[Condition]:
    """What must hold together stays apart, so that the rarest part may lead the way; alternatives are one condition."""
    if "field" in tree:
        return list(conditions(_leaf(tree)))
    parts = [_of_tree(rule) for rule in tree["rules"]]
    if tree["op"] == "and" or len(parts) == 1:
        return [condition for part in parts for condition in part]
    q = Q()
    for part in parts:
        if not part:  # a range without ends leaves nobody out
            return []
        together = Q()
        for condition in part:
            together &= condition.q
        q |= together
    columns = {condition.column for part in parts for condition in part}
    return [Condition(q, columns.pop() if len(columns) == 1 else "")]


def _condition(field: ListField, value: Any) -> list[Condition]:
    column = field.column
    if field.kind == "text":
        return [Condition(Q(**{f"{column}__iexact": value}), column)]
    if field.kind in ("choice", "person", "team"):
        given = [each for each in value if each is not None]
        q = Q(**{column: given[0]}) if len(given) == 1 else Q(**{f"{column}__in": given})
        if len(given) < len(value):
            q = Q(**{f"{column}__isnull": True}) | q if given else Q(**{f"{column}__isnull": True})
        return [Condition(q, column, is_equality=len(value) == 1)]
    if field.kind == "flag":
        states = {"yes": Q(**{column: True}), "no": Q(**{column: False}), "unknown": Q(**{f"{column}__isnull": True})}
        q = Q()
        for state in dict.fromkeys(value):
            q |= states[state]
        return [Condition(q, column)]
    return _range(field, value)


def _range(field: ListField, value: WholeRange | NumberRange | AmountRange | DayRange) -> list[Condition]:
    column, found = field.column, []
    if value.missing:
        return [Condition(Q(**{f"{column}__isnull": True}), column)]
    q = Q()
    for end, comparison in ((value.min, "gte"), (value.max, "lte")):
        if end is not None:
            q &= Q(**{f"{column}__{comparison}": int(end * MICROS) if isinstance(end, Decimal) else end})
    if q:
        found.append(Condition(q, column))
    return found
