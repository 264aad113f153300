"""The ``zhiji`` command."""

from zhiji.cli.app import main

__all__ = ["main"]
