"""How many attempts the files of the matrix make at least. They are files of their own, so that workers share them."""

from __future__ import annotations

from security.matrix.attempts import Outcome

LEAST = {"reading": 7_500, "writing": 11_500, "tokens": 8_000, "parameters": 5_900, "methods": 18_000, "absent": 6_200}
BAR = 50_000
assert sum(LEAST.values()) >= BAR


def assert_clean(part: str, outcome: Outcome) -> None:
    """No leak, no write after a denial; and as many attempts as the whole counts on."""
    print(f"permission matrix, {part}: {outcome.attempts} attempts, {len(outcome.findings)} findings")
    assert outcome.findings == [], "\n".join(outcome.findings[:20])
    assert outcome.attempts >= LEAST[part]
