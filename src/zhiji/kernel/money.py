"""Money: an integer of 10⁻⁶ currency units with its currency. Rounded on display alone.

Real price lists hold £0.001, so cents are too coarse; a float cannot add them up. 2⁶³ micros are 9.2 · 10¹² units.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

MICROS = 1_000_000
LARGEST_MICROS = 2**63 - 1
# ISO 4217 minor digits that are not 2, of the currencies met in practice.
_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "HUF": 2, "BHD": 3, "KWD": 3, "JOD": 3, "TND": 3}

# Signs that a reader of the page takes for granted; other currencies are named by their code.
_SIGNS = {
    "CNY": "¥",
    "JPY": "¥",
    "USD": "$",
    "GBP": "£",
    "EUR": "€",
    "KRW": "₩",
    "INR": "₹",
    "HKD": "HK$",
    "TWD": "NT$",
}


class MoneyError(ValueError):
    """Sums over two currencies, or an amount that does not fit."""


def minor_digits(currency: str) -> int:
    """Digits after the point that a reader of this currency expects."""
    return _MINOR_DIGITS.get(currency, 2)


def percent_of(micros: int, percent: Decimal) -> int:
    """That share of an amount in whole micros, half to even; ``percent`` has two decimals, as margins have."""
    # An integer of 10⁻⁴ shares: whatever the context's precision, nothing is rounded before the end.
    product = micros * int(percent * 100)
    whole, rest = divmod(product, 10_000)
    return whole + (rest > 5_000 or (rest == 5_000 and whole % 2 == 1))


@dataclass(frozen=True, order=False)
class Money:
    """An exact amount. ``micros`` is 10⁻⁶ of one unit of ``currency`` (ISO 4217, upper case)."""

    micros: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.micros, int) or isinstance(self.micros, bool):
            raise MoneyError(f"micros must be an int, not {type(self.micros).__name__}")
        if abs(self.micros) > LARGEST_MICROS:
            raise MoneyError(f"{self.micros} micros do not fit in 64 bits")
        if len(self.currency) != 3 or not self.currency.isalpha() or not self.currency.isupper():
            raise MoneyError(f"{self.currency!r} is not an ISO 4217 code")

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Money:
        """From units. More than six decimals are refused rather than rounded. Floats are not taken."""
        if isinstance(amount, float):
            raise MoneyError("a float is not an exact amount")
        scaled = Decimal(amount) * MICROS
        if scaled != scaled.to_integral_value():
            raise MoneyError(f"{amount} has more than six decimals")
        return cls(int(scaled), currency)

    def units(self) -> Decimal:
        return Decimal(self.micros) / MICROS

    def rounded(self) -> Decimal:
        """In units, to the currency's minor digits, half to even: for display only, never stored."""
        return self.units().quantize(Decimal(1).scaleb(-minor_digits(self.currency)), rounding=ROUND_HALF_EVEN)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise MoneyError(f"{self.currency} and {other.currency} cannot be summed without a rate")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.micros + other.micros, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.micros - other.micros, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.micros, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.micros < other.micros

    def shown(self) -> str:
        """As it stands in a sentence, in either language: ``"¥1,240.00"``, ``"-£0.50"``, ``"CHF 3.00"``."""
        amount = self.rounded()
        sign = _SIGNS.get(self.currency, f"{self.currency} ")
        return f"{'-' if amount < 0 else ''}{sign}{abs(amount):,}"

    def __str__(self) -> str:
        return f"{self.rounded():,} {self.currency}"
