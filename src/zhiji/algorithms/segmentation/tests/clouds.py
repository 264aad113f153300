"""Customers drawn from clouds whose number of groups is known."""

import numpy as np
import pandas as pd

COLUMNS = ("days_since_last_order", "orders", "spend_micros")


def customers(values) -> pd.DataFrame:
    return pd.DataFrame(np.asarray(values, dtype=float), columns=list(COLUMNS)).assign(
        customer_id=np.arange(1, len(values) + 1)
    )


def mixture(k: int, seed: int, n: int = 1500, apart: float = 6.0) -> tuple[pd.DataFrame, np.ndarray]:
    """k round Gaussian groups of unit deviation on the log scale, centres at least ``apart`` of these asunder."""
    rng = np.random.default_rng(1000 * k + seed)
    while True:
        centres = rng.uniform(0, 14, size=(k, 3))
        distance = np.linalg.norm(centres[:, None] - centres[None], axis=2)
        if distance[np.triu_indices(k, 1)].min() >= apart:
            break
    group = rng.choice(k, n, p=0.5 * rng.dirichlet(np.full(k, 8.0)) + 0.5 / k)
    return customers(np.exp(centres[group] + rng.standard_normal((n, 3)))), group
