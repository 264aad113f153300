"""The making of the sample company in the background: what the set-up page's choice starts."""

from __future__ import annotations

from zhiji.operations.demo.making import KIND, demo_step

JOBS = {KIND: demo_step}
