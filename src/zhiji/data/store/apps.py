from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "zhiji.data.store"
    label = "store"
