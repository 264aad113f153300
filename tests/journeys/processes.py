"""A launcher process and the files it is given."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def orders_file(path: Path, orders: int, *, seed: int = 11, first: int = 0) -> Path:
    """Orders of one to five lines by some customers and guests, some lines refused, some returned."""
    rng = random.Random(seed)
    lines = ["order,date,customer,product,quantity,price\n"]
    for number in range(first, first + orders):
        customer = f"C{rng.randrange(1_500)}" if rng.random() < 0.95 else ""
        day = f"2024-{rng.randrange(1, 13):02}-{rng.randrange(1, 28):02}"
        for _ in range(rng.randrange(1, 5)):
            price = "dear" if rng.random() < 0.002 else f"{rng.randrange(100, 90_000) / 100:.2f}"
            quantity = -1 if rng.random() < 0.03 else rng.randrange(1, 6)
            lines.append(f"A{number},{day},{customer},P{rng.randrange(300)},{quantity},{price}\n")
    path.write_text("".join(lines), encoding="utf-8")
    return path


class Launcher:
    """A launcher on a home of its own; ``back_to`` puts the home back to what it was when ``keep`` was called."""

    def __init__(self, home: Path) -> None:
        self.home = home
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("ZHIJI_", "DATABASE_URL"))}
        self.environment = {**clean, "ZHIJI_HOME": str(home), "ZHIJI_LANGUAGE": "en", "ZHIJI_THREADS": "1"}
        words = [sys.executable, str(Path(__file__).with_name("launcher.py"))]
        self.process = subprocess.Popen(
            words, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, do: str, **more: Any) -> dict[str, Any]:
        return self.begin(do, **more)()

    def begin(self, do: str, **more: Any) -> Callable[[], dict[str, Any]]:
        """Give an order; what is returned waits for the answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.process.stdin.flush()

        def answer() -> dict[str, Any]:
            assert self.process.stdout is not None
            told: dict[str, Any] = json.loads(self.process.stdout.readline())
            assert told["killed"] or told["status"] == 0, told["err"]
            return told

        return answer

    def keep(self, name: str) -> None:
        shutil.copytree(self.home, self.home.with_name(name))

    def back_to(self, name: str) -> None:
        shutil.rmtree(self.home)
        shutil.copytree(self.home.with_name(name), self.home)

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(20)
