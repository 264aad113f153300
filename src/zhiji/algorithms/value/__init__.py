"""What a customer will buy: customer-base models, and the model that serves only where it beats the plain rule."""

from zhiji.algorithms.value.simulation import simulate_transactions
from zhiji.algorithms.value.summary import purchase_summary

__all__ = ["purchase_summary", "simulate_transactions"]
