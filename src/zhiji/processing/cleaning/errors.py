"""Refusals of this room: what cannot be decided row by row. Texts stand in ``messages.zh.toml`` and
``messages.en.toml``."""

from __future__ import annotations

from zhiji.kernel import CodedError


class CleaningError(CodedError):
    """A file cannot be cleaned as it is mapped."""


class KindUnknown(CleaningError):
    code = "kind_unknown"


class MappingFieldUnknown(CleaningError):
    code = "mapping_field_unknown"


class MappingColumnUnknown(CleaningError):
    code = "mapping_column_unknown"


class MappingColumnTwice(CleaningError):
    code = "mapping_column_twice"


class ValueFieldUnknown(CleaningError):
    """Words of a field that takes any text have no meaning to be given."""

    code = "value_field_unknown"


class ValueMeaningUnknown(CleaningError):
    code = "value_meaning_unknown"


class RequiredFieldMissing(CleaningError):
    code = "required_field_missing"


class MoneyFieldMissing(CleaningError):
    code = "money_field_missing"


class ZoneUnknown(CleaningError):
    code = "zone_unknown"


class CurrencyUnknown(CleaningError):
    code = "currency_setting_unknown"


class OrderCurrencyDiffers(CleaningError):
    """All rows of a file are in one other currency than the company's books."""

    code = "order_currency_differs"


class AmountsOutOfReach(CleaningError):
    """Amounts that fit one by one, and whose sums may not."""

    code = "amounts_out_of_reach"


class IdentifierRounded(CleaningError):
    """A spreadsheet has cut long numbers to 15 digits: which order or customer was meant is lost for good."""

    code = "identifier_rounded"


class DateOrderMixed(CleaningError):
    """Day-first beside month-first: the dates that fit both cannot be told apart."""

    code = "date_order_mixed"
