"""Received text becomes typed, exact, comparable rows; what cannot be read goes to quarantine with its reason."""

from zhiji.processing.cleaning.errors import CleaningError, OrderCurrencyDiffers
from zhiji.processing.cleaning.formulas import guarded
from zhiji.processing.cleaning.habits import Habits
from zhiji.processing.cleaning.in_memory import CleanRows, RowCleaner
from zhiji.processing.cleaning.kinds import KINDS, Field, Kind
from zhiji.processing.cleaning.mapping import REJECT_COLUMNS, Mapping, Match, as_it_left, match_columns
from zhiji.processing.cleaning.orders import STATES_WITHOUT_VALUE, clean_orders
from zhiji.processing.cleaning.records import clean_customers, clean_interactions, clean_products
from zhiji.processing.cleaning.settings import Cleaned, CleaningSettings
from zhiji.processing.cleaning.vocabularies import Meanings, answered, checked_meanings, vocabulary

__all__ = [
    "KINDS",
    "REJECT_COLUMNS",
    "STATES_WITHOUT_VALUE",
    "CleanRows",
    "Cleaned",
    "CleaningError",
    "CleaningSettings",
    "Field",
    "Habits",
    "Kind",
    "Mapping",
    "Match",
    "Meanings",
    "OrderCurrencyDiffers",
    "RowCleaner",
    "answered",
    "as_it_left",
    "checked_meanings",
    "clean_customers",
    "clean_interactions",
    "clean_orders",
    "clean_products",
    "guarded",
    "match_columns",
    "vocabulary",
]
