"""The Pricing Director's tools beside list prices: rivals' answers, the ladder of channels, drafts and promotions."""

from tools.base import Access, Tool
from tools.pricing.arguments import ChannelArguments, DraftArguments, PromotionArguments, SkuArguments
from tools.pricing.channel_ladder import channel_ladder
from tools.pricing.competitor_reaction import competitor_reaction
from tools.pricing.drafts import draft_prices, propose_price_draft
from tools.pricing.ladder_results import (
    ChannelLadder,
    DraftPrices,
    PastDeals,
    PromotionAdvice,
    ProposedDraft,
    ProposedPromotion,
)
from tools.pricing.promotion_advice import past_deals, promotion_advice
from tools.pricing.promotion_proposal import propose_promo_schedule
from tools.pricing.results import CompetitorReaction

PROMOTION_TOOLS: tuple[Tool, ...] = (
    Tool("competitor_reaction", Access.ANALYSE, ChannelArguments, CompetitorReaction, competitor_reaction),
    Tool("channel_ladder", Access.ANALYSE, SkuArguments, ChannelLadder, channel_ladder),
    Tool("draft_prices", Access.ANALYSE, ChannelArguments, DraftPrices, draft_prices),
    Tool("propose_price_draft", Access.PROPOSE, DraftArguments, ProposedDraft, propose_price_draft),
    Tool("past_deals", Access.ANALYSE, ChannelArguments, PastDeals, past_deals),
    Tool("promotion_advice", Access.ANALYSE, SkuArguments, PromotionAdvice, promotion_advice),
    Tool("propose_promo_schedule", Access.PROPOSE, PromotionArguments, ProposedPromotion, propose_promo_schedule),
)
