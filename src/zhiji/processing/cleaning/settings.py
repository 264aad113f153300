"""What a person decides about a file, and what cleaning hands back."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from zhiji.kernel import Reason
from zhiji.processing.cleaning.errors import CurrencyUnknown, ZoneUnknown
from zhiji.processing.cleaning.habits import Habits


@dataclass(frozen=True)
class CleaningSettings:
    """How to read what the file does not say.

    zone: IANA name; dates without an offset are of this zone, and days begin at its midnight.
    currency: ISO 4217, for rows that name none. mode: ``history`` (known when it happened, plus ``lag_days``) or
    ``live`` (known at ``received_at``). day_first: True or False settles 03/04/2011; None lets the column decide.
    region: ISO 3166 of phone numbers without a country; empty: those are not read.
    is_row_by_row: each row says all by itself, as an event does: it is read the same beside whatever others, the
    decimal mark is a point, and nothing is told of the rows together.
    """

    zone: str = "UTC"
    currency: str = "CNY"
    mode: Literal["history", "live"] = "history"
    lag_days: int = 0
    received_at: datetime | None = None
    day_first: bool | None = None
    region: str = "CN"
    memory_mb: int = 600
    threads: int = 2
    is_row_by_row: bool = False

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ZoneUnknown(zone=self.zone) from error
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise CurrencyUnknown(currency=self.currency)

    @property
    def received(self) -> datetime:
        """UTC without zone mark, as DuckDB keeps it."""
        return (self.received_at or datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "received_at": self.received_at.isoformat() if self.received_at else None}


@dataclass(frozen=True)
class Cleaned:
    """What became of the records: ``received == clean + rejected`` always.

    clean_path, rejected_path: Parquet, see ``clean_orders`` and ``rejects``. counts: integers by name. findings: what a
    person should know about the file, each with its count. money in findings is micros of ``settings.currency``.
    months: of orders, see
    ``order_money.monthly_totals``; ``validation.reconcile`` sets the other figures against them.
    unknown: words of closed vocabularies that nobody knows, see ``vocabularies.unknown_values``; one entry a field.
    habits: how its columns were read, for the next file with the same ones.
    """

    kind: str
    clean_path: Path
    rejected_path: Path
    received: int
    clean: int
    rejected: int
    counts: dict[str, int] = field(default_factory=dict)
    findings: list[Reason] = field(default_factory=list)
    months: list[dict[str, int | str | None]] = field(default_factory=list)
    unknown: list[dict[str, Any]] = field(default_factory=list)
    habits: Habits = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        values = {**asdict(self), "findings": [finding.to_json() for finding in self.findings]}
        return {**values, "clean_path": str(self.clean_path), "rejected_path": str(self.rejected_path)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Cleaned:
        made = {**value, "findings": [Reason.from_json(finding) for finding in value["findings"]]}
        return cls(**{**made, "clean_path": Path(value["clean_path"]), "rejected_path": Path(value["rejected_path"])})
