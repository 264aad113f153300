"""A worker process of the tests, which does nothing but send mail. The environment names workspace and server."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiji.config.settings")
import django

django.setup()

from zhiji.platform import jobs  # noqa: E402

if __name__ == "__main__":
    jobs.work(lambda: False, idle_seconds=0.05)
