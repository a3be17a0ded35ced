"""The arguments of the purchasing tools."""

from uuid import UUID

from pydantic import Field

from domain.report import Claim
from tools.base import Name, ToolArguments


class SupplierArguments(ToolArguments):
    supplier: Name = Field(description="the supplier's code")


class PurchaseArguments(SupplierArguments):
    """Products, quantities and what the order should bring are taken from the analysis, never from here."""

    analysis_receipt: UUID = Field(description="the receipt of order_advice in this run")
    rationale: Claim = Field(description="why, for the person who decides; numbers as {key} with a figure for each")
