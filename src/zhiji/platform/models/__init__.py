"""Tables of the platform."""

from zhiji.platform.models.accounts import (
    ApiToken,
    OneUseLink,
    RecoveryCode,
    RoleGrant,
    SecondFactor,
    Team,
    User,
)
from zhiji.platform.models.company import Company
from zhiji.platform.models.outbox import OutgoingMail
from zhiji.platform.models.record import AuditEntry, AuditHead, IdempotencyKey, Job, LiveEvent, SavedView

__all__ = [
    "ApiToken",
    "AuditEntry",
    "AuditHead",
    "Company",
    "IdempotencyKey",
    "Job",
    "LiveEvent",
    "OneUseLink",
    "OutgoingMail",
    "RecoveryCode",
    "RoleGrant",
    "SavedView",
    "SecondFactor",
    "Team",
    "User",
]
