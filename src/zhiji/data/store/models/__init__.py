"""The record: what is known of customers and their orders, each value traceable to its source."""

from zhiji.data.store.models.customers import (
    Customer,
    CustomerListRow,
    CustomerSearch,
    Identity,
    IdentityLink,
    MergedScores,
)
from zhiji.data.store.models.decisions import DecidedPair, IdentityDecision, SurvivorshipRules
from zhiji.data.store.models.online import CustomerActivity
from zhiji.data.store.models.orders import Order, OrderLine, Product
from zhiji.data.store.models.sources import Delivery, Interaction, SourceRecord

__all__ = [
    "Customer",
    "CustomerActivity",
    "CustomerListRow",
    "CustomerSearch",
    "DecidedPair",
    "Delivery",
    "Identity",
    "IdentityDecision",
    "IdentityLink",
    "Interaction",
    "MergedScores",
    "Order",
    "OrderLine",
    "Product",
    "SourceRecord",
    "SurvivorshipRules",
]
