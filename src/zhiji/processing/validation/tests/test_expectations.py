"""Expectations are a table that a person can read, and every one of them can fail for a reason with words."""

import duckdb
import pytest

from zhiji.cli import docs_expectations
from zhiji.kernel.messages import catalogue
from zhiji.processing.cleaning import KINDS
from zhiji.processing.cleaning.folding import quoted
from zhiji.processing.validation import EXPECTATIONS


@pytest.mark.parametrize("kind", list(EXPECTATIONS))
def test_each_expectation_is_whole(kind: str) -> None:
    names = [one.name for one in EXPECTATIONS[kind]]
    assert len(set(names)) == len(names)
    for one in EXPECTATIONS[kind]:
        assert one.field in KINDS[kind].fields
        assert bool(one.code) != bool(one.code_sql)
        for language in ("zh", "en"):
            assert not one.code or one.code in catalogue(language)


@pytest.mark.parametrize("kind", list(EXPECTATIONS))
def test_each_predicate_is_sql(kind: str) -> None:
    """Parsed by the engine that runs them, over columns of any type."""
    for one in EXPECTATIONS[kind]:
        query = quoted(f"SELECT {one.predicate} FROM t")
        parsed = duckdb.sql(f"SELECT json_serialize_sql({query})").fetchall()[0][0]
        assert '"error":false' in parsed.replace(" ", "")


def test_the_documentation_tells_each_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    docs_expectations.expectations()
    printed = capsys.readouterr().out
    for kind, listed in EXPECTATIONS.items():
        part = printed.split(f"## Fields of {kind}\n")[1].split("\n## ")[0]
        lines = [line for line in part.splitlines() if line.startswith("| `")]
        assert [line.split("`")[1] for line in lines] == [one.name for one in listed]
        for line, one in zip(lines, listed, strict=True):
            assert ("**rejected**" in line) == (one.severity == "reject")
            assert all(cell.strip() for cell in line.strip("|").split(" | ")), line
    for code in ("identifier_rounded", "file_is_web_page", "record_nul", "identical_lines", "lines_without_customer"):
        assert f"| `{code}` |" in printed
    assert "{" not in printed
