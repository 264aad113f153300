"""What every request passes: a reference id, the token's user, the actor of the audit."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponse

from zhiji.platform import accounts, problems
from zhiji.platform.context import Actor, acting
from zhiji.platform.errors import NotSignedIn

GetResponse = Callable[[HttpRequest], HttpResponse]
SEEN_EVERY_SECONDS = 300


class ActorMiddleware:
    """Gives the request an id, signs in the bearer of an API token, and says who acts for the audit."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = secrets.token_hex(8)  # type: ignore[attr-defined]
        kind = "user"
        header = request.headers.get("Authorization", "")
        if header.startswith("Bearer "):
            user = accounts.token_user(header.removeprefix("Bearer ").strip())
            if user is None:
                return problems.answer(request, NotSignedIn())
            request.user = user
            kind = "token"
            # A token is not sent by a browser on its own, so there is nothing to forge across sites.
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        elif request.user.is_authenticated:
            _keep_alive(request)
        who = request.user.pk if request.user.is_authenticated else None
        with acting(Actor(kind if who else "visitor", who, request.request_id)):  # type: ignore[attr-defined]
            response = self.get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        if request.path.startswith("/api/"):
            response.setdefault("Cache-Control", "no-store")
        return response


def _keep_alive(request: HttpRequest) -> None:
    """A session ends when it was idle for its whole age; it is not written more often than every five minutes."""
    if time.time() - request.session.get("seen", 0) > SEEN_EVERY_SECONDS:
        request.session["seen"] = int(time.time())
        # Now and not after the answer: where it must wait too long, nothing was done yet.
        try:
            request.session.save()
        except UpdateError:
            # It was ended elsewhere while this request began.
            request.user = AnonymousUser()
        request.session.modified = False
