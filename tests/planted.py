"""A company whose truth is known, brought in through the public door and refreshed as a person would have it done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from importing import HEADER, bring
from zhiji.algorithms.value import simulate_transactions
from zhiji.application.refresh import services as refresh
from zhiji.kernel import MICROS
from zhiji.platform import jobs
from zhiji.platform.company import company_update
from zhiji.platform.models import Job

AS_OF = date(2024, 12, 31)


@dataclass(frozen=True)
class Planted:
    """``transactions`` one row a purchase up to AS_OF and after it; ``truth`` one row a customer, by external id."""

    transactions: pd.DataFrame
    truth: pd.DataFrame


def draw(customers: int, seed: int, *, history_days: int = 730, future_days: int = 91) -> Planted:
    transactions, truth = simulate_transactions(
        customers, AS_OF, history_days, seed, r=1.2, alpha=5.0, a=0.6, b=5.0, future_days=future_days
    )
    # Files carry cents; the truth is what the file says.
    transactions["amount_micros"] = (transactions["amount_micros"] // 10_000 + 1) * 10_000
    transactions["external_id"] = "C" + transactions["customer_id"].astype(str).str.zfill(6)
    return Planted(transactions, truth)


def text_of(transactions: pd.DataFrame, *, first: int = 1) -> str:
    """As a file of orders, one line an order."""
    rows = transactions.reset_index(drop=True)
    lines = [
        f"O{first + i},{at:%Y-%m-%d %H:%M:%S},{customer},P1,1,{micros / MICROS:.2f}\n"
        for i, (at, customer, micros) in enumerate(
            zip(rows["event_at"], rows["external_id"], rows["amount_micros"], strict=True)
        )
    ]
    return HEADER + "".join(lines)


def bring_planted(planted: Planted) -> None:
    """Everything up to AS_OF, in a company whose days are those of the process."""
    company_update(zone="UTC", currency="GBP")
    known = planted.transactions[planted.transactions["value_on"] <= pd.Timestamp(AS_OF)]
    bring(text_of(known), kind="orders")


def refreshed(as_of: date = AS_OF) -> Job:
    job = jobs.run_inline(refresh.refresh_start(as_of=as_of))
    assert job.state == Job.State.DONE, job.reason
    return job
