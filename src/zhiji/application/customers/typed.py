"""What a person types for a customer, in the form in which it is stored."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from phonenumbers import country_code_for_region

from zhiji.application.customers.errors import (
    CustomerPhoneCountryNeeded,
    CustomerPhoneInvalid,
    CustomerPhoneMasked,
    CustomerPhoneNotOfRegion,
    CustomerValueInvalid,
)
from zhiji.data.store import masks
from zhiji.platform.company import company
from zhiji.processing.cleaning.contacts import names_its_country, read_phone
from zhiji.processing.cleaning.words import region


def cleaned(field: str, value: Any, country: str) -> Any:
    """``value`` as it is stored; country: the customer's, in words, or empty.

    Raises CustomerValueInvalid for an e-mail that is none or is masked, and the errors of ``_phone``.
    """
    if not isinstance(value, str) or not value:
        return value
    if field == "email":
        return _email(value)
    return _phone(value, country) if field == "phone" else value


def _email(value: str) -> str:
    try:
        validate_email(value)
    except ValidationError:
        raise CustomerValueInvalid(field="email", value=value[:60], where={"field": "email"}) from None
    if masks.is_masked(value):  # no address to write to, as a masked phone is none to call
        raise CustomerValueInvalid(field="email", value=value[:60], where={"field": "email"})
    return value.lower()


def _phone(value: str, country: str) -> str:
    """E.164, read as the files of imports are; whatever nobody could call is refused, each way with its remedy."""
    default_region = company().region
    number, is_masked, _ = read_phone(value, country, default_region)
    said: dict[str, Any] = {"value": value[:60], "where": {"field": "phone"}}
    if is_masked:
        raise CustomerPhoneMasked(**said)
    if number is not None:
        return number
    if names_its_country(value):
        raise CustomerPhoneInvalid(**said)
    calling_code = country_code_for_region(region(country) or default_region)
    if not calling_code:
        raise CustomerPhoneCountryNeeded(**said)
    raise CustomerPhoneNotOfRegion(calling_code=calling_code, **said)
