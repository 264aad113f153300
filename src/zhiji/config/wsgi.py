"""The WSGI entrance."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiji.config.settings")
application = get_wsgi_application()
# What is wrong with the addresses is said at start, not by the first request.
get_resolver().url_patterns  # noqa: B018 - reading it loads them
