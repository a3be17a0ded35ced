"""Every tool there is, by name."""

from collections.abc import Mapping

from tools.base import Tool
from tools.pricing import PRICING_TOOLS

TOOLS: Mapping[str, Tool] = {tool.name: tool for tool in PRICING_TOOLS}
