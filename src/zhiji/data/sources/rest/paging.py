"""One list, page by page: what is asked for first, what the answer holds, what is asked for next."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from zhiji.data.sources.rest.errors import RestWithoutRecords
from zhiji.data.sources.rest.flattening import at, has
from zhiji.data.sources.rest.model import Endpoint, Interface, Progress
from zhiji.data.sources.rest.moments import before
from zhiji.kernel import CodedError
from zhiji.platform.egress import host_of


class Page(list[Any]):
    """Records of one answer. following: what the next request asks for."""

    following: dict[str, Any] | None = None


def pages(
    interface: Interface, endpoint: Endpoint, progress: Progress, since: str, time_is_up: Callable[[], bool]
) -> Iterator[Page]:
    from dlt.common.exceptions import DltException

    from zhiji.data.sources.rest.client import client_of, hooks, paginator_of

    client = client_of(interface, time_is_up=time_is_up)
    following = progress.following or {}
    first = _first(endpoint, since)
    paginator = paginator_of(endpoint, following.get("value"))
    try:
        for found in client.paginate(
            following.get("url") or endpoint.path, method=endpoint.method, paginator=paginator,
            params=following.get("params", first["params"]) or None, json=following.get("json", first["json"]) or None,
            data_selector=endpoint.records or "$", hooks=hooks(interface),
        ):  # fmt: skip
            _expect_records(interface, endpoint, found.response.json())
            page = Page(_listed(endpoint, found.response.json()))
            if found.paginator.has_next_page:
                asked: Any = found.request
                page.following = {
                    "url": asked.url, "params": dict(asked.params or {}), "json": dict(asked.json or {}),
                    "value": getattr(found.paginator, "current_value", None),
                }  # fmt: skip
            yield page
    except DltException as error:
        cause = error.__cause__
        if isinstance(cause, CodedError):
            raise cause from None
        raise RestWithoutRecords(host=host_of(interface.base_url), path=endpoint.records or "$") from None


def _first(endpoint: Endpoint, since: str) -> dict[str, Any]:
    """Parameters and body of the first request of a pass."""
    params, body = dict(endpoint.params), json.loads(json.dumps(endpoint.body))
    paging, asked = endpoint.paging, endpoint.incremental
    if paging.size_param and paging.kind != "offset":
        _put(body if paging.in_body else params, paging.size_param, paging.size, paging.in_body)
    if asked is not None:
        value = before(since, asked.overlap) if since else asked.initial
        if value:
            _put(
                body if asked.in_body else params, asked.param, asked.template.replace("{since}", value), asked.in_body
            )
    return {"params": params, "json": body}


def _put(into: dict[str, Any], path: str, value: Any, nested: bool) -> None:
    """Under a name, or at a path of names joined by dots."""
    *before_last, last = path.split(".") if nested else [path]
    for name in before_last:
        inner: Any = into[int(name)] if isinstance(into, list) else into.setdefault(name, {})
        into = inner
    into[last] = value


def _expect_records(interface: Interface, endpoint: Endpoint, answer: Any) -> None:
    """An answer without the list is no answer without records: something else came."""
    if not has(answer, endpoint.records) or not isinstance(at(answer, endpoint.records), list | dict | None):
        raise RestWithoutRecords(host=host_of(interface.base_url), path=endpoint.records or "$")


def _listed(endpoint: Endpoint, answer: Any) -> list[Any]:
    found = at(answer, endpoint.records)
    return found if isinstance(found, list) else [] if found is None else [found]


def record_of(endpoint: Endpoint, record: Any) -> Any:
    return at(record, endpoint.unwrap) if endpoint.unwrap else record
