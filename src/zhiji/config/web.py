"""The page: one HTML file for every screen, with a nonce for the styles that the components write."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import ensure_csrf_cookie


@cache
def _index() -> str:
    path = settings.WEB_FOLDER / "index.html"
    if not path.exists():
        return "<!doctype html><title>Zhiji</title><p>The screens are not built yet: run <code>make setup</code>."
    return path.read_text(encoding="utf-8")


@ensure_csrf_cookie
def page(request: HttpRequest, path: str = "") -> HttpResponse:  # noqa: ARG001 - the router of the page reads it
    """Any address that is not the API's: the page decides what to show."""
    html = _index().replace("__CSP_NONCE__", str(request.csp_nonce))  # type: ignore[attr-defined]
    response = HttpResponse(html)
    response["Cache-Control"] = "no-store"
    return response
