"""What every estimator stands on: coded refusals, common checks, saving and loading without code."""
