"""What does not fit, as a reason: pydantic's own words are in English alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from zhiji.kernel import Reason

# Parts of pydantic's error types, and the words that this product has for them; the first that is a part holds.
_PROBLEMS = {
    "json_invalid": "problem_malformed",
    "missing": "problem_missing",
    "too_short": "problem_too_short",
    "too_long": "problem_too_long",
    "greater_than_equal": "problem_too_small",
    "greater_than": "problem_not_above",
    "less_than_equal": "problem_too_large",
    "less_than": "problem_not_below",
    "int_": "problem_not_a_number",
    "float_": "problem_not_a_number",
    "decimal_": "problem_not_a_number",
    "finite_number": "problem_not_a_number",
    "string_type": "problem_not_text",
    "literal_error": "problem_not_a_choice",
    "enum": "problem_not_a_choice",
    "date": "problem_not_a_date",
    "time": "problem_not_a_date",
    "extra_forbidden": "problem_unknown_field",
}
# 'replace', 'add' or 3
_CHOICE = re.compile(r"""'([^']*)'|"([^"]*)"|([^\s,]+)""")


class UnfitError(ValueError):
    """Raised in a validator: ``problem`` is told as it is. path: where below the field that is validated."""

    def __init__(self, problem: Reason, *path: str) -> None:
        self.problem, self.path = problem, path
        super().__init__(problem.code)


def unfit(error: Mapping[str, Any]) -> tuple[tuple[str, ...], Reason]:
    """One of pydantic's ``errors()`` as its place and what is wrong there; a cause within a validator is followed."""
    path, given = tuple(str(part) for part in error["loc"]), error.get("ctx") or {}
    cause = given.get("error")
    if isinstance(cause, UnfitError):
        return (*path, *cause.path), cause.problem
    if isinstance(cause, ValidationError):
        below, problem = unfit(cause.errors()[0])
        return (*path, *below), problem
    kind = str(error.get("type", ""))
    code = next((code for part, code in _PROBLEMS.items() if part in kind), "problem_not_as_expected")
    params: dict[str, Any] = {name: str(value)[:200] for name, value in given.items()}
    if code == "problem_not_a_choice":
        params["expected"] = _choices(str(given.get("expected", "")))
    return path, Reason(code, params)


def _choices(told: str) -> list[str]:
    found = _CHOICE.findall(told)
    return [quoted or doubly or bare for quoted, doubly, bare in found if bare != "or"]
