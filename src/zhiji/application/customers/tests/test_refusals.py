"""What does not fit is refused in the reader's language, and names the field as whoever sent it calls it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from zhiji.application.customers import filters
from zhiji.application.customers.errors import FilterInvalid
from zhiji.application.customers.filters import DEEPEST_RULES, MOST_RULES
from zhiji.kernel import render
from zhiji.platform.models import User


@pytest.fixture
def browser(users: dict[str, User]) -> Client:
    User.objects.filter(pk=users["admin"].pk).update(language="zh")
    client = Client()
    client.force_login(users["admin"])
    return client


def refused(browser: Client, path: str, body: Any) -> dict[str, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    answer = browser.post(f"/api/v1{path}", text, content_type="application/json")
    assert answer.status_code == 422, answer.content
    return answer.json()


def test_half_a_request_is_refused_in_one_language(browser: Client) -> None:
    assert refused(browser, "/customers/export", '{"what": ')["what"] == "无法理解该请求：请求不完整"


def test_choices_are_listed_in_one_language(browser: Client) -> None:
    told = refused(browser, "/customers/export", {"format": "pdf"})
    assert told["where"] == {"field": "format"}
    assert told["what"].endswith("只能是以下之一：csv、xlsx、parquet")


def test_a_field_is_named_without_the_body_around_it(browser: Client) -> None:
    assert refused(browser, "/customers/export", {"payload": 1})["where"] == {"field": "payload"}
    assert refused(browser, "/customers/export", "5")["where"] == {"field": "request"}
    asked = browser.get("/api/v1/customers", {"limit": "many"}).json()
    assert asked["where"] == {"field": "limit"}
    assert asked["what"].endswith("不是数字")


def test_a_field_of_an_upload_is_named(browser: Client) -> None:
    answer = browser.post("/api/v1/imports", {"is_history": "perhaps"})
    assert (answer.status_code, answer.json()["where"]) == (422, {"field": "is_history"})


def nested(depth: int) -> dict[str, Any]:
    leaf = {"field": "city", "value": ["x"]}
    return leaf if depth == 1 else {"op": "and", "rules": [nested(depth - 1)]}


LEAF = nested(1)


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ("{", "filter", "请求不完整"),
        ('{"orders": {"min": "many"}}', "orders.min", "不是数字"),
        ('{"orders": {"min": 99999999999}}', "orders.min", "必须小于 2147483648"),
        ('{"orders": {"min": -99999999999}}', "orders.min", "不得小于 -2147483648"),
        ('{"city": []}', "city", "至少需要 1 个字符或条目"),
        ('{"contact_allowed": ["maybe"]}', "contact_allowed.0", "只能是以下之一：yes、no、unknown"),
        ('{"nobody": 1}', "nobody", "没有这个字段"),
        ('{"rules": 5}', "rules", "格式不符合要求"),
        (json.dumps({"rules": nested(DEEPEST_RULES + 1)}), "rules", "嵌套太深"),
        (json.dumps({"rules": {"op": "and", "rules": []}}), "rules", "至少需要 1 个字符或条目"),
        (json.dumps({"rules": {"op": "and", "rules": [LEAF] * (MOST_RULES + 1)}}), "rules", "最多 50 个字符或条目"),
        ('{"rules": {"field": "password", "value": 1}}', "rules.password", "没有这个字段"),
        ('{"rules": {"field": "city", "value": null}}', "rules.city", "缺少此项"),
        ('{"rules": {"field": "spend", "value": {"min": "many"}}}', "rules.spend.min", "不是数字"),
    ],
)
def test_a_filter_that_does_not_fit_is_refused_in_one_language(given: str, field: str, said: str) -> None:
    with pytest.raises(FilterInvalid) as error:
        filters.parse(given)
    text = render(error.value.reason, "zh")
    assert (error.value.where["field"], text.what) == (field, f"无法理解筛选条件：{said}")
