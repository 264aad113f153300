"""Processes that must not outlive the one that started them."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Have the kernel send SIGTERM when the parent dies, even of SIGKILL. Linux only; elsewhere does nothing."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    # It may have died between our birth and the line above.
    if os.getppid() == 1 and os.environ.get("ZHIJI_PARENT") not in (None, "1"):
        os.kill(os.getpid(), signal.SIGTERM)
