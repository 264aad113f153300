from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Registers the background entrances of all capabilities in every process: the web enqueues, the worker runs."""

    name = "zhiji.config"
    label = "config"

    def ready(self) -> None:
        from zhiji.config import discovery, logs
        from zhiji.platform import jobs

        logs.configure()
        for module in discovery.parts("jobs"):
            jobs.register(module.JOBS, on_cancel=getattr(module, "ON_CANCEL", None))
