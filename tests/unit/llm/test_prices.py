"""The price of a model is known, stated by its owner, or the most that any costs."""

from decimal import Decimal

import pytest

from domain.errors import InvalidInput
from llm.choice import parse_model
from llm.prices import DEAREST, TokenPrice, parse_price, price_of


def test_a_dated_model_costs_what_its_family_does() -> None:
    assert price_of(parse_model("openai:gpt-5-2025-08-07")) == price_of(parse_model("openai:gpt-5"))
    assert price_of(parse_model("anthropic:claude-haiku-4-5-20251001")) == (TokenPrice(Decimal(1), Decimal(5)), True)


@pytest.mark.parametrize("name", ["openai:gpt-99", "openai:gpt-5-turbo", "http://gpu/v1#gpt-5", "anthropic:gpt-5"])
def test_what_is_not_known_costs_the_most(name: str) -> None:
    assert price_of(parse_model(name)) == (DEAREST, False)
    assert DEAREST.micros(1, 1) > 0


def test_a_stated_price_holds_and_fractions_round_up() -> None:
    price = parse_price("2.50,10")
    assert price_of(parse_model("http://gpu/v1#qwen"), price) == (price, True)
    assert price.micros(1, 0) == 3
    assert price.micros(1_000_000, 100_000) == 3_500_000


@pytest.mark.parametrize("text", ["", "1", "1,2,3", "-1,2", "NaN,1", "Infinity,1", "a,b"])
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="not a price"):
        parse_price(text)
