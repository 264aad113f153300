"""``zhiji import --map-value``, and what a refused file leaves when it came by the command."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhiji.application.imports.models import Import
from zhiji.cli import frame
from zhiji.cli.imports import _meanings, import_file
from zhiji.config import schema
from zhiji.data.store.models import Order
from zhiji.kernel import CodedError
from zhiji.platform.errors import InputInvalid


def test_a_word_may_hold_the_signs_around_it() -> None:
    said = _meanings(["order_state:已揽收=completed", "order_state: a=b:c = closed", "currency:块钱="])
    assert said == {"order_state": {"已揽收": "completed", "a=b:c": "closed"}, "currency": {"块钱": ""}}


@pytest.mark.parametrize("said", ["order_state", "order_state:x", "order_state=x"])
def test_half_a_meaning_is_refused(said: str) -> None:
    with pytest.raises(InputInvalid):
        _meanings([said])


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's work on the database of the tests, which is ready as it is."""
    monkeypatch.setattr(frame, "start", lambda: None)
    monkeypatch.setattr(schema, "prepare", lambda: None)


@pytest.mark.django_db(transaction=True)
def test_the_command_takes_meanings_and_leaves_a_refused_file_in_the_history(command: None, tmp_path: Path) -> None:
    good, bad = tmp_path / "orders.csv", tmp_path / "orders.xls"
    good.write_text("order,date,customer,amount,status\n1,2025-01-03,C1,5,已作罢\n", encoding="utf-8")
    bad.write_bytes(b"<html><body>orders</body></html>")
    import_file(good, map_value=["order_state:已作罢=cancelled"])
    assert Order.objects.get().state == "cancelled"
    with pytest.raises(CodedError, match="file_is_web_page"):
        import_file(bad)
    row = Import.objects.latest("pk")
    assert (row.state, row.name, row.reason["code"]) == ("failed", "orders.xls", "file_is_web_page")
