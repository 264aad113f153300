"""The sample company in a workspace of its own: made through the same doors as any company's files."""

from zhiji.operations.demo.comparing import compared
from zhiji.operations.demo.making import KIND, demo_start

__all__ = ["KIND", "compared", "demo_start"]
