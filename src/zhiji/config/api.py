"""The HTTP API: every capability's router under its own prefix, found, not listed."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.operation import Operation
from ninja.renderers import BaseRenderer
from ninja.security import SessionAuth

from zhiji import __version__
from zhiji.config import discovery, errors


class SignedIn(SessionAuth):
    """A session, or the bearer token that the middleware has already turned into a user; writes need the CSRF token."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any | None:  # noqa: ARG002
        return request.user if request.user.is_authenticated else None


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:  # noqa: ARG002
        return orjson.dumps(data, option=orjson.OPT_UTC_Z)


class CodedAPI(NinjaAPI):
    """Says in its schema what it really sends: refusals are ``application/problem+json``."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        schema = super().get_openapi_schema(**kwargs)
        for path in schema["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in response.get("content", {}):
                        response["content"]["application/problem+json"] = response["content"].pop("application/json")
        return schema

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


def build() -> NinjaAPI:
    """The API with all routers. A capability's ``api.py`` has ``PREFIX`` and ``router``."""
    api = CodedAPI(
        title="Zhiji",
        version=__version__,
        auth=SignedIn(csrf=True),
        renderer=OrjsonRenderer(),
        docs_url=None,
        openapi_url="/openapi.json",
        urls_namespace="api",
    )
    errors.install(api)
    for module in discovery.parts("api"):
        api.add_router(module.PREFIX, module.router)
    return api


api = build()
