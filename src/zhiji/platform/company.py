"""The company's own settings, read in one place."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.db import transaction

from zhiji.platform import audit
from zhiji.platform.models import Company


def company() -> Company:
    """The one row, made with the defaults when it is first asked for."""
    return Company.objects.get_or_create(pk=1)[0]


def zone() -> ZoneInfo:
    return ZoneInfo(company().zone)


@transaction.atomic
def company_update(**fields: object) -> Company:
    """Set fields of the company; the caller has checked that they may still change."""
    row = company()
    before = {name: getattr(row, name) for name in fields}
    for name, value in fields.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    audit.record("company_update", "company", row.pk, changed=audit.changes(before, fields))
    return row
