"""Integrals of the customer-base models, on fixed nodes: stable where the hypergeometric function overflows."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal

Floats = NDArray[np.float64]


@lru_cache(maxsize=8)
def unit_nodes(size: int) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(size)
    return (nodes + 1) / 2, weights / 2


@lru_cache(maxsize=20_000)
def beta_nodes(a: float, b: float, size: int) -> tuple[Floats, Floats]:
    """Nodes p and weights (summing to 1) that integrate polynomials over a Beta(a, b) exactly to degree 2·size − 1.

    Golub & Welsch (1969) on the Jacobi recurrence; the weights come from the eigenvectors, so that they neither
    overflow nor underflow for any a, b > 0 (the library's do at b in the thousands).
    """
    left, right = a - 1.0, b - 1.0
    k = np.arange(size, dtype=np.float64)
    total = left + right
    spread = 2 * k + total
    with np.errstate(divide="ignore", invalid="ignore"):
        diagonal = (left**2 - right**2) / (spread * (spread + 2))
        k1, spread1 = k[1:], spread[1:]
        squares = 4 * k1 * (k1 + left) * (k1 + right) * (k1 + total) / (spread1**2 * (spread1 + 1) * (spread1 - 1))
    diagonal[0] = (left - right) / (total + 2)
    if size > 1:
        squares[0] = 4 * (1 + left) * (1 + right) / ((2 + total) ** 2 * (3 + total))
    values, vectors = eigh_tridiagonal(diagonal, np.sqrt(squares))
    return np.clip((1 + values) / 2, 1e-250, 1.0), vectors[0] ** 2
