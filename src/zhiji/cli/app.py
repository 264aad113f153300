"""The ``zhiji`` command: finds its commands in this folder, turns coded errors into words and an exit status."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys

import typer

import zhiji.cli
from zhiji.cli import frame


def build() -> typer.Typer:
    """The application with all commands, each registered by its own module."""
    app = typer.Typer(
        name="zhiji",
        help=frame.both("An intelligent CRM that a company runs itself.", "企业自行运行的智能 CRM。"),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for found in sorted(pkgutil.iter_modules(zhiji.cli.__path__), key=lambda info: info.name):
        if found.name in ("app", "__main__", "served") or found.ispkg:
            continue
        module = importlib.import_module(f"zhiji.cli.{found.name}")
        if hasattr(module, "register"):
            module.register(app)
    return app


def main() -> None:
    # Whatever a command writes, the workspace above all, is for its owner alone.
    os.umask(0o077)
    try:
        build()(prog_name="zhiji")
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - the last line of defence: every failure gets a code and words
        frame.refuse(error)
