"""Every code that a person may see has its words, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from string import Formatter

import pytest

from house.tree import PACKAGE, shown
from zhiji.kernel.messages import LANGUAGES, Language, catalogue

HAN = re.compile(r"[㐀-鿿]")
KEYS = {"what", "why", "remedy"}
SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    paths = [path for path in sorted(PACKAGE.rglob("*.py")) if not {"tests", "migrations"} & set(path.parts)]
    return tuple((shown(path), ast.parse(path.read_text("utf-8"))) for path in paths)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _own_code(node: ast.ClassDef) -> str | None:
    for statement in node.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        value = getattr(statement, "value", None)
        if any(isinstance(t, ast.Name) and t.id == "code" for t in targets) and isinstance(value, ast.Constant):
            return value.value
    return None


@cache
def error_codes() -> dict[str, str]:
    """Code → place, of every class that descends from CodedError by name."""
    classes = {
        node.name: (node, place)
        for place, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }

    def descends(name: str, seen: frozenset[str] = frozenset()) -> bool:
        if name == "CodedError":
            return True
        if name not in classes or name in seen:
            return False
        return any(descends(_last_name(base), seen | {name}) for base in classes[name][0].bases)

    found: dict[str, str] = {}
    for name, (node, place) in classes.items():
        code = _own_code(node) if name != "CodedError" and descends(name) else None
        if code:
            assert code not in found, f"{code} is the code of two errors: {place} and {found[code]}"
            found[code] = f"{place}:{node.lineno}"
    return found


def reason_codes() -> Iterator[tuple[str, str]]:
    """(code, place) of every ``Reason("code", …)`` whose code is written out."""
    for place, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _last_name(node.func) == "Reason":
                given = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "code")]
                if given and isinstance(given[0], ast.Constant):
                    yield given[0].value, f"{place}:{node.lineno}"


def placeholders(texts: dict[str, str]) -> set[str]:
    return {name for text in texts.values() for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_codes() -> None:
    assert set(catalogue("zh")) == set(catalogue("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_says_what_and_nothing_unknown(language: Language) -> None:
    for code, texts in catalogue(language).items():
        assert SNAKE_CASE.fullmatch(code), code
        assert set(texts) <= KEYS, f"{code} has keys that nobody shows: {set(texts) - KEYS}"
        assert texts.get("what", "").strip(), f"{code} does not say what, in {language}"


def test_every_error_says_what_why_and_what_to_do() -> None:
    assert error_codes(), "no coded error was found at all: the search is broken"
    for code, place in error_codes().items():
        for language in LANGUAGES:
            texts = catalogue(language).get(code)
            assert texts is not None, f"{code} ({place}) has no text in {language}"
            lacking = [key for key in ("what", "why", "remedy") if not texts.get(key, "").strip()]
            assert not lacking, f"{code} ({place}) lacks {lacking} in {language}"


def test_every_reason_has_words() -> None:
    silent = [f"{code} ({place})" for code, place in reason_codes() if code not in catalogue("en")]
    assert silent == []


def test_both_languages_fill_in_the_same_things() -> None:
    differing = {
        code: placeholders(texts) ^ placeholders(catalogue("en").get(code, {}))
        for code, texts in catalogue("zh").items()
        if placeholders(texts) != placeholders(catalogue("en").get(code, {}))
    }
    assert differing == {}


def test_each_language_is_that_language() -> None:
    assert [code for code, texts in catalogue("en").items() if HAN.search(" ".join(texts.values()))] == []
    assert [code for code, texts in catalogue("zh").items() if not HAN.search(texts["what"])] == []


# What a program calls them; a person reads their words. What is to be typed as it stands is told beside its option.
CODED = {"state", "kind", "field", "fields", "object", "action"}


def bare(text: str) -> list[str]:
    """Names of states, kinds and fields that a text prints as the program calls them."""
    return [
        name for _, name, spec, _ in Formatter().parse(text) if name in CODED and not (spec or "").startswith("word")
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_states_kinds_and_fields_are_said_in_words(language: Language) -> None:
    assert bare("It is {state}, not {kind:word}.") == ["state"], "the search is broken"
    found = {code: bare(" ".join(texts.values())) for code, texts in catalogue(language).items()}
    assert {code: names for code, names in found.items() if names} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_kind_and_field_has_its_word(language: Language) -> None:
    from zhiji.application.customers.fields import FIELDS
    from zhiji.application.imports.models import Import
    from zhiji.platform import jobs
    from zhiji.platform.models import Job
    from zhiji.platform.permissions import ACTIONS, OBJECTS
    from zhiji.processing.cleaning import KINDS

    named = {*OBJECTS, *ACTIONS, *KINDS, *FIELDS, *(field for kind in KINDS.values() for field in kind.fields)}
    named |= {str(state) for state in Job.State} | jobs.kinds() | {f"import_{state}" for state in Import.State}
    assert {name for name in named if f"word_{name}" not in catalogue(language)} == set()


def test_a_problem_is_a_reason_and_not_half_a_sentence_of_one_language() -> None:
    said = [
        f"{place}:{node.lineno}"
        for place, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for given in node.keywords
        if given.arg == "problem" and isinstance(given.value, ast.Constant | ast.JoinedStr)
    ]
    assert said == []
