"""Named expectations on fields, evaluated in one pass over columns; and the reconciliation of the money of a file."""

from zhiji.processing.validation.expectations import (
    CUSTOMER_EXPECTATIONS,
    EXPECTATIONS,
    INTERACTION_EXPECTATIONS,
    ORDER_EXPECTATIONS,
    PRODUCT_EXPECTATIONS,
    Expectation,
)
from zhiji.processing.validation.reconciliation import LATER, PARTS, reconcile
from zhiji.processing.validation.standing import LEFT, standing

__all__ = [
    "CUSTOMER_EXPECTATIONS",
    "EXPECTATIONS",
    "INTERACTION_EXPECTATIONS",
    "LATER",
    "LEFT",
    "ORDER_EXPECTATIONS",
    "PARTS",
    "PRODUCT_EXPECTATIONS",
    "Expectation",
    "reconcile",
    "standing",
]
