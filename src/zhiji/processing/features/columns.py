"""Names of the columns that features and dashboards give, once, with type and unit."""

from __future__ import annotations

from types import MappingProxyType

from zhiji.data.lake import LakeColumns


class FeatureColumns(LakeColumns):
    """Column names of this room beyond those of the lake."""

    ORDERS = "orders"
    ORDER_DAYS = "order_days"
    HAS_REPEAT_ORDER = "has_repeat_order"
    SPEND_MICROS = "spend_micros"
    GROSS_MICROS = "gross_micros"
    RETURNED_MICROS = "returned_micros"
    RETURN_RATE = "return_rate"
    FIRST_ORDER_ON = "first_order_on"
    LAST_ORDER_ON = "last_order_on"
    AGE_DAYS = "age_days"
    DAYS_SINCE_LAST_ORDER = "days_since_last_order"
    MEAN_GAP_DAYS = "mean_gap_days"
    GAP_DEVIATION_DAYS = "gap_deviation_days"
    MEAN_ORDER_MICROS = "mean_order_micros"
    ORDERS_30_DAYS = "orders_30_days"
    ORDERS_90_DAYS = "orders_90_days"
    ORDERS_365_DAYS = "orders_365_days"
    SPEND_30_DAYS_MICROS = "spend_30_days_micros"
    SPEND_90_DAYS_MICROS = "spend_90_days_micros"
    SPEND_365_DAYS_MICROS = "spend_365_days_micros"
    DISTINCT_PRODUCTS = "distinct_products"
    DISTINCT_CATEGORIES = "distinct_categories"
    # dashboards
    MONTH_ON = "month_on"
    CUSTOMERS = "customers"
    GUEST_ORDERS = "guest_orders"
    GUEST_SPEND_MICROS = "guest_spend_micros"
    CHANGE_KIND = "change_kind"
    SPEND_A_MICROS = "spend_a_micros"
    SPEND_B_MICROS = "spend_b_micros"
    CHANGE_MICROS = "change_micros"
    COHORT_ON = "cohort_on"
    COHORT_CUSTOMERS = "cohort_customers"
    MONTHS_SINCE = "months_since"
    TOP_PERCENT = "top_percent"
    SHARE = "share"


F = FeatureColumns
WINDOW_DAYS = (30, 90, 365)

# Ibis type of each column of ``customer_features``, in its order; what each means stands in that function's docstring.
FEATURES: MappingProxyType[str, str] = MappingProxyType(
    {
        F.CUSTOMER_ID: "int64",
        F.ORDERS: "int64",
        F.ORDER_DAYS: "int64",
        F.HAS_REPEAT_ORDER: "boolean",
        F.SPEND_MICROS: "int64",
        F.GROSS_MICROS: "int64",
        F.RETURNED_MICROS: "int64",
        F.RETURN_RATE: "float64",
        F.FIRST_ORDER_ON: "date",
        F.LAST_ORDER_ON: "date",
        F.AGE_DAYS: "float64",
        F.DAYS_SINCE_LAST_ORDER: "float64",
        F.MEAN_GAP_DAYS: "float64",
        F.GAP_DEVIATION_DAYS: "float64",
        F.MEAN_ORDER_MICROS: "float64",
        F.ORDERS_30_DAYS: "int64",
        F.ORDERS_90_DAYS: "int64",
        F.ORDERS_365_DAYS: "int64",
        F.SPEND_30_DAYS_MICROS: "int64",
        F.SPEND_90_DAYS_MICROS: "int64",
        F.SPEND_365_DAYS_MICROS: "int64",
        F.DISTINCT_PRODUCTS: "int64",
        F.DISTINCT_CATEGORIES: "int64",
    }
)
