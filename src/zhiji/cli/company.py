"""``zhiji company``: what the set-up page asks, for a server that nobody opens in a browser first."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from zhiji.cli import frame
from zhiji.cli.frame import both
from zhiji.cli.options import Json

SHOWN = ("name", "currency", "zone", "region", "language", "margin_percent", "history_lag_days", "calls_per_day")


def register(app: typer.Typer) -> None:
    help_text = both("Show the company's settings, or change those that are named.", "查看公司设置，或修改所指定的项。")
    app.command("company", help=help_text)(company)


def company(
    name: Annotated[str | None, typer.Option(help=both("The company's name.", "公司名称。"))] = None,
    currency: Annotated[str | None, typer.Option(help=both("Currency of the books, as GBP; before the first import.",
                                                           "账簿币种，如 CNY；须在首次导入之前设置。"))] = None,
    zone: Annotated[str | None, typer.Option(help=both("Zone of its days, as Europe/London; before the first import.",
                                                       "所在时区，如 Asia/Shanghai；须在首次导入之前设置。"))] = None,
    region: Annotated[str | None, typer.Option(help=both("Country in which a phone number without + is read, as GB.",
                                                         "不带 + 的电话号码按哪个国家或地区读取，如 CN。"))] = None,
    language: Annotated[str | None, typer.Option(help=both("zh or en.", "zh 或 en。"))] = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Nothing is changed where one value does not fit, or rests beneath what is imported already."""
    frame.start()
    from zhiji.application.company import services
    from zhiji.config import schema
    from zhiji.platform import company as platform
    from zhiji.platform.accounts import operator

    schema.prepare()
    given = {"name": name, "currency": currency, "zone": zone, "region": region, "language": language}
    if said := {field: value for field, value in given.items() if value is not None}:
        services.company_update(by=operator(), **_checked(said))
    row = platform.company()
    told = {field: getattr(row, field) for field in SHOWN}
    frame.show(told, json, lambda: _text(told))


def _checked(said: dict[str, Any]) -> dict[str, Any]:
    """By the rules of the settings page. Raises InputInvalid."""
    from pydantic import TypeAdapter, ValidationError

    from zhiji.platform.errors import InputInvalid
    from zhiji.platform.schemas import Currency, Line, PhoneRegion, Zone
    from zhiji.platform.unfit import unfit

    kinds: dict[str, Any] = {
        "name": Annotated[str, Line(200)], "currency": Currency, "zone": Zone, "region": PhoneRegion,
        "language": Literal["zh", "en"],
    }  # fmt: skip
    checked: dict[str, Any] = {}
    for field, value in said.items():
        try:
            checked[field] = TypeAdapter(kinds[field]).validate_python(value)
        except ValidationError as error:
            problem = unfit(error.errors()[0])[1].to_json()
            raise InputInvalid(field=f"--{field}", problem=problem, where={"field": f"--{field}"}) from None
    return checked


def _text(told: dict[str, Any]) -> str:
    from zhiji.kernel import word

    language = frame.language()
    between = "：" if language == "zh" else ": "
    lines = {field: "–" if value in (None, "") else value for field, value in told.items()}
    return "\n".join(f"{word(field, language, of='company')}{between}{value}" for field, value in lines.items())
