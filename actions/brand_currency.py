"""Amounts that the brand's limits count in are in the brand's own currency."""

from domain.errors import InvalidInput
from store.reads.settings import brand_of
from store.session import BrandSession


def require_brand_currency(session: BrandSession, currency: str) -> None:
    """Raises InvalidInput where an amount is not in the money that the brand's limits count in."""
    own = brand_of(session).currency
    if currency != own:
        raise InvalidInput(f"The brand counts in {own}, not {currency}.", remedy=f"Give the amounts in {own}.")
