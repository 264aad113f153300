"""Sources in the background: what is due is queued twice a minute, each stream once."""

from __future__ import annotations

from zhiji.application.sources import running, services

JOBS = {services.JOB: running.step}
POLLED = (services.streams_due,)
