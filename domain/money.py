"""Money as integer minor units of an ISO 4217 currency, and rates as basis points."""

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from domain.errors import InvalidInput

_IN_USE = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG
    HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA
    MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
    RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
    USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_IN_USE.split())
"""What ISO 4217 lists as money in use."""


def _in_use(currency: str) -> str:
    if currency not in CURRENCIES:
        raise ValueError(f"{currency!r} is no currency of ISO 4217, such as EUR or USD")
    return currency


Currency = Annotated[str, AfterValidator(_in_use)]

BPS = 10_000
_EXPONENTS = {
    "BHD": 3, "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "IQD": 3, "ISK": 0, "JOD": 3, "JPY": 0, "KMF": 0, "KRW": 0,
    "KWD": 3, "LYD": 3, "OMR": 3, "PYG": 0, "RWF": 0, "TND": 3, "UGX": 0, "VND": 0, "VUV": 0, "XAF": 0,
    "XOF": 0, "XPF": 0,
}  # fmt: skip
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}
LARGEST_MINOR = 2**53


def exponent(currency: str) -> int:
    """How many decimal places the currency has (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def to_minor(amount: str | Decimal, currency: str) -> int:
    """Parse a decimal amount such as `"12.99"` into minor units, half to even. Raises InvalidInput."""
    try:
        value = Decimal(str(amount).strip())
    except InvalidOperation as error:
        raise InvalidInput(f"{amount!r} is not an amount", remedy="Write it as 12.99, without signs.") from error
    if not value.is_finite():
        raise InvalidInput(f"{amount!r} is not a finite amount")
    if abs(value) > LARGEST_MINOR:
        raise InvalidInput(f"{str(amount)[:30]!r} is larger than any amount that can be booked")
    return int(value.scaleb(exponent(currency)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def to_minor_exactly(amount: str, currency: str) -> int:
    """As `to_minor`, for an amount that a person gives as final. Raises InvalidInput where it would be rounded."""
    minor = to_minor(amount, currency)
    if Decimal(minor).scaleb(-exponent(currency)) != Decimal(amount.strip()):
        raise InvalidInput(f"{amount} has more decimals than {currency} has.", remedy="Give an amount that exists.")
    return minor


def format_minor(amount_minor: int, currency: str) -> str:
    """Show minor units for people: `$1,234.50`, or `1,234.50 SEK` where the currency has no sign here."""
    places = exponent(currency)
    text = f"{Decimal(abs(amount_minor)).scaleb(-places):,.{places}f}"
    sign = "-" if amount_minor < 0 else ""
    mark = _SIGNS.get(currency)
    return f"{sign}{mark}{text}" if mark else f"{sign}{text} {currency}"


def plain_minor(amount_minor: int, currency: str) -> str:
    """Minor units as a file has them: `1234.50`."""
    places = exponent(currency)
    return f"{Decimal(amount_minor).scaleb(-places):.{places}f}"


def share_bps(part: int, whole: int) -> int:
    """`part / whole` in basis points, rounded half to even; zero when there is no whole."""
    if whole == 0:
        return 0
    return int((Decimal(part) * BPS / Decimal(whole)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


class Money(BaseModel):
    """An amount that cannot be added to another currency by accident."""

    model_config = ConfigDict(frozen=True)

    amount_minor: int
    currency: Currency

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise InvalidInput(f"cannot add {other.currency} to {self.currency}")
        return Money(amount_minor=self.amount_minor + other.amount_minor, currency=self.currency)

    def __str__(self) -> str:
        return format_minor(self.amount_minor, self.currency)
