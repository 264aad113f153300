"""How things stand: records, customers, what waits, the last resolution and the last look. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhiji.application.identities import evidence
from zhiji.application.identities.queries import Asked, queue_count
from zhiji.application.identities.services import KINDS
from zhiji.data.landing.models import Source
from zhiji.data.store.models import Customer, Identity, IdentityLink
from zhiji.platform.models import Job, User
from zhiji.platform.permissions import Reach, reach
from zhiji.platform.scope import require

_MODES = {kind: mode for mode, kind in KINDS.items()}


def resolution(user: User) -> dict[str, Any]:
    """The page of resolution; figures of everything only for who reads every customer."""
    require(user, "customer", "read")
    reads_all = reach(user, "customer", "read") == Reach.ALL
    done = Job.objects.filter(state=Job.State.DONE).select_related("created_by").order_by("-pk")
    last = done.filter(kind__in=[KINDS["run"], KINDS["undo"]]).first() if reads_all else None
    looked = done.filter(kind=KINDS["look"]).first() if reads_all else None
    under_way = Job.objects.filter(kind__in=list(_MODES), state__in=["queued", "running", "waiting"]).first()
    return {
        "figures": _figures() if reads_all else None,
        "waiting": queue_count(user, Asked()),
        "later": queue_count(user, Asked(state="later")),
        "last": _run(user, last),
        "looked": _run(user, looked),
        "under_way": under_way.pk if under_way else None,
        "may_run": reach(user, "customer", "write") == Reach.ALL,
        "sources": list(Source.objects.filter(pk__in=Identity.objects.values("source")).values_list("code", flat=True)),
    }


def _figures() -> dict[str, int]:
    records = Identity.objects.exclude(customer=None).filter(customer__deleted_at=None)
    return {
        "records": records.count(),
        "customers": records.values("customer").distinct().count(),
        "joined": Customer.objects.exclude(merged_into=None).count(),
    }


def _run(user: User, job: Job | None) -> dict[str, Any] | None:
    if job is None:
        return None
    result = {name: value for name, value in job.result.items() if name != "examples"}
    by = job.created_by
    return {
        "job": job.pk,
        "mode": _MODES[job.kind],
        "at": job.finished_at,
        "by": {"id": by.pk, "name": by.name or by.email} if by else None,
        "result": result,
        "examples": {
            kind: _examples(user, found) for kind, found in job.result.get("examples", {}).items()
        },
    }  # fmt: skip


def _examples(user: User, found: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Pairs of a look, as far as both are still there and the user may read both their customers."""
    ids = {pk for one in found for pk in one["pair"]}
    rows = Identity.objects.filter(pk__in=ids, customer__deleted_at=None).select_related("source")
    there = {row.pk: row for row in rows}
    links = []
    for one in found:
        left, right = (there.get(pk) for pk in one["pair"])
        if left is not None and right is not None:
            links.append(
                IdentityLink(pk=0, left=left, right=right, state=IdentityLink.State.REVIEW, by=one["by"],
                             weight=one["weight"], probability=one["probability"], evidence=one["evidence"])
            )  # fmt: skip
    return evidence.shown(user, links)
