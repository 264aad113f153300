#!/usr/bin/env python3
"""System packages that set-up and tests need: is it there, what installs it, and install it where that is allowed.

    python3 scripts/system_packages.py chromium fonts postgresql

Only the standard library: it runs before anything is installed. Where neither root nor password-less sudo is at
hand it changes nothing, prints the command, and ends well; the tests that need the thing say so again by name.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NODE_NEEDED = (20, 19)


def chromium_path() -> str | None:
    """The system's Chromium or Chrome."""
    mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, (*names, mac))), None)


def has_chinese_font() -> bool:
    """Whether a page can show Han characters. macOS always has a font that can."""
    if sys.platform == "darwin":
        return True
    if shutil.which("fc-list"):
        listed = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False)
        return bool(listed.stdout.strip())
    return any(Path("/usr/share/fonts").glob("**/*CJK*"))


def postgres_programs() -> Path | None:
    """Folder with ``initdb`` and ``pg_ctl`` of the newest PostgreSQL server installed."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = debian[-1] if debian else shutil.which("initdb")
    return Path(found).parent if found else None


def mariadb_programs() -> tuple[Path, Path] | None:
    """``mariadb-install-db`` and ``mariadbd``."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    found = [shutil.which(name, path=path) for name in ("mariadb-install-db", "mariadbd")]
    return (Path(found[0]), Path(found[1])) if found[0] and found[1] else None


def node_version() -> tuple[int, ...] | None:
    """Version of the ``node`` in the path, when ``npm`` is there too."""
    if not (shutil.which("node") and shutil.which("npm")):
        return None
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in said.strip().lstrip("v").split(".")) if said.strip() else None


@dataclass(frozen=True)
class SystemPackage:
    """present: whether it is there now. apt, brew: what to install where that manager rules."""

    present: Callable[[], bool]
    apt: tuple[str, ...]
    brew: tuple[str, ...]


PACKAGES = {
    "chromium": SystemPackage(lambda: chromium_path() is not None, ("chromium",), ("--cask", "google-chrome")),
    "fonts": SystemPackage(has_chinese_font, ("fontconfig", "fonts-noto-cjk"), ()),
    "postgresql": SystemPackage(lambda: postgres_programs() is not None, ("postgresql",), ("postgresql@17",)),
    "mariadb": SystemPackage(lambda: mariadb_programs() is not None, ("mariadb-server",), ("mariadb",)),
}


def install_command(name: str) -> str:
    """What a person types to install it."""
    if sys.platform == "darwin":
        return f"brew install {' '.join(PACKAGES[name].brew)}"
    return f"sudo apt-get install -y --no-install-recommends {' '.join(PACKAGES[name].apt)}"


@cache
def privilege() -> list[str] | None:
    """Prefix under which packages may be installed here: nothing for root, sudo without a password, or None."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    if shutil.which("sudo") and subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode == 0:
        return sudo
    return None


def _apt(prefix: list[str], *arguments: str) -> bool:
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", *arguments]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        print(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}", file=sys.stderr)
    return done.returncode == 0


def install(names: list[str]) -> list[str]:
    """Install those that are missing, where this is allowed. Returns the names that are still missing."""
    missing = [name for name in names if not PACKAGES[name].present()]
    prefix = privilege()
    if missing and prefix is not None:
        wanted = [package for name in missing for package in PACKAGES[name].apt]
        print(f"installing {' '.join(wanted)} …", flush=True)
        install_now = ("install", "-y", "--no-install-recommends", *wanted)
        # A fresh machine's package lists are empty or old.
        if _apt(prefix, "update"):
            _apt(prefix, *install_now)
        missing = [name for name in missing if not PACKAGES[name].present()]
    for name in missing:
        print(f"{name} is missing; to install it: {install_command(name)}", file=sys.stderr, flush=True)
    return missing


if __name__ == "__main__":
    unknown = sorted(set(sys.argv[1:]) - set(PACKAGES))
    if unknown or not sys.argv[1:]:
        sys.exit(f"usage: system_packages.py {'|'.join(PACKAGES)} …")
    install(sys.argv[1:])
