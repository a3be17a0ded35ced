"""The crew's challenges: which tools recompute a colleague's proposal, and of which kinds."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.action import PRICE_UPDATE, PURCHASE_ORDER_CREATE
from tools.base import Access, Tool
from tools.cash_challenge import recompute_order_within_cash
from tools.challenge_results import ChallengeArguments, ChallengeView
from tools.order_challenge import recompute_order_with_prices
from tools.price_challenge import recompute_price_within_stock


@dataclass(frozen=True)
class Challenge:
    """One recomputation: of `kinds`, in the light of what is proposed of `beside` (nothing where that is empty)."""

    tool: Tool
    kinds: frozenset[str]
    beside: frozenset[str] = frozenset()


_ALL = (
    Challenge(
        Tool(
            "recompute_price_within_stock",
            Access.ANALYSE,
            ChallengeArguments,
            ChallengeView,
            recompute_price_within_stock,
        ),
        frozenset({PRICE_UPDATE.name}),
    ),
    Challenge(
        Tool(
            "recompute_order_with_prices",
            Access.ANALYSE,
            ChallengeArguments,
            ChallengeView,
            recompute_order_with_prices,
        ),
        frozenset({PURCHASE_ORDER_CREATE.name}),
        frozenset({PRICE_UPDATE.name}),
    ),
    Challenge(
        Tool(
            "recompute_order_within_cash",
            Access.ANALYSE,
            ChallengeArguments,
            ChallengeView,
            recompute_order_within_cash,
        ),
        frozenset({PURCHASE_ORDER_CREATE.name}),
    ),
)
CHALLENGES: Mapping[str, Challenge] = {one.tool.name: one for one in _ALL}
"""By the tool's name, in the order of `PUT_IN_TURN`."""
CHALLENGE_TOOLS: tuple[Tool, ...] = tuple(one.tool for one in _ALL)
