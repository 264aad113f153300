"""A file of rejects, whatever stands in its cells, begins no formula and comes back word for word."""

from __future__ import annotations

import csv
import io
from itertools import product
from typing import Any

import pytest
from django.http import HttpRequest

from importing import check, store
from zhiji.application.imports import presentation, queries
from zhiji.application.imports.models import Import

pytestmark = pytest.mark.django_db(transaction=True)

SIGNS = "=+-@\t\r\n＝＋－＠"
HEADER = ["order", "date", "customer", "product", "quantity", "price", "=note", "'-mark"]
WORDS = [
    before + sign + after for before, sign, after in product(("", "'", "''"), SIGNS, ("1+1", "HYPERLINK(1)", "'x"))
] + ["-12.5", "'-12.5", "'", "''王"]


SAID = {"quantity": "quantity"}  # no content speaks for it


def text_of(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def exported(row: Import) -> str:
    request = HttpRequest()
    request.user = row.created_by  # type: ignore[assignment]
    return "".join(presentation.rejected_file(request, row))


def rejected(row: Import) -> list[dict[str, Any]]:
    lines = queries.rejected_rows(row, "en", limit=1000)
    return [{name: line["original"][name] for name in HEADER} for line in lines]


@pytest.mark.parametrize("when", ["dry run", "stored"])
def test_what_left_as_a_reject_comes_back_word_for_word(when: str) -> None:
    bad = [[f"A{n}", "2025-01-03", "C1", word, "x", "30", word, word] for n, word in enumerate(WORDS)]
    first = check(text_of([HEADER, ["B1", "2025-01-03", "C1", "tea", "1", "30", "", ""], *bad]), overrides=SAID)
    before = rejected(first)
    assert [line["=note"] for line in before] == WORDS
    if when == "stored":
        store(first)
    text = exported(first)
    for cells in csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")):
        assert not [cell for cell in cells if cell.startswith(tuple(SIGNS)) and cell != "-12.5"]
    again = check(text, name="rejects.csv", overrides=SAID)
    assert rejected(again) == before
    if when == "stored":
        assert again.mapping["same_as"] == first.pk
