"""Evidence for and against a model: rankings with resampled intervals, tables by decile."""

from zhiji.algorithms.evidence.deciles import decile_of
from zhiji.algorithms.evidence.ranking import Ranked, gini, top_share
from zhiji.algorithms.evidence.resampling import Estimate, Resampled, resample_weights

__all__ = ["Estimate", "Ranked", "Resampled", "decile_of", "gini", "resample_weights", "top_share"]
