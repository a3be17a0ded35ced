"""Amounts of money in prose, as English and German write them: `€2,500`, `2.500,00 EUR`, `2 500 euros`, `2.5k €`."""

import re
from dataclasses import dataclass
from decimal import Decimal

_CURRENCIES = {
    "EUR": r"€|eur(?:os?)?\b",
    "USD": r"us\$|\$|usd\b|(?:us[- ])?dollars?\b",
    "GBP": r"£|gbp\b|pounds?\b",
    "CHF": r"chf\b|sfr\.?|(?:schweizer )?franken\b",
    "PLN": r"zł|pln\b|złoty\b",
}
_SIGN = "|".join(f"(?P<{{0}}{code}>{signs})" for code, signs in _CURRENCIES.items())
_NUMBER = (
    r"(?<![\d.,])(?P<{0}n>\d{{1,3}}(?:[.,'’\u00a0\u202f ]\d{{3}})+(?:[.,]\d{{2}})?|\d+(?:[.,]\d{{1,2}})?)(?!\d)"
    r"(?:,[-–—])?"
)
_THOUSAND = r"(?:\s?(?P<{0}k>k\b|tsd\.?|thousand\b|tausend\b))?"
_MONEY = re.compile(
    rf"(?:{_SIGN.format('a')})\s?{_NUMBER.format('a')}{_THOUSAND.format('a')}"
    rf"|{_NUMBER.format('b')}{_THOUSAND.format('b')}\s?(?:{_SIGN.format('b')})",
    re.IGNORECASE,
)
_ANY_SIGN = re.compile("|".join(_CURRENCIES.values()), re.IGNORECASE)
_GROUPED = re.compile(r"^\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?P<rest>[.,]\d{2})?$")


@dataclass(frozen=True)
class Amount:
    """Money as a text states it. All of these currencies have a hundred minor units."""

    minor: int
    currency: str


def amounts_in(text: str) -> list[Amount]:
    """Every amount that is written in figures with its currency, in order."""
    return [_amount(match) for match in _MONEY.finditer(text)]


def mentions_money(text: str) -> bool:
    """True if a currency is named, with figures or without."""
    return _ANY_SIGN.search(text) is not None


def _amount(match: re.Match[str]) -> Amount:
    parts = match.groupdict()
    side = "a" if parts["an"] else "b"
    currency = next(code for code in _CURRENCIES if parts[f"{side}{code}"])
    value = _value(parts[f"{side}n"]) * (1_000 if parts[f"{side}k"] else 1)
    return Amount(int((value * 100).to_integral_value()), currency)


def _value(written: str) -> Decimal:
    """`2,500` and `2.500` are thousands, `2,50` and `2.50` are not: groups have three figures, cents two."""
    grouped = _GROUPED.match(written)
    if grouped is None:
        return Decimal(written.replace(",", "."))
    cents = grouped["rest"] or ""
    units = re.sub(r"\D", "", written.removesuffix(cents))
    return Decimal(f"{units}.{cents[1:] or '0'}")
