"""What routes say of themselves is found, or the server does not start."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import get_resolver, path

from zhiji.platform import idempotency


def routes() -> list[Any]:
    (api,) = [each for each in get_resolver().url_patterns if getattr(each, "namespace", "") == "api"]
    return api.url_patterns


def hiding(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """As a release of the framework would that wraps what it hands out once more."""

    @wraps(view)
    def inner(*given: Any, **named: Any) -> HttpResponse:
        return view(*given, **named)

    return inner


def test_a_framework_that_keeps_its_operations_elsewhere_is_found_at_start() -> None:
    found = routes()
    idempotency.expect_operations(found)
    (written,) = {str(each.pattern): each for each in found if str(each.pattern) == "accounts/invitations"}.values()
    with pytest.raises(RuntimeError, match="accounts/invitations"):
        idempotency.expect_operations([*found, path("accounts/invitations", hiding(written.callback))])
