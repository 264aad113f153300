"""The backup of every night, where a folder for it is set."""

from __future__ import annotations

from pathlib import Path

from zhiji.operations.backup import backup_create, forget_old
from zhiji.platform import audit
from zhiji.platform.database import database_url
from zhiji.platform.environment import setting
from zhiji.platform.jobs import Task
from zhiji.platform.workspace import workspace


def backup_nightly(task: Task) -> bool:
    """Made again from the start after a kill: an unfinished one leaves nothing behind."""
    folder = setting("ZHIJI_BACKUP_FOLDER")
    if not folder:
        return True
    task.save(stage="backup", done=0, total=1)
    with task.held():
        done = backup_create(workspace(), Path(folder), database_url=database_url(), automatic=True)
        gone = forget_old(Path(folder).expanduser().resolve(), int(setting("ZHIJI_BACKUP_KEEP")), workspace().name)
    audit.record("backup_create", "company", Path(done["path"]).name, forgotten=len(gone), verified=done["verified"])
    task.job.result = {"name": Path(done["path"]).name, "bytes": done["bytes"], "verified": done["verified"]}
    task.save(stage="backup", done=1)
    return True


JOBS = {"backup_nightly": backup_nightly}
NIGHTLY = ("backup_nightly",)
