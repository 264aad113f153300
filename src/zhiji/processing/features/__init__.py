"""Tables as of a date, never from the future: what each customer did, and the dashboard's figures."""

from zhiji.processing.features.bridge import ChangeKind, Period, revenue_bridge, revenue_bridge_customers
from zhiji.processing.features.columns import FEATURES, FeatureColumns
from zhiji.processing.features.customer import customer_features
from zhiji.processing.features.dashboards import cohort_retention, concentration, monthly_revenue, period_customers
from zhiji.processing.features.orders import customer_days, transactions, unmerged
from zhiji.processing.features.origins import transactions_as_known, with_purchases

__all__ = [
    "FEATURES",
    "ChangeKind",
    "FeatureColumns",
    "Period",
    "cohort_retention",
    "concentration",
    "customer_days",
    "customer_features",
    "monthly_revenue",
    "period_customers",
    "revenue_bridge",
    "revenue_bridge_customers",
    "transactions",
    "transactions_as_known",
    "unmerged",
    "with_purchases",
]
