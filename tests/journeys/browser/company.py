"""A company of three hundred customers behind a running server, for journeys that look at its pages.

Its files speak no language: every Han word became a made-up Latin one and products go by their codes. So Han on an
English page, or an English sentence on a Chinese one, can only be ours.
"""

from __future__ import annotations

import csv
import fcntl
import random
import re
from datetime import date
from pathlib import Path

from security.server import Browser, Server
from zhiji.operations.sample import generate_sample

CUSTOMERS = 300
AS_OF = date(2025, 6, 30)
COMPANY = {"name": "Acme", "zone": "Asia/Shanghai", "currency": "CNY", "language": "zh"}
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_HAN_WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
_PRODUCT, _CODE = "Product name", "Product code"


def _latin(found: re.Match[str]) -> str:
    """The same word for the same Han, in Latin letters and in no language."""
    chance = random.Random(found.group())
    return "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in found.group()).capitalize()


def write_neutral(source: Path, target: Path) -> None:
    """A file of the sample company without a word of any language, but for the names of its columns."""
    with source.open(encoding="utf-8-sig", newline="") as read, target.open("w", encoding="utf-8", newline="") as write:
        rows = csv.reader(read)
        header = next(rows)
        writer = csv.writer(write)
        writer.writerow(header)
        for row in rows:
            cells = dict(zip(header, row, strict=True))
            if _PRODUCT in cells:
                cells[_PRODUCT] = cells[_CODE]
            writer.writerow([_HAN_WORD.sub(_latin, cell) for cell in cells.values()])


def _said(server: Server, *words: str) -> None:
    done = server.command(*words)
    assert done.returncode == 0, f"zhiji {' '.join(words)}: {done.stdout} {done.stderr}"


def company_home(folder: Path) -> Path:
    """The home of the company, imported and scored by command; its administrator is ``security.server.ADMIN``.

    Made by the first process that asks for it in this folder; the others wait.
    """
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        home = folder / "home"
        if not home.exists():
            part = folder / "part"
            _make(folder, part)
            part.rename(home)
    return home


def _make(folder: Path, home: Path) -> None:
    files = generate_sample(as_of=AS_OF, n_customers=CUSTOMERS).write(folder / "sample", "en")
    with Server(home) as server:
        admin = {"company": COMPANY, "name": "Robin"}
        assert Browser(server).set_up(server.setup_token(), **admin).status_code == 200
    # Alone, so that nothing but these commands works on the company.
    for kind in ("customers", "orders"):
        neutral = folder / f"{kind}.csv"
        write_neutral(files[kind], neutral)
        _said(server, "import", str(neutral), "--as", kind)
    _said(server, "refresh", "--as-of", AS_OF.isoformat())


def choose(admin: Browser, **choices: str) -> None:
    """Language and theme of the account, which rule over what the browser would like."""
    assert admin.api("PATCH", "/accounts/me", json=choices).status_code == 200
