"""How the company is doing: the revenue bridge, months, cohorts, concentration, each figure down to its customers."""
