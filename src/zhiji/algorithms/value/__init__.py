"""What a customer will buy: customer-base models, and the model that serves only where it beats the plain rule."""

from zhiji.algorithms.value.backtest import BackTest
from zhiji.algorithms.value.beta_geo_nbd import BetaGeoNBD
from zhiji.algorithms.value.customer_value import HORIZONS, CustomerValueModel, backtest_origins, offered_horizons
from zhiji.algorithms.value.gamma_gamma import GammaGamma
from zhiji.algorithms.value.pareto_nbd import ParetoNBD
from zhiji.algorithms.value.reasons import customer_reasons
from zhiji.algorithms.value.simulation import simulate_transactions
from zhiji.algorithms.value.summary import purchase_summary

__all__ = [
    "HORIZONS",
    "BackTest",
    "BetaGeoNBD",
    "CustomerValueModel",
    "GammaGamma",
    "ParetoNBD",
    "backtest_origins",
    "customer_reasons",
    "offered_horizons",
    "purchase_summary",
    "simulate_transactions",
]
