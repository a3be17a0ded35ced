"""The Pricing Director's tools."""

from tools.base import Access, NoArguments, Tool
from tools.pricing.analysis import best_price, price_elasticity
from tools.pricing.arguments import (
    BestPriceArguments,
    ChannelArguments,
    PriceArguments,
    PriceSetArguments,
    ProposalArguments,
)
from tools.pricing.dead_stock import DEAD_STOCK, DeadStock, dead_stock
from tools.pricing.price_lists import list_channels, list_priced_products, price_corridor, price_history
from tools.pricing.price_set import PRICE_SET, PriceSet, price_set
from tools.pricing.proposal import propose_price_update
from tools.pricing.results import (
    BestPrice,
    Channels,
    Elasticity,
    PriceChanges,
    PriceCorridor,
    PricedProducts,
    Proposed,
)
from tools.pricing.review import REVIEW, PriceReview, review_prices

PRICING_TOOLS: tuple[Tool, ...] = (
    Tool("list_channels", Access.READ, NoArguments, Channels, list_channels),
    Tool("list_priced_products", Access.READ, ChannelArguments, PricedProducts, list_priced_products),
    Tool(REVIEW, Access.ANALYSE, ChannelArguments, PriceReview, review_prices),
    Tool("price_history", Access.READ, PriceArguments, PriceChanges, price_history),
    Tool("price_corridor", Access.READ, PriceArguments, PriceCorridor, price_corridor),
    Tool("price_elasticity", Access.ANALYSE, PriceArguments, Elasticity, price_elasticity),
    Tool("best_price", Access.ANALYSE, BestPriceArguments, BestPrice, best_price),
    Tool(PRICE_SET, Access.ANALYSE, PriceSetArguments, PriceSet, price_set),
    Tool(DEAD_STOCK, Access.ANALYSE, NoArguments, DeadStock, dead_stock),
    Tool("propose_price_update", Access.PROPOSE, ProposalArguments, Proposed, propose_price_update),
)
