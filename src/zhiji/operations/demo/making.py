"""Making the sample company: generate its files, import them as anybody would, refresh. Resumed after a kill."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

from zhiji.kernel import Language, clock
from zhiji.operations.bringing import advance, bring
from zhiji.operations.demo.comparing import compared
from zhiji.operations.sample import ZONE, generate_sample
from zhiji.platform import jobs, live
from zhiji.platform.company import company, company_update
from zhiji.platform.jobs import Task
from zhiji.platform.models import Job, User
from zhiji.platform.regions import region_of_zone
from zhiji.platform.workspace import workspace

KIND = "demo"
NAMES: dict[str, str] = {"zh": "知己茶器", "en": "Zhiji Tea & Ware"}
CUSTOMERS = 3_000
SOURCE = "shop"
_STAGES = ("generate", "customers", "orders", "refresh", "compare")


def demo_start(*, as_of: date | None = None, customers: int = CUSTOMERS, by: User | None = None) -> Job:
    """Queue the making of the sample company in this workspace, or return what was made or is being made.

    as_of: the last day of its history, by default yesterday. Call it in the sample's workspace only.
    """
    made = _made()
    if made is not None:
        return made
    day = as_of.isoformat() if as_of else None
    return jobs.enqueue(KIND, by=by, unique_key=KIND, as_of=day, customers=customers)


def _made() -> Job | None:
    """The job that made this company, if it is there."""
    return Job.objects.filter(kind=KIND, state=Job.State.DONE).order_by("-pk").first()


def demo_step(task: Task) -> bool:
    """One short step; the checkpoint holds ``as_of``, ``stage`` and the imports made so far."""
    if (made := _made()) is not None:
        task.job.result = made.result
        task.save()
        return True
    state = task.checkpoint
    if "stage" not in state:
        day = clock.day_of(clock.now(), ZONE) - timedelta(days=1)
        state.update(stage=_STAGES[0], as_of=task.params.get("as_of") or day.isoformat())
    stage = state["stage"]
    task.breathe()
    task.save(stage=stage, done=_STAGES.index(stage), total=len(_STAGES))
    if not _WORK[stage](task):
        return False
    following = [*_STAGES, "done"][_STAGES.index(stage) + 1]
    state["stage"] = following
    task.save(stage=following, done=_STAGES.index(stage) + 1)
    if following != "done":
        return False
    shutil.rmtree(_folder(), ignore_errors=True)
    live.publish("demo", state="done")
    return True


def _folder() -> Path:
    return workspace().staging / "demo"


def _files(task: Task) -> dict[str, Path]:
    """The files, written again where a kill or a restore has left none: the same arguments give the same bytes."""
    folder = _folder()
    paths = {name: folder / file for name, file in
             (("orders", "orders.csv"), ("customers", "customers.csv"), ("truth", "truth.json"))}  # fmt: skip
    if not (folder / "whole").exists():
        made = generate_sample(
            date.fromisoformat(task.checkpoint["as_of"]), n_customers=int(task.params.get("customers") or CUSTOMERS)
        )
        paths = made.write(folder, _language())
        (folder / "whole").touch()
    return paths


def _language() -> Language:
    return cast(Language, company().language)


def _generate(task: Task) -> bool:
    truth = json.loads(_files(task)["truth"].read_text(encoding="utf-8"))
    company_update(
        name=NAMES[_language()], currency=truth["currency"], zone=truth["zone"], region=region_of_zone(truth["zone"]),
        is_sample=True,
    )  # fmt: skip
    return True


def _customers(task: Task) -> bool:
    row = bring(task, "customers", _files(task)["customers"], kind="customers", source_code=SOURCE)
    return row is not None


def _orders(task: Task) -> bool:
    return bring(task, "orders", _files(task)["orders"], kind="orders", source_code=SOURCE) is not None


def _refresh(task: Task) -> bool:
    """Until no refresh waits: storing has queued one already, as of the last day of the data."""
    job = Job.objects.filter(kind="refresh").order_by("-pk").first()
    if job is None:
        return True
    return bool(advance(task, job).state in (Job.State.DONE, Job.State.CANCELLED))


def _compare(task: Task) -> bool:
    truth = json.loads(_files(task)["truth"].read_text(encoding="utf-8"))
    found: dict[str, Any] = compared(truth, task.checkpoint["customers"], task.checkpoint["orders"])
    task.job.result = {"as_of": task.checkpoint["as_of"], **found}
    return True


_WORK = {
    "generate": _generate,
    "customers": _customers,
    "orders": _orders,
    "refresh": _refresh,
    "compare": _compare,
}
