"""Every tool there is, by name."""

from collections.abc import Mapping

from tools.base import Tool
from tools.challenges import CHALLENGE_TOOLS
from tools.changes import CHAIR_TOOLS
from tools.customers.toolset import CRM_TOOLS
from tools.finance.toolset import FINANCE_TOOLS
from tools.knowledge.toolset import KNOWLEDGE_TOOLS
from tools.metrics.rivals import RIVALS_TOOL
from tools.metrics.toolset import BRAND_METRIC
from tools.pricing.promotion_toolset import PROMOTION_TOOLS
from tools.pricing.toolset import PRICING_TOOLS
from tools.stands.toolset import STAND_TOOLS
from tools.stock.toolset import BUYING_TOOLS
from tools.stock.transfers import TRANSFER_TOOLS

_SETS: tuple[tuple[Tool, ...], ...] = (
    PRICING_TOOLS,
    PROMOTION_TOOLS,
    BUYING_TOOLS,
    TRANSFER_TOOLS,
    STAND_TOOLS,
    CRM_TOOLS,
    FINANCE_TOOLS,
    KNOWLEDGE_TOOLS,
    (BRAND_METRIC, RIVALS_TOOL),
    CHALLENGE_TOOLS,
    CHAIR_TOOLS,
)
TOOLS: Mapping[str, Tool] = {tool.name: tool for tools in _SETS for tool in tools}
