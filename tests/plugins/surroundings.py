"""The environment of every test, set before Django's settings or numpy load: threads pinned, nobody's real workspace.

Loaded by ``-p`` in pyproject.toml, because a conftest comes after pytest-django has read the settings.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# Two workers on two cores: a numerical library that starts a thread per core makes both crawl.
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

if _worker := os.environ.get("PYTEST_XDIST_WORKER"):
    # Workers inherit all this from the process that started them, but never share files: what one counts in a
    # workspace, the other would add to.
    os.environ["ZHIJI_HOME"] = str(Path(os.environ["ZHIJI_HOME"]) / _worker)
else:
    os.environ["ZHIJI_HOME"] = tempfile.mkdtemp(prefix="zhiji-test-home-")
    # At the end of the process, not of the session: settings that fail to load end it before any session begins.
    atexit.register(shutil.rmtree, os.environ["ZHIJI_HOME"], ignore_errors=True)
    for _real in ("ZHIJI_WORKSPACE", "DATABASE_URL", "ZHIJI_MAIL_URL"):
        os.environ.pop(_real, None)
    if _database := os.environ.get("ZHIJI_TEST_DATABASE_URL"):
        os.environ["DATABASE_URL"] = _database
