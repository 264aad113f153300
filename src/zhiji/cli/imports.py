"""``zhiji import``: the same check, storing and report as the wizard, in one command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zhiji.cli import frame
from zhiji.cli.frame import both
from zhiji.cli.options import Json

if TYPE_CHECKING:
    from zhiji.application.imports.queries import Import
    from zhiji.platform.models import Job


REJECTED_SHOWN = 5


def register(app: typer.Typer) -> None:
    app.command("import", help=both("Import a file.", "导入文件。"))(import_file)


def import_file(
    file: Annotated[Path, typer.Argument(help=both("File to import.", "要导入的文件。"))],
    kind: Annotated[
        str,
        typer.Option("--as", help=both("orders, customers, products, interactions or auto.",
                                       "orders、customers、products、interactions 或 auto。")),
    ] = "auto",
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help=both("field=Column, where the match is wrong; may be repeated.",
                                        "字段=列名，用于更正匹配；可重复。")),
    ] = None,
    map_value: Annotated[
        list[str] | None,
        typer.Option("--map-value", help=both("field:Word=meaning, for words that are not known here; may be repeated.",
                                              "字段:词=含义，用于无法识别的词；可重复。")),
    ] = None,
    source: Annotated[str, typer.Option(help=both("The system it comes from.", "数据来自哪个系统。"))] = "default",
    currency: Annotated[str, typer.Option(help=both("ISO 4217, as GBP.", "ISO 4217 币种代码，如 CNY。"))] = "",
    history: Annotated[
        bool,
        typer.Option("--history/--live", help=both("Known when it happened, or known only now.",
                                                   "视为发生时已知（历史），或此刻才知（实时）。")),
    ] = True,
    anew: Annotated[
        bool, typer.Option("--anew", help=both("Match columns and words anew, not as in the last such file.",
                                               "重新匹配列和词，不沿用上一个同列文件的设定。"))
    ] = False,
    day_first: Annotated[
        bool | None,
        typer.Option("--day-first/--month-first", help=both("How 03/04/2011 is read, where the file leaves it open.",
                                                            "03/04/2011 的读法（文件本身无法判断时）。")),
    ] = None,
    changed: Annotated[
        str, typer.Option(help=both("Orders that differ from what is stored: replace or add.",
                                    "与已入库的内容不同的订单：replace 替换，add 追加。"))
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=both("Only say what would happen.", "仅预演，不入库。"))
    ] = False,
    json: Json = False,
) -> None:  # fmt: skip
    """Import a file: land, match, check, store; prints the account of every row."""
    overrides, values = _pairs(map_ or []), _meanings(map_value or [])
    frame.start()
    from zhiji.application.imports import services
    from zhiji.application.imports.services import ImportOptions
    from zhiji.cli.errors import FileNotThere
    from zhiji.config import schema

    schema.prepare()
    if not file.is_file():
        raise FileNotThere(path=str(file), where={"path": str(file)})
    said = {
        "kind": kind, "source_code": source, "overrides": overrides, "values": values, "is_history": history,
        "currency": currency, "anew": anew, "options": ImportOptions(day_first=day_first),
    }  # fmt: skip
    row = _matched(file, said, is_dry=dry_run)
    _go_on(row)
    if row.state == "matching":
        _run(row, services.import_check(row))
    if row.state == "checked" and not dry_run:
        _run(row, services.import_confirm(row, changed=changed or None))
    result = _result(row)
    frame.show(result, json, lambda: _text(result))


def _matched(file: Path, said: dict[str, Any], *, is_dry: bool) -> Import:
    """The import of this file that was begun and not ended, told anew what is ``said``; else a new one."""
    from zhiji.application.imports import services
    from zhiji.data.landing.files import land

    landed = land(file.name, file)
    kind, currency = said["kind"], said["currency"]
    row = services.import_resumable(
        file=landed, kind=kind, source_code=said["source_code"], is_history=said["is_history"]
    )
    is_another = row is not None and currency and row.currency != currency
    if row is None or is_another or (is_dry and row.state in ("storing", "stored")):
        return services.import_create(file=landed, name=file.name, **{**said, "currency": currency or None})
    if row.state in ("matching", "checked"):
        services.import_match(
            row, overrides=said["overrides"], options=said["options"], anew=said["anew"],
            kind=row.kind if kind == "auto" else kind,
        )  # fmt: skip
        services.import_values(row, values=said["values"])
    return row


def _result(row: Import) -> dict[str, Any]:
    from zhiji.application.imports import queries

    account, language = row.report or row.dry_run, frame.language()
    findings = [queries.words(finding, language) for finding in account["findings"]]
    return {
        "import_id": row.pk, "state": row.state, "kind": row.kind, "mapping": row.mapping["fields"],
        "recalled": row.mapping.get("recalled"), **account, "findings": findings,
        "rejected_rows": queries.rejected_rows(row, language, limit=REJECTED_SHOWN),
    }  # fmt: skip


def _go_on(row: Import) -> None:
    """The step that was under way when the command was killed, to its end."""
    from zhiji.platform import jobs
    from zhiji.platform.models import Job

    job = Job.objects.filter(pk=row.job_id or 0).first()
    if job is not None and job.state == Job.State.FAILED and row.state in ("checking", "storing"):
        job = jobs.retry(job)
    if job is not None and job.state not in (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED):
        _run(row, job)


def _run(row: Import, job: Job) -> None:
    frame.run(job)
    row.refresh_from_db()


def _pairs(words: list[str]) -> dict[str, str]:
    from zhiji.platform.errors import InputInvalid

    pairs = {}
    for word in words:
        field, equals, column = word.partition("=")
        if not equals:
            raise InputInvalid(field="--map", problem=word, where={"field": "--map"})
        pairs[field.strip()] = column.strip()
    return pairs


def _meanings(words: list[str]) -> dict[str, dict[str, str]]:
    """``order_state:Word=meaning``; the word itself may hold both signs."""
    from zhiji.platform.errors import InputInvalid

    meanings: dict[str, dict[str, str]] = {}
    for said in words:
        field, colon, rest = said.partition(":")
        word, equals, meaning = rest.rpartition("=")
        if not colon or not equals:
            raise InputInvalid(field="--map-value", problem=said, where={"field": "--map-value"})
        meanings.setdefault(field.strip(), {})[word.strip()] = meaning.strip()
    return meanings


def _text(result: dict[str, Any]) -> str:
    counts = result["counts"]
    columns = both(", ", "、").join(f"{match['name']} → {field}" for field, match in result["mapping"].items())
    recalled = result["recalled"]
    lines = [
        *([both(f"Columns and words as in import {recalled}.", f"列和词沿用导入 {recalled}。")] if recalled else []),
        both("Columns: ", "列匹配：") + columns,
        both("Days: ", "日期：") + f"{result['first_on']} {both('to', '至')} {result['last_on']}",
        frame.words("import_account" if "stored" in counts else "import_account_tried", **counts),
    ]
    lines += [f"- {finding['what']}" for finding in result["findings"]]
    lines += _rejected(result["rejected_rows"], counts["rejected"])
    if result["state"] == "stored":
        lines.append(both("Next: zhiji refresh", "下一步：zhiji refresh"))
    return "\n".join(lines)


def _rejected(rows: list[dict[str, Any]], total: int) -> list[str]:
    """The first rejected rows with place and reason, and where the others are."""
    lines = [f"- {row['what']}" for row in rows]
    if total > len(rows):
        lines.append(both(f"- {total - len(rows):,} more rejected rows: see Imports in the browser",
                          f"- 另有 {total - len(rows):,} 行被拒收：见浏览器中的“导入”"))  # fmt: skip
    return lines
