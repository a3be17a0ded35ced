"""Prices of models, in US dollars a million tokens; a model whose price is not known costs as much as the dearest."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from domain.errors import InvalidInput
from llm.choice import ModelName, Provider


@dataclass(frozen=True)
class TokenPrice:
    """US dollars a million tokens, which is millionths of a dollar a token."""

    input: Decimal
    output: Decimal

    def micros(self, input_tokens: int, output_tokens: int) -> int:
        """Millionths of a dollar, rounded up."""
        cost = self.input * input_tokens + self.output * output_tokens
        return int(cost.to_integral_value(rounding=ROUND_CEILING))


def _price(input_usd: str, output_usd: str) -> TokenPrice:
    return TokenPrice(Decimal(input_usd), Decimal(output_usd))


# List prices as published up to autumn 2026, without discounts for caches or batches. Where a provider charges more for
# long prompts the dearer price stands; models whose dearer price we do not know are left out, and so cost the most.
_LISTED: Mapping[Provider, Mapping[str, TokenPrice]] = {
    Provider.OPENAI: {
        "gpt-5.2-pro": _price("21", "168"),
        "gpt-5.2": _price("1.75", "14"),
        "gpt-5.1": _price("1.25", "10"),
        "gpt-5": _price("1.25", "10"),
        "gpt-5-mini": _price("0.25", "2"),
        "gpt-5-nano": _price("0.05", "0.40"),
        "gpt-4.1": _price("2", "8"),
        "gpt-4.1-mini": _price("0.40", "1.60"),
        "gpt-4.1-nano": _price("0.10", "0.40"),
        "gpt-4o": _price("2.50", "10"),
        "gpt-4o-mini": _price("0.15", "0.60"),
        "text-embedding-3-small": _price("0.02", "0"),
        "text-embedding-3-large": _price("0.13", "0"),
    },
    Provider.ANTHROPIC: {
        "claude-opus-5-5": _price("4", "20"),
        "claude-opus-5": _price("5", "25"),
        "claude-opus-4-8": _price("5", "25"),
        "claude-opus-4-7": _price("5", "25"),
        "claude-opus-4-6": _price("5", "25"),
        "claude-opus-4-5": _price("5", "25"),
        "claude-sonnet-5-5": _price("2", "10"),
        "claude-sonnet-5": _price("2", "10"),
        "claude-sonnet-4-6": _price("3", "15"),
        "claude-sonnet-4-5": _price("3", "15"),
        "claude-haiku-5-5": _price("0.50", "2.50"),
        "claude-haiku-4-5": _price("1", "5"),
    },
}
DEAREST = TokenPrice(
    max(price.input for listed in _LISTED.values() for price in listed.values()),
    max(price.output for listed in _LISTED.values() for price in listed.values()),
)
_DATED = re.compile(r"-\d{4}-?\d{2}-?\d{2}$")


def price_of(model: ModelName, stated: TokenPrice | None = None) -> tuple[TokenPrice, bool]:
    """A model's price, and whether it is known: as stated by its owner, else as listed, else the dearest."""
    if stated is not None:
        return stated, True
    listed = _LISTED.get(model.provider, {}).get(_DATED.sub("", model.model))
    return (listed, True) if listed else (DEAREST, False)


def parse_price(text: str) -> TokenPrice:
    """Read `INPUT,OUTPUT` in US dollars a million tokens, e.g. `2.50,10`. Raises InvalidInput."""
    try:
        amounts = [Decimal(part) for part in text.split(",")]
    except ArithmeticError:
        amounts = []
    if len(amounts) != 2 or not all(amount.is_finite() and amount >= 0 for amount in amounts):
        raise InvalidInput(
            f"{text!r} is not a price.", remedy="Write MHOS_MODEL_PRICE=2.50,10: dollars a million tokens."
        )
    return TokenPrice(*amounts)
