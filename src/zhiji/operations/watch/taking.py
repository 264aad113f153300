"""Taking one file of the watched folder: import it, move it away, say in a text beside it what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from zhiji.application.imports.errors import ImportDecisionNeeded, ImportNothingToStore
from zhiji.application.imports.models import Import
from zhiji.data.lake.durable import sync_folder, write_atomically
from zhiji.kernel import CodedError, Language, Reason, clock, render
from zhiji.operations.bringing import bring
from zhiji.operations.watch.inbox import DONE, REFUSED
from zhiji.platform import audit
from zhiji.platform.company import company, zone
from zhiji.platform.jobs import Task
from zhiji.platform.workspace import workspace

SOURCE = "inbox"
_SLOT = "import_id"


def taken_step(task: Task) -> bool:
    """One step. The file is moved last, so that a kill before leaves it in its place to be taken up again.

    Stored, or with nothing new in it: to ``done/``. Refused by code: to ``refused/``. Where orders differ from what is
    stored nothing is guessed: the import waits in the browser for a decision, and the text says so.
    """
    folder = workspace().watched
    path = folder / task.params["path"]
    if not path.exists():
        return True
    try:
        row = bring(task, _SLOT, path, kind=task.params["file_kind"], source_code=SOURCE)
    except ImportDecisionNeeded as waiting:
        return _settle(task, path, DONE, [Reason("inbox_waits", _of(task)), waiting.reason])
    except ImportNothingToStore as nothing:
        return _settle(task, path, REFUSED, [Reason("inbox_refused"), nothing.reason])
    except CodedError as refusal:
        return _settle(task, path, REFUSED, [Reason("inbox_refused"), refusal.reason])
    if row is None:
        return False
    return _settle(task, path, DONE, _stored(row))


def _of(task: Task) -> dict[str, Any]:
    return {"number": task.checkpoint.get(_SLOT, 0)}


def _stored(row: Import) -> list[Reason]:
    counts = row.report["counts"]
    told = {name: counts[name] for name in ("received", "stored", "redelivered", "rejected")}
    found = [Reason.from_json(finding) for finding in row.report["findings"]]
    first = [] if row.report["adds_up"] else [Reason("inbox_does_not_add_up", told)]
    rejected = (
        [Reason("inbox_quarantine", {"number": row.pk, "rejected": told["rejected"]})] if told["rejected"] else []
    )
    return [Reason("inbox_stored", {"number": row.pk, **told}), *first, *rejected, *found]


def _settle(task: Task, path: Path, where: str, reasons: list[Reason]) -> bool:
    """First the text, then the move: whoever finds the file in its new place finds the text too."""
    target = _free(workspace().watched / where, path.name)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(target.with_name(f"{target.name}.txt"), _text(path.name, reasons).encode())
    path.rename(target)
    sync_folder(target.parent)
    audit.record("inbox_take", "import", task.checkpoint.get(_SLOT, ""), outcome=where, code=reasons[-1].code)
    task.job.result = {"outcome": where, "file": target.name, "reasons": [reason.to_json() for reason in reasons]}
    task.save(stage=where, done=1, total=1)
    return True


def _free(folder: Path, name: str) -> Path:
    """A place that holds neither a file nor a text of that name."""
    stem, suffix = Path(name).stem, Path(name).suffix
    stamp = f"{clock.now():%Y%m%dT%H%M%S}"
    names = [name, f"{stem}-{stamp}{suffix}", *(f"{stem}-{stamp}-{n}{suffix}" for n in range(2, 1000))]
    return next(folder / one for one in names if not (folder / one).exists())


def _text(name: str, reasons: list[Reason]) -> str:
    """In the company's language, each reason with why and remedy where it has one."""
    language = cast(Language, company().language)
    at = f"{clock.now().astimezone(zone()):%Y-%m-%d %H:%M}"
    told = []
    for reason in reasons:
        words = render(reason, language)
        place = ", ".join(f"{key} {value}" for key, value in reason.where.items())
        told.append("\n".join(line for line in (words.what, place, words.why, words.remedy) if line))
    return f"{name}\n{at}\n\n" + "\n\n".join(told) + "\n"
