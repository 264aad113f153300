"""How a command begins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = ("ibis", "openpyxl", "scipy", "sklearn")
STARTED = f"""
import sys
from zhiji.cli import frame
frame.start()
print(*(name for name in {HEAVY} if name in sys.modules))
"""


def test_a_command_does_not_wait_for_what_few_commands_use(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTED], env={"ZHIJI_HOME": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
