"""Figures for Prometheus: for a program on this machine, or for whoever may read everything about the jobs."""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest, HttpResponse
from django_prometheus.exports import ExportToDjangoView

from zhiji.platform import problems
from zhiji.platform.errors import NotAllowed, NotSignedIn
from zhiji.platform.permissions import Reach, reach

# Any of these was written by a proxy: the real caller is somebody else than the peer.
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip")


def metrics(request: HttpRequest) -> HttpResponse:
    """Without a sign of who asks only to this machine itself; beyond it to a token (or person) with ``job:read``."""
    if request.user.is_authenticated:
        if reach(request.user, "job", "read") != Reach.ALL:
            return problems.answer(request, NotAllowed(object="job", action="read"))
    elif not _from_this_machine(request):
        return problems.answer(request, NotSignedIn())
    answer: HttpResponse = ExportToDjangoView(request)
    answer["Cache-Control"] = "no-store"
    return answer


def _from_this_machine(request: HttpRequest) -> bool:
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(str(request.META.get("REMOTE_ADDR", ""))).is_loopback
    except ValueError:
        return False
