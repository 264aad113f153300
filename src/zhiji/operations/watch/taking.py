"""Taking one file of the watched folder: import it, move it away, say in a text beside it what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zhiji.application.imports.services import ImportDecisionNeeded, ImportNothingToStore
from zhiji.kernel import CodedError, Reason
from zhiji.operations.bringing import bring
from zhiji.operations.watch.settling import DONE, REFUSED, WAITING, settle, stored
from zhiji.platform import audit
from zhiji.platform.jobs import Task
from zhiji.platform.workspace import workspace

_SLOT = "import_id"


def taken_step(task: Task) -> bool:
    """One step. The file is moved last, so that a kill before leaves it in its place to be taken up again.

    Stored, or with nothing new in it: to ``done/``. Refused by code: to ``refused/``. Where orders differ from what is
    stored nothing is guessed: the file rests in ``waiting/`` until somebody has decided in the browser. Its source,
    columns and words are those of the last file with the same columns, whichever door that came through.
    """
    path = workspace().watched / task.params["path"]
    if not path.exists():
        return True
    kind, is_history = task.params["file_kind"], not task.params.get("is_live", False)
    try:
        row = bring(task, _SLOT, path, kind=kind, source_code=None, is_history=is_history)
    except ImportDecisionNeeded as waiting:
        name = f"{task.checkpoint.get(_SLOT, 0)}-{path.name}"
        return _settled(task, path, WAITING, [Reason("inbox_waits", _of(task)), waiting.reason], name)
    except ImportNothingToStore as nothing:
        return _settled(task, path, REFUSED, [Reason("inbox_refused"), nothing.reason])
    except CodedError as refusal:
        return _settled(task, path, REFUSED, [Reason("inbox_refused"), refusal.reason])
    if row is None:
        return False
    return _settled(task, path, DONE, stored(row))


def _of(task: Task) -> dict[str, Any]:
    return {"number": task.checkpoint.get(_SLOT, 0)}


def _settled(task: Task, path: Path, where: str, reasons: list[Reason], name: str = "") -> bool:
    target = settle(path, where, reasons, name=name)
    audit.record("inbox_take", "import", task.checkpoint.get(_SLOT, ""), outcome=where, code=reasons[-1].code)
    task.job.result = {"outcome": where, "file": target.name, "reasons": [reason.to_json() for reason in reasons]}
    task.save(stage=where, done=1, total=1)
    return True
