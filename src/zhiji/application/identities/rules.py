"""Whose word of a field stands: the company's rules, tried before they hold, and taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from zhiji.application.customers.queries import list_rows
from zhiji.application.identities.errors import NoEarlierRules, RuleUnfit
from zhiji.data.landing.models import Source
from zhiji.data.store.models import SurvivorshipRules
from zhiji.kernel import clock
from zhiji.platform import audit, jobs, live
from zhiji.platform.jobs import Task
from zhiji.platform.models import Job, User
from zhiji.platform.scope import require, require_all
from zhiji.processing.pipelines.field_words import RULED, RULES, read_rules
from zhiji.processing.pipelines.rederiving import block_after, changed, rederive

APPLY, LOOK = "survivorship", "survivorship_look"
# Customers of a look that are named.
EXAMPLES = 20
Told = Mapping[str, Mapping[str, Any]]


def rules_state(user: User) -> dict[str, Any]:
    """The rules of now, what there is to choose from, and the last look."""
    require(user, "company", "read")
    newest = SurvivorshipRules.objects.select_related("by").order_by("-pk").first()
    looked = Job.objects.filter(kind=LOOK, state=Job.State.DONE).order_by("-pk").first()
    under_way = Job.objects.filter(kind__in=[APPLY, LOOK], state__in=["queued", "running", "waiting"]).first()
    by = newest.by if newest else None
    rules = newest.rules if newest else {}
    return {
        "rules": [{"field": field, "rule": "usual", "sources": [], **rules.get(field, {})} for field in RULED],
        "sources": list(Source.objects.exclude(code="hand").order_by("code").values_list("code", flat=True)),
        "at": newest.at if newest else None,
        "by": {"id": by.pk, "name": by.name or by.email} if by else None,
        "may_undo": newest is not None,
        "under_way": under_way.pk if under_way else None,
        "looked": _looked(user, looked) if looked else None,
    }


def _looked(user: User, job: Job) -> dict[str, Any]:
    result = job.result
    named = result.get("examples", [])
    rows = list_rows(user, [one["customer"] for one in named])
    examples = [{**one, "name": rows[one["customer"]]["name"]} for one in named if one["customer"] in rows]
    return {"job": job.pk, "at": job.finished_at, "by_field": {}, **result, "examples": examples}


@transaction.atomic
def rules_set(*, user: User, rules: Told) -> Job:
    """Put rules in force for what is derived from now on, and queue the rest; returns that job. Raises RuleUnfit."""
    require_all(user, "company", "write")
    return _in_force(user, _fit(rules), "survivorship_rules_set")


@transaction.atomic
def rules_undo(*, user: User) -> Job:
    """Back to the rules before these; doing it twice leads back to these. Raises NoEarlierRules where none were ever
    set."""
    require_all(user, "company", "write")
    newest = list(SurvivorshipRules.objects.order_by("-pk")[:2])
    if not newest:
        raise NoEarlierRules()
    return _in_force(user, newest[1].rules if len(newest) > 1 else {}, "survivorship_rules_undo")


def rules_look(*, user: User, rules: Told) -> Job:
    """Queue a look at what rules would change; nothing is stored. Raises RuleUnfit."""
    require_all(user, "company", "write")
    return jobs.enqueue(LOOK, by=user, rules=_fit(rules))


def _in_force(user: User, rules: dict[str, Any], action: str) -> Job:
    row = SurvivorshipRules.objects.create(rules=rules, at=clock.now(), by=user)
    audit.record(action, "survivorship_rules", row.pk, rules=rules)
    return jobs.enqueue(APPLY, by=user, rules=row.pk)


def _fit(rules: Told) -> dict[str, Any]:
    """As they are stored: fields that go by the usual rule are left out."""
    known = set(Source.objects.values_list("code", flat=True))
    found = {}
    for field, one in rules.items():
        sources = list(dict.fromkeys(one.get("sources") or []))
        rule = one.get("rule")
        fits = field in RULED and rule in RULES and set(sources) <= known and (rule != "trusted" or sources)
        if not fits:
            raise RuleUnfit(field=field, where={"field": field})
        if rule != "usual":
            found[field] = {"rule": rule, "sources": sources if rule == "trusted" else []}
    return found


def apply_step(task: Task) -> bool:
    """Blocks of customers are derived anew until the time is up."""
    return _walk(task, rederive_block)


def look_step(task: Task) -> bool:
    """Blocks of customers are looked at until the time is up."""
    return _walk(task, look_block)


def _walk(task: Task, work: Callable[[Task, list[int]], None]) -> bool:
    state, result = task.checkpoint, task.job.result
    result.setdefault("customers", 0)
    result.setdefault("changed", 0)
    while block := block_after(state.get("after", 0)):
        with transaction.atomic():
            work(task, block)
            state["after"] = block[-1]
            result["customers"] += len(block)
            task.save(stage="customers", done=result["customers"])
        if task.time_is_up():
            return False
    if task.job.kind == APPLY and result["changed"]:
        live.publish("customers", changed="resolved", count=result["changed"])
    return True


def rederive_block(task: Task, block: list[int]) -> None:
    task.job.result["changed"] += rederive(block)


def look_block(task: Task, block: list[int]) -> None:
    result = task.job.result
    found = changed(block, read_rules(task.params["rules"]))
    counts = Counter(result.get("by_field", {})) + Counter(field for fields in found.values() for field in fields)
    result["changed"] += len(found)
    result["by_field"] = dict(counts)
    named = [{"customer": pk, "fields": fields} for pk, fields in found.items()]
    result["examples"] = [*result.get("examples", []), *named][:EXAMPLES]
