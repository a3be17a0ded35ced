"""The forecast for a price that a person chose: the Pricing Director's analysis, at that price."""

from pydantic import Field

from analytics.statistics.errors import InvalidNumbers
from domain.money import LARGEST_MINOR
from store.session import BrandSession
from tools.base import GaveUp, ToolAnswer, ToolEnv
from tools.pricing.analysis import DemandEstimate, demand_of, foreseen_at, sources_behind
from tools.pricing.arguments import BestPriceArguments
from tools.pricing.situation import situation_of
from tools.reasons import reason_keys

PRICE_FORECAST = "price_forecast"
"""What receipts of it are named by. No agent has it: their prices come from best_price."""


class PriceForecastArguments(BestPriceArguments):
    """One entry of a price list, and the price that is asked about."""

    price_minor: int = Field(gt=0, le=LARGEST_MINOR)


def price_forecast(session: BrandSession, env: ToolEnv, args: PriceForecastArguments) -> ToolAnswer:
    """Foresee what a given price brings, as best_price does of the one it advises. Raises GaveUp where that cannot be
    told."""
    now = situation_of(session, env, args.sku, args.channel, args.zone)
    demand = demand_of(session, env, now)
    if not isinstance(demand, DemandEstimate):
        raise GaveUp(
            f"What another price of {args.sku} brings cannot be foreseen.", reasons=reason_keys("pricing", demand)
        )
    try:
        result = foreseen_at(now, args, demand, args.price_minor)
    except InvalidNumbers as error:
        raise GaveUp(f"What that price of {args.sku} brings cannot be foreseen: {error}") from error
    return ToolAnswer(result, sources_behind(session, env, now))
