"""The crew's challenges: which tools recompute a colleague's proposal, and of which kinds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from domain.customers import SEGMENT_MESSAGE
from domain.pricing import PRICE_UPDATE
from domain.stands import STAND_REFILL
from domain.stock import PURCHASE_ORDER_CREATE
from store.session import BrandSession
from tools.base import Access, Tool, ToolAnswer, ToolEnv
from tools.challenge_results import NEVER_ALONE, ChallengeArguments, ChallengeView
from tools.customers.message_challenge import recompute_message_within_stock
from tools.finance.cash_challenge import recompute_order_within_cash
from tools.pricing.challenge import recompute_price_within_stock
from tools.stands.refill_challenge import recompute_refill_within_stock
from tools.stock.order_challenge import recompute_order_with_prices


@dataclass(frozen=True)
class Challenge:
    """One recomputation: of `kinds`, in the light of what is proposed of `beside` (nothing where that is empty).

    It is put only where there is something `beside`, unless it asks a question of its own (`also_alone`).
    """

    tool: Tool
    kinds: frozenset[str]
    beside: frozenset[str] = frozenset()

    @property
    def also_alone(self) -> bool:
        return self.tool.name not in NEVER_ALONE


def _analysis(run: Callable[[BrandSession, ToolEnv, ChallengeArguments], ToolAnswer]) -> Tool:
    return Tool(run.__name__, Access.ANALYSE, ChallengeArguments, ChallengeView, run)


_PRICES, _ORDERS = frozenset({PRICE_UPDATE.name}), frozenset({PURCHASE_ORDER_CREATE.name})
_ALL = (
    Challenge(_analysis(recompute_price_within_stock), _PRICES),
    Challenge(_analysis(recompute_message_within_stock), frozenset({SEGMENT_MESSAGE.name})),
    Challenge(_analysis(recompute_refill_within_stock), frozenset({STAND_REFILL.name})),
    Challenge(_analysis(recompute_order_with_prices), _ORDERS, beside=_PRICES),
    Challenge(_analysis(recompute_order_within_cash), _ORDERS, beside=_PRICES),
)
CHALLENGES: Mapping[str, Challenge] = {challenge.tool.name: challenge for challenge in _ALL}
"""By the tool's name, in the order of `PUT_IN_TURN`."""
CHALLENGE_TOOLS: tuple[Tool, ...] = tuple(challenge.tool for challenge in _ALL)
