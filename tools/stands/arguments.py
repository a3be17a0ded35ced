"""The arguments of the Stand Coach's tools; quantities and promises are taken from analyses, never from here."""

from uuid import UUID

from pydantic import Field

from domain.report import Claim
from tools.base import Name, ToolArguments


class _Proposal(ToolArguments):
    analysis_receipt: UUID = Field(description="the receipt of the analysis in this run")
    rationale: Claim = Field(description="why, for the person who decides; numbers as {key} with a figure for each")


class TripArguments(_Proposal):
    trip: Name = Field(description="the trip's letter in refill_advice")


class StandArguments(_Proposal):
    stand: Name = Field(description="the stand's code in stand_trends")
