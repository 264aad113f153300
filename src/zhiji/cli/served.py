"""What granian's own process loads: the application, tied to the life of ``zhiji web``."""

from zhiji.platform.processes import end_with_parent

end_with_parent()

from zhiji.config.wsgi import application  # noqa: E402 - nothing may start before the tie

__all__ = ["application"]
