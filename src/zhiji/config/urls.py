"""Addresses: the API, health and metrics, and the page for everything else."""

from django.urls import path, re_path
from django_prometheus.exports import ExportToDjangoView

from zhiji.config import health, web
from zhiji.config.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("metrics", ExportToDjangoView),
    re_path(r"^(?!api/|static/|assets/|metrics|livez|readyz)(?P<path>.*)$", web.page),
]
handler400 = "zhiji.config.errors.bad_request"
handler404 = "zhiji.config.errors.not_found"
handler500 = "zhiji.config.errors.server_error"
