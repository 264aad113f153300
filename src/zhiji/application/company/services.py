"""Writes of the company's pages."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from zhiji.application.company import queries
from zhiji.application.company.errors import JobAlreadyEnded, JobNotFailed
from zhiji.platform import audit, jobs
from zhiji.platform.company import company
from zhiji.platform.company import company_update as platform_company_update
from zhiji.platform.errors import CompanyFixed
from zhiji.platform.models import Company, Job, SavedView, User
from zhiji.platform.permissions import Reach, reach
from zhiji.platform.scope import get_scoped, require_all

FIXED_BY_IMPORTS = ("zone", "currency")


@transaction.atomic
def company_update(*, by: User, **fields: Any) -> Company:
    """Change the company's settings; zone and currency only while nothing is stored that rests on them."""
    require_all(by, "company", "write")
    row = company()
    for name in FIXED_BY_IMPORTS:
        if name in fields and fields[name] != getattr(row, name) and queries.has_imports():
            raise CompanyFixed(field=name, where={"field": name})
    return platform_company_update(**fields)


def job_cancel(*, by: User, job_id: int) -> Job:
    job = get_scoped(by, Job, job_id, "write")
    if job.state in (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED):
        raise JobAlreadyEnded(id=job.pk, state=job.state)
    jobs.cancel(job)
    return job


def job_retry(*, by: User, job_id: int) -> Job:
    """Try a failed job again, from its checkpoint."""
    job = get_scoped(by, Job, job_id, "write")
    if job.state != Job.State.FAILED:
        raise JobNotFailed(id=job.pk, state=job.state)
    return jobs.retry(job)


@transaction.atomic
def view_create(*, by: User, place: str, name: str, definition: dict[str, Any], is_shared: bool) -> SavedView:
    if reach(by, "view", "write") == Reach.NONE:
        require_all(by, "view", "write")
    view = SavedView.objects.create(owner=by, place=place, name=name, definition=definition, is_shared=is_shared)
    audit.record("view_create", "view", view.pk)
    return view


@transaction.atomic
def view_update(*, by: User, view_id: int, **fields: Any) -> SavedView:
    view = get_scoped(by, SavedView, view_id, "write")
    for name, value in fields.items():
        setattr(view, name, value)
    view.save()
    audit.record("view_update", "view", view.pk, fields=sorted(fields))
    return view


@transaction.atomic
def view_delete(*, by: User, view_id: int) -> None:
    view = get_scoped(by, SavedView, view_id, "write")
    view.delete()
    audit.record("view_delete", "view", view_id)
