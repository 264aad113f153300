"""``zhiji demo``: the sample company, made through the same doors as any company's own files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from zhiji.cli import frame
from zhiji.cli.frame import both
from zhiji.cli.options import Json, day_of

_WORDS = {
    "refused_rows": ("rows refused, each with its row, column and reason", "拒收的行（行号、列与原因逐一一致）"),
    "order_rows": ("rows of the order file", "订单文件行数"),
    "return_lines": ("return lines", "退货行"),
    "guest_lines": ("lines without a customer", "无客户的行"),
    "identical_lines": ("identical lines, kept and flagged", "完全相同的行（保留并标记）"),
    "cancelled_orders": ("cancelled orders", "已取消订单"),
    "guest_orders": ("orders without a customer", "无客户的订单"),
    "opted_out": ("who do not want to be contacted", "不愿被联系的客户"),
    "net_goods_micros": ("net goods revenue, CNY", "商品净销售额（元）"),
}


def register(app: typer.Typer) -> None:
    app.command("demo", help=both("Make the sample company and say what was found in it.",
                                  "生成示例公司，并说明从中找到了什么。"))(demo)  # fmt: skip


def demo(
    as_of: Annotated[str, typer.Option("--as-of", help=both("Last day of its history; by default yesterday.",
                                                            "历史的最后一天；默认为昨天。"))] = "",
    customers: Annotated[int, typer.Option("--customers", min=50, help=both("How many people buy there.",
                                                                            "客户人数。"))] = 3000,
    fresh: Annotated[bool, typer.Option("--fresh", help=both("Make it anew; the one that is there is moved aside.",
                                                             "重新生成；原有的移到一旁。"))] = False,
    serve: Annotated[bool, typer.Option("--serve", help=both("Then start Zhiji on it.", "随后以它启动知己。"))] = False,
    json: Json = False,
) -> None:  # fmt: skip
    """Generate its files, import them as anybody would, refresh, and set what was found beside what was planted."""
    from zhiji.platform.workspace import SAMPLE

    day = day_of(as_of)
    given = os.environ.get("ZHIJI_WORKSPACE")
    os.environ["ZHIJI_WORKSPACE"] = SAMPLE
    aside = _move_aside() if fresh else ""
    frame.start()
    from zhiji.config import schema
    from zhiji.operations.demo import demo_start

    schema.prepare()
    job = demo_start(as_of=day, customers=customers)
    before = job.state == "done"
    if not before:
        job = frame.run(job)
    result = {"workspace": SAMPLE, "made_before": before, "moved_aside": aside, **job.result}
    frame.show(result, json, lambda: _text(result, serve))
    if serve:
        _serve(SAMPLE, given)


def _move_aside() -> str:
    from zhiji.kernel import clock
    from zhiji.operations.backup import set_aside
    from zhiji.platform.database import database_url
    from zhiji.platform.workspace import workspace

    root: Path = workspace().root
    if url := database_url():
        set_aside(url)
    if not root.exists():
        return ""
    target = root.with_name(f"{root.name}.before-{clock.now():%Y%m%dt%H%M%S}")
    root.rename(target)
    return str(target)


def _serve(name: str, given: str | None) -> None:
    """As ``zhiji serve`` does, on the sample; whoever is there may still move to their own workspace."""
    from zhiji.cli.serve import serve
    from zhiji.platform.environment import setting
    from zhiji.platform.workspace import choose

    os.environ.pop("ZHIJI_WORKSPACE", None)
    if given is not None:
        os.environ["ZHIJI_WORKSPACE"] = name
    choose(name)
    serve(bind=setting("ZHIJI_BIND"), port=int(setting("ZHIJI_PORT")), no_browser=False)


def _text(result: dict[str, Any], serving: bool) -> str:
    lines = [both(f"The sample company as of {result['as_of']}, in workspace {result['workspace']}.",
                  f"示例公司（截至 {result['as_of']}），位于工作区 {result['workspace']}。")]  # fmt: skip
    if result["made_before"]:
        lines.append(both("It was there already; --fresh makes it anew.", "此前已生成；--fresh 可重新生成。"))
    lines.append(both("planted / found", "埋设 / 找到"))
    for row in result["rows"]:
        micros = row["code"].endswith("_micros")
        planted, found = (f"{row[key] / 1e6:,.2f}" if micros else f"{row[key]:,}" for key in ("planted", "found"))
        lines.append(f"{'=' if row['agrees'] else '≠'} {planted} / {found}  {both(*_WORDS[row['code']])}")
    months = result["months"]
    lines.append(both(f"{months['found']} of {months['planted']} months agree to the penny.",
                      f"{months['planted']} 个月中有 {months['found']} 个月分文不差。"))  # fmt: skip
    fitted = ", ".join(f"{name} {one['planted']:g} → {one['fitted']:.3f} ± {one['error']:.3f}"
                       for name, one in result["parameters"].items())  # fmt: skip
    lines.append(both("BG/NBD, planted → fitted (seasons included): ", "BG/NBD 埋设 → 拟合（含季节）：") + fitted)
    if not serving:
        lines.append(both("See it: zhiji demo --serve", "查看：zhiji demo --serve"))
    return "\n".join(lines)
