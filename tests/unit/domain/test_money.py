"""Money keeps its currency and never rounds in anybody's favour."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.money import Money, format_minor, share_bps, to_minor, to_minor_exactly


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.99", "EUR", 1299),
        ("12.985", "EUR", 1298),
        ("12.995", "EUR", 1300),
        ("500", "JPY", 500),
        ("1.234", "KWD", 1234),
    ],
)
def test_amounts_are_read_in_minor_units_half_to_even(text: str, currency: str, minor: int) -> None:
    assert to_minor(text, currency) == minor


@pytest.mark.parametrize("text", ["", "abc", "NaN", "Infinity", "1,50", "9" * 40])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        to_minor(text, "EUR")


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "USD", "JPY", "KWD", "SEK"]))
def test_formatting_loses_nothing(minor: int, currency: str) -> None:
    digits = "".join(sign for sign in format_minor(minor, currency) if sign.isdigit() or sign in "-.")
    assert to_minor(digits, currency) == minor


def test_currencies_do_not_mix() -> None:
    with pytest.raises(InvalidInput):
        Money(amount_minor=1, currency="EUR") + Money(amount_minor=1, currency="USD")


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**9))
def test_a_share_is_within_half_a_basis_point(part: int, whole: int) -> None:
    assert abs(share_bps(part, whole) * whole - part * 10_000) * 2 <= whole


@pytest.mark.parametrize(("amount", "currency"), [("12.905", "EUR"), ("1.5", "JPY"), ("0.0001", "KWD")])
def test_a_final_amount_is_never_rounded(amount: str, currency: str) -> None:
    with pytest.raises(InvalidInput, match="decimals"):
        to_minor_exactly(amount, currency)


@pytest.mark.parametrize(("amount", "minor"), [("12.90", 1290), (" 12.9 ", 1290), ("12.900", 1290), ("1e1", 1000)])
def test_a_final_amount_may_be_written_in_several_ways(amount: str, minor: int) -> None:
    assert to_minor_exactly(amount, "EUR") == minor
