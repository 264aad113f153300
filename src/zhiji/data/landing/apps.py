from django.apps import AppConfig


class LandingConfig(AppConfig):
    name = "zhiji.data.landing"
    label = "landing"
