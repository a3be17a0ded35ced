"""Limits as people write them on the command line."""

import pytest

from cli.meet import _limit
from domain.errors import InvalidInput

NO_LIMITS = (
    "", "cash", "cash=", "cash=abc", "cash=-1", "cash=nan", "cash=inf", "cash=1e30", "patience=3", "attention=2.5",
    "=5",
)  # fmt: skip


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("cash=5000", ("cash", 500_000)),
        ("stock=5,000.50", ("stock_money", 500_050)),
        ("attention=6", ("attention", 6)),
        ("attention=0", ("attention", 0)),
    ],
)
def test_money_is_in_the_currency_and_attention_in_items(said: str, meant: tuple[str, int]) -> None:
    assert _limit(said, "EUR") == meant


@pytest.mark.parametrize("said", NO_LIMITS)
def test_what_is_no_limit_is_said_to_be_none(said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        _limit(said, "EUR")
    assert repr(said) in caught.value.message
