from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "zhiji.platform"
    label = "platform"
