"""The command's frame: quick help, two languages, coded refusals, generated reference."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def zhiji(home: Path, *words: str, text: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("ZHIJI_", "LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-m", "zhiji.cli", *words],
        env={**clean, "ZHIJI_HOME": str(home), "LANG": "C.UTF-8", "COLUMNS": "120", **environment},
        capture_output=True, text=True, input=text, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose workspace is prepared."""
    place = tmp_path_factory.mktemp("home")
    assert zhiji(place, "workspace", "prepare").returncode == 0
    return place


def test_help_loads_neither_the_framework_nor_numerics(tmp_path: Path) -> None:
    """What makes ``--help`` slow is what it imports; that is measured, the clock of a busy machine is not."""
    code = (
        "import sys\nfrom zhiji.cli.app import build\nbuild()\n"
        "heavy = {'django', 'numpy', 'pandas', 'duckdb', 'granian', 'ninja', 'rich'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert zhiji(tmp_path, "--help").returncode == 0
    assert list(tmp_path.iterdir()) == [], "asking for help makes no workspace"


def test_help_speaks_both_languages(tmp_path: Path) -> None:
    assert "Start Zhiji and print its address." in zhiji(tmp_path, "--help").stdout
    assert "启动知己并打印访问地址。" in zhiji(tmp_path, "--help", LANG="zh_CN.UTF-8").stdout
    assert "启动知己并打印访问地址。" in zhiji(tmp_path, "--help", ZHIJI_LANGUAGE="zh").stdout


@pytest.mark.slow
def test_users_from_the_command_line(home: Path) -> None:
    made = zhiji(home, "user", "create", "A@acme.test", "--role", "administrator", "--role", "agent", "--json")
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert (told["email"], told["roles"]) == ("a@acme.test", ["administrator", "agent"])
    assert told["link"].startswith("http://127.0.0.1:8765/reset#token=")
    given = zhiji(home, "user", "create", "b@acme.test", "--role", "agent", "--password-stdin", "--json",
                  text="four-unrelated-words-here\n")  # fmt: skip
    assert json.loads(given.stdout)["link"] == ""
    again = zhiji(home, "user", "create", "a@acme.test", "--role", "agent")
    assert (again.returncode, again.stderr.split(":")[0]) == (1, "email_taken")
    last = zhiji(home, "user", "deactivate", "a@acme.test", "--json")
    assert (last.returncode, json.loads(last.stderr)["code"]) == (1, "last_administrator")
    assert zhiji(home, "user", "deactivate", "b@acme.test").returncode == 0
    listed = json.loads(zhiji(home, "user", "list", "--json").stdout)
    assert [(row["email"], row["active"]) for row in listed] == [("a@acme.test", True), ("b@acme.test", False)]
    assert zhiji(home, "user", "setup-link").stderr.startswith("setup_already_done")


def test_a_user_may_be_the_first_thing_that_a_workspace_is_given(tmp_path: Path) -> None:
    made = zhiji(tmp_path, "user", "create", "a@acme.test", "--role", "administrator")
    assert made.returncode == 0, made.stderr


def test_the_company_is_set_up_without_a_browser(tmp_path: Path) -> None:
    made = zhiji(tmp_path, "company", "--zone", "Europe/London", "--region", "GB", "--currency", "GBP", "--json")
    told = json.loads(made.stdout)
    assert (told["zone"], told["region"], told["currency"]) == ("Europe/London", "GB", "GBP")
    wrong = zhiji(tmp_path, "company", "--region", "FR", "--zone", "Mars/Crater")
    assert (wrong.returncode, wrong.stderr.splitlines()[1]) == (1, "field --zone")
    (tmp_path / "orders.csv").write_text("order,date,customer,amount\n1,2024-01-02,C1,5\n")
    assert zhiji(tmp_path, "import", str(tmp_path / "orders.csv"), "--as", "orders").returncode == 0
    fixed = zhiji(tmp_path, "company", "--region", "FR", "--zone", "Europe/Paris")
    assert (fixed.returncode, fixed.stderr.split(":")[0]) == (1, "company_fixed")
    assert json.loads(zhiji(tmp_path, "company", "--json").stdout) == told, "a refusal changes nothing"
    assert "时区：Europe/London" in zhiji(tmp_path, "company", LANG="zh_CN.UTF-8").stdout


def test_refusals_are_coded_and_in_the_reader_s_language(home: Path) -> None:
    english = zhiji(home, "user", "reset-link", "nobody@acme.test")
    assert (english.returncode, english.stdout) == (1, "")
    assert english.stderr.startswith("user_unknown: Nobody here has the address nobody@acme.test.")
    chinese = json.loads(zhiji(home, "user", "reset-link", "x@y.z", "--json", LANG="zh_CN.UTF-8").stderr)
    assert chinese["code"] == "user_unknown"
    assert "没有邮箱为" in chinese["what"]
    role = zhiji(home, "user", "create", "c@acme.test", "--role", "king")
    assert (role.returncode, role.stderr.split(":")[0]) == (1, "input_invalid")
    assert role.stderr.splitlines()[1] == "field --role"
    wrong = zhiji(home, "import", "none.csv", "--as", "orders", LANG="zh_CN.UTF-8").stderr.splitlines()
    assert wrong[1] == "路径 none.csv"


def test_reference_tables_name_everything(tmp_path: Path) -> None:
    from zhiji.platform.environment import SETTINGS

    settings = zhiji(tmp_path, "docs", "settings").stdout
    assert [one.name for one in SETTINGS if f"`{one.name}`" not in settings] == []
    commands = zhiji(tmp_path, "docs", "cli").stdout
    for words in ("serve", "user create", "user reset-link", "workspace prepare", "docs settings"):
        assert f"### `zhiji {words}`" in commands
    assert "启动知己" in commands
    assert zhiji(tmp_path, "docs", "cli", ZHIJI_LANGUAGE="zh").stdout == commands
    untranslated = [line for line in commands.splitlines() if line.startswith("| `--") and line.endswith("|  |")]
    assert untranslated == []


@pytest.mark.slow
def test_imports_are_listed_and_taken_back_by_command(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    line = "A1,2025-01-03 10:00,C1,tea,1,5\n"
    file.write_text("order,date,customer,product,quantity,price\n" + line * 2)
    assert zhiji(home, "import", str(file), "--as", "orders").returncode == 0
    found = json.loads(zhiji(home, "imports", "list", "--json").stdout)
    assert [(row["name"], row["state"], row["counts"]["stored"]) for row in found] == [("orders.csv", "stored", 2)]
    lines = json.loads(zhiji(home, "imports", "identical-lines", "--once", "--json").stdout)
    assert (lines["lines"], lines["counted_once"]) == (1, True)
    assert "1 identical line, ¥5.00, counted as often" in zhiji(home, "imports", "identical-lines", "--as-often").stdout
    number = str(found[0]["import_id"])
    undone = zhiji(home, "imports", "undo", number, "--json")
    assert json.loads(undone.stdout)["state"] == "undone"
    unknown = zhiji(home, "imports", "undo", "999", "--json")
    assert (unknown.returncode, json.loads(unknown.stderr)["code"]) == (1, "not_found")
