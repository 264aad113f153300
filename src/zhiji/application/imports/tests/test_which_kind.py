"""What a file is, where nobody says it: the kind that most of its columns are of."""

from __future__ import annotations

import pytest

from zhiji.application.imports import services
from zhiji.data.landing.files import land

pytestmark = pytest.mark.django_db

FILES = {
    "orders": (
        "订单编号,付款时间,买家昵称,收货人手机,商品,数量,实付金额,订单状态\n"
        "1,2024/05/25 00:51,橙子20,13900000020,白茶,2,¥145.00,交易成功\n"
    ),
    # The time is not there: it is a file of orders all the same, and the page says what is missing.
    "orders without a time": (
        "订单编号,买家昵称,收货人手机,商品,数量,实付金额,订单状态\n1,橙子20,13900000020,白茶,2,¥145.00,交易成功\n"
    ),
    "customers": "customer id,name,phone,email,city,registered at\n7,Ada,+442079460001,a@acme.test,London,2024-01-02\n",
    "products": "product code,product name,category,price,cost\nP1,Tea,Drinks,3.50,1.20\n",
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_what_most_of_its_columns_are(name: str) -> None:
    row = services.import_create(file=land("file.csv", [FILES[name].encode()]), name="file.csv", kind="auto")
    assert row.kind == name.split()[0]
    assert row.mapping["missing"] == (["ordered_at"] if "without" in name else [])
