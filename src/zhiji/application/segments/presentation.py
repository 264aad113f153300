"""Segments as the reader sees them: figures with their words."""

from __future__ import annotations

from typing import Any

from zhiji.application.segments import queries
from zhiji.application.segments.labelling import band_of
from zhiji.application.segments.models import Segment, SegmentRun
from zhiji.kernel import Language, Reason, render
from zhiji.platform.company import company
from zhiji.platform.models import User
from zhiji.platform.permissions import Reach, reach

Figure = tuple[int, int]


def words(reason: dict[str, Any], language: Language) -> dict[str, Any]:
    text = render(Reason.from_json(reason), language)
    return {"code": reason["code"], "params": reason.get("params", {}), "what": text.what, "why": text.why,
            "remedy": text.remedy}  # fmt: skip


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def _row(code: str, message: Reason, figure: Figure, found: dict[str, Any], language: Language) -> dict[str, Any]:
    text = render(message, language)
    return {
        "code": code, "name": text.what, "means": text.why, "advice": text.remedy,
        "customers": figure[0], "customer_share": _share(figure[0], found["customers"]),
        "spend_micros": figure[1], "spend_share": _share(figure[1], found["spend_micros"]),
    }  # fmt: skip


def overview(user: User, language: Language) -> dict[str, Any]:
    from zhiji.algorithms.segmentation import segment_message

    run = queries.newest(user)
    found = queries.figures(user, run)
    named = [
        {
            **_row(code, Reason(segment_message(code)), found["segments"].get(code, (0, 0)), found, language),
            "filter": {"segment": [code]},
        }
        for code in queries.segment_codes()
    ]
    return {
        "as_of": run.as_of,
        "currency": company().currency,
        "customers": found["customers"],
        "spend_micros": found["spend_micros"],
        "headline": _headline(found),
        "segments": named,
        "map": _map(found),
        "verdict": {
            "kind": run.groups["kind"],
            "reasons": [words(reason, language) for reason in run.groups["reasons"]],
            "evidence": run.groups["evidence"],
        },
        "groups": [_group(entry, found, language) for entry in run.groups["segments"]],
        "afterwards": _afterwards(user, run, language),
    }


def _headline(found: dict[str, Any]) -> dict[str, Any] | None:
    """ "N customers carry X % of spend": the fewest who carry half of it."""
    half = found["half"]
    if not half["customers"]:
        return None
    return {
        "customers": half["customers"],
        "of_customers": found["customers"],
        "spend_micros": half["spend_micros"],
        "spend_share": half["spend_micros"] / half["of_spend_micros"],
    }


def _map(found: dict[str, Any]) -> list[dict[str, Any]]:
    cells = []
    for recency, column, segment in queries.cells():
        customers, spend = found["cells"].get((recency, column), (0, 0))
        cells.append(
            {
                "recency": recency, "frequency_money": column, "segment": segment, "customers": customers,
                "spend_micros": spend, "spend_share": _share(spend, found["spend_micros"]),
            }
        )  # fmt: skip
    return cells


def _group(entry: dict[str, Any], found: dict[str, Any], language: Language) -> dict[str, Any]:
    code = band_of(entry["code"], entry["segment"])
    message = Reason(entry["code"], {"number": entry["segment"] + 1})
    return {
        **_row(code, message, found["bands"].get(code, (0, 0)), found, language),
        "traits": [words(reason, language) for reason in entry["reasons"]],
        "filter": {"band": [code]},
    }


def _afterwards(user: User, run: SegmentRun, language: Language) -> dict[str, Any] | None:
    """Spend of everybody's segments: only for who may see everybody's spend."""
    from zhiji.algorithms.segmentation import segment_message

    sees_all = all(reach(user, kind, "read") == Reach.ALL for kind in ("customer", "order"))
    if not run.afterwards or not sees_all:
        return None
    items = [
        {
            "segment": row["segment"],
            "name": render(Reason(segment_message(row["segment"])), language).what,
            "customers": row["customers"], "buyers": row["buyers"], "buying_share": row["buying_share"],
            "spend_micros": row["spend_micros"], "spend_share": row["spend_share"], "lift": row["lift"],
            "mean_spend_micros": round(row["mean_spend_micros"]),
            "mean_low_micros": round(row["mean_low"]), "mean_high_micros": round(row["mean_high"]),
        }
        for row in run.afterwards["segments"]
    ]  # fmt: skip
    return {"made_on": run.afterwards["made_on"], "until": run.afterwards["until"], "items": items}


def segment(row: Segment, user: User) -> dict[str, Any]:
    owner = row.owner
    return {
        "id": row.pk,
        "name": row.name,
        "definition": row.definition,
        "filter": {"rules": row.definition},
        "is_shared": row.is_shared,
        "is_mine": row.owner_id == user.pk,
        "may_write": reach(user, "segment", "write") == Reach.ALL,
        "owner": {"id": owner.pk, "name": owner.name or owner.email} if owner else None,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
