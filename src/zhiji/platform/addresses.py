"""The address a request came from: behind the named proxy, the one that the proxy saw."""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest

from zhiji.platform.environment import setting


def client_address(request: HttpRequest) -> str:
    """The peer's address; only where that is the proxy of ZHIJI_PROXY, the last hop that the proxy wrote down."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    if not setting("ZHIJI_PROXY") or peer != setting("ZHIJI_PROXY").rsplit("://", 1)[-1].rsplit(":", 1)[0].strip("[]"):
        return peer
    last = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rsplit(",", 1)[-1].strip()
    try:
        return str(ipaddress.ip_address(last))
    except ValueError:
        return peer
