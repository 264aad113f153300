"""What is expected of each field, by name. A row that fails one that rejects goes to quarantine with its reason.

A predicate is SQL over the typed columns of a row: ``field`` is its value, ``field__code`` why its text could not be
read (NULL when it could, or when nothing stood there). It must be TRUE for a good row; NULL counts as failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zhiji.data.store import masks


@dataclass(frozen=True)
class Expectation:
    """One named expectation; its words are ``expected_<name>`` or those of its family, in this room's messages.

    ``code`` is the reason's code, or NULL-able SQL in ``code_sql`` that gives it.

    needs: applies only when this field has a column. severity ``flag`` counts and keeps, ``reject`` quarantines.
    """

    name: str
    field: str
    predicate: str
    code: str = ""
    code_sql: str = ""
    severity: Literal["reject", "flag"] = "reject"
    needs: str = ""

    @property
    def code_expression(self) -> str:
        return self.code_sql or f"'{self.code}'"


def _readable(field: str) -> Expectation:
    return Expectation(f"{field}_readable", field, f"{field}__code IS NULL", code_sql=f"{field}__code", needs=field)


def _given(field: str) -> Expectation:
    predicate = f"{field} IS NOT NULL OR {field}__code IS NOT NULL"
    return Expectation(f"{field}_given", field, predicate, code="value_missing", needs=field)


def _not_masked(field: str, code: str, severity: Literal["reject", "flag"]) -> Expectation:
    """An id of a customer behind which many may stand."""
    predicate = f"{field}__code IS NULL"
    return Expectation(f"{field}_not_masked", field, predicate, code=code, severity=severity, needs=field)


_EMAIL_NOT_MASKED = Expectation(
    "email_not_masked",
    "email",
    f"email IS NULL OR NOT {masks.masked('email')}",
    code="emails_masked",
    severity="flag",
    needs="email",
)
ORDER_EXPECTATIONS: tuple[Expectation, ...] = (
    _given("order_number"),
    _readable("ordered_at"),
    _given("ordered_at"),
    _readable("quantity"),
    _readable("unit_price"),
    _readable("amount"),
    _readable("order_amount"),
    Expectation(
        "money_given", "amount", "money_micros IS NOT NULL OR money_unreadable OR money_overflows", code="money_missing"
    ),
    Expectation("amount_fits", "amount", "NOT money_overflows", code="amount_too_large"),
    _readable("discount"),
    _readable("tax"),
    _readable("postage"),
    _readable("fee"),
    _readable("refund_amount"),
    Expectation("currency_known", "currency", "currency IS NOT NULL", code="currency_unreadable"),
    Expectation(
        "currency_of_the_books",
        "currency",
        "currency IS NULL OR currency = books_currency",
        code="currency_foreign",
        needs="currency",
    ),
    _not_masked("customer_external_id", "customer_ids_masked", "flag"),  # the order goes to a guest
    Expectation(
        "phone_readable", "phone", "phone__code IS NULL", code="phone_unreadable", severity="flag", needs="phone"
    ),
    Expectation(
        "email_readable", "email", "email__code IS NULL", code="email_unreadable", severity="flag", needs="email"
    ),
    _EMAIL_NOT_MASKED,
    Expectation(
        "order_not_in_future",
        "ordered_at",
        # A day's grace: the file's dates may be of a zone ahead of the company's.
        "event_at IS NULL OR event_at <= received_utc + INTERVAL 1 DAY",
        code="date_in_future",
    ),
    Expectation(
        "quantity_not_zero", "quantity", "quantity_milli <> 0", code="quantity_zero", severity="flag", needs="quantity"
    ),
    Expectation(
        "price_not_negative",
        "unit_price",
        "coalesce(unit_price, 0) >= 0",
        code="price_negative",
        severity="flag",
        needs="unit_price",
    ),
)
CUSTOMER_EXPECTATIONS: tuple[Expectation, ...] = (
    _given("external_id"),
    _not_masked("external_id", "customer_id_masked", "reject"),
    _readable("registered_at"),
    Expectation("external_id_once", "external_id", "appearance = 1", code="customer_repeated", severity="reject"),
    Expectation(
        "email_readable", "email", "email__code IS NULL", code="email_unreadable", severity="flag", needs="email"
    ),
    _EMAIL_NOT_MASKED,
    Expectation(
        "phone_readable", "phone", "phone__code IS NULL", code="phone_unreadable", severity="flag", needs="phone"
    ),
)
PRODUCT_EXPECTATIONS: tuple[Expectation, ...] = (
    _given("product_code"),
    _readable("price"),
    _readable("cost"),
    Expectation("product_code_once", "product_code", "appearance = 1", code="product_repeated"),
)
INTERACTION_EXPECTATIONS: tuple[Expectation, ...] = (
    _given("customer_external_id"),
    _not_masked("customer_external_id", "customer_id_masked", "reject"),
    _readable("occurred_at"),
    _given("occurred_at"),
    _readable("rating"),
)

EXPECTATIONS: dict[str, tuple[Expectation, ...]] = {
    "orders": ORDER_EXPECTATIONS,
    "customers": CUSTOMER_EXPECTATIONS,
    "products": PRODUCT_EXPECTATIONS,
    "interactions": INTERACTION_EXPECTATIONS,
}
