"""Addresses: the API, health and metrics, and the page for everything else."""

from django.urls import path, re_path

from zhiji.config import health, metrics, web
from zhiji.config.api import api
from zhiji.platform import idempotency

routes = api.urls
idempotency.expect_operations(routes[0])
urlpatterns = [
    path("api/v1/", routes),
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    re_path(r"^(?!api/|static/|assets/|metrics|livez|readyz)(?P<path>.*)$", web.page),
]
handler400 = "zhiji.config.errors.bad_request"
handler404 = "zhiji.config.errors.not_found"
handler500 = "zhiji.config.errors.server_error"
