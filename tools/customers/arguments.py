"""The arguments of the CRM tools."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from domain.customers import MOST_LEADS, Segment
from domain.report import Claim
from tools.base import ToolArguments

LeadCode = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00]+$")]


class MessageArguments(ToolArguments):
    """Who is written to, and what it should bring, is taken from the analysis and the store, never from here."""

    segment: Segment = Field(description="the segment as message_advice names it")
    analysis_receipt: UUID = Field(description="the receipt of message_advice in this run")
    rationale: Claim = Field(description="why, for the person who decides; numbers as {key} with a figure for each")


class FollowUpArguments(ToolArguments):
    leads: tuple[LeadCode, ...] = Field(
        min_length=1, max_length=MOST_LEADS, description="the codes of those that lead_pipeline says to get back to"
    )
    analysis_receipt: UUID = Field(description="the receipt of lead_pipeline in this run")
    rationale: Claim = Field(description="why, for the person who decides; numbers as {key} with a figure for each")
