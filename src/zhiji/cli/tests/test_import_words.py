"""``zhiji import --map-value``, and what a refused file leaves when it came by the command."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhiji.application.imports.models import Import
from zhiji.cli import frame
from zhiji.cli.history import listed
from zhiji.cli.imports import _meanings, import_file
from zhiji.config import schema
from zhiji.data.store.models import Order
from zhiji.kernel import CodedError, render
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


LINES = "order,date,customer,amount\n1,2025-01-03,C1,5\n2,2025-01-04,C2,6\n3,2025-02-31,C2,6\n"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "tried", "stored", "line"),
    [
        ("zh", "预演：收到 3 行，可入库 2 行，拒收 1 行", "收到 3 行，入库 2 行，重复送达 0 行，拒收 1 行",
         "o.csv：已入库（入库 2 行，拒收 1 行）"),
        ("en", "Dry run: 3 received, 2 accepted, 1 rejected", "3 received, 2 stored, 0 redelivered, 1 rejected",
         "o.csv: stored; 2 stored, 1 rejected"),
    ],
)  # fmt: skip
def test_the_account_is_said_as_people_say_it(
    command: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    language: str, tried: str, stored: str, line: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("ZHIJI_LANGUAGE", language)
    file = tmp_path / "o.csv"
    file.write_text(LINES, encoding="utf-8")
    import_file(file, dry_run=True)
    assert tried in capsys.readouterr().out.splitlines()
    import_file(file)
    assert stored in capsys.readouterr().out.splitlines()
    listed()
    assert capsys.readouterr().out.rstrip().endswith(f"  {line}")


@pytest.mark.django_db(transaction=True)
def test_nothing_to_store_says_the_first_reason_in_the_readers_language(command: None, tmp_path: Path) -> None:
    file = tmp_path / "o.csv"
    file.write_text("order,date,customer,amount\n3,2025-02-31,C2,6\n", encoding="utf-8")
    with pytest.raises(CodedError, match="import_nothing_to_store") as refused:
        import_file(file)
    assert "没有“2025-02-31”这一天" in render(refused.value.reason, "zh").why
    assert 'no such day or time: "2025-02-31"' in render(refused.value.reason, "en").why
