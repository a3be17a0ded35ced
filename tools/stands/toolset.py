"""The Stand Coach's tools."""

from tools.base import Access, NoArguments, Tool
from tools.stands.arguments import StandArguments, TripArguments
from tools.stands.proposals import propose_stand_bonus, propose_stand_visit
from tools.stands.refill_advice import list_stands, refill_advice
from tools.stands.refill_proposal import propose_stand_refill
from tools.stands.results import ProposedForStand, ProposedTrip, RefillAdvice, StandList, StandTrends
from tools.stands.trends import stand_trends

STAND_TOOLS: tuple[Tool, ...] = (
    Tool("list_stands", Access.READ, NoArguments, StandList, list_stands),
    Tool("refill_advice", Access.ANALYSE, NoArguments, RefillAdvice, refill_advice),
    Tool("stand_trends", Access.ANALYSE, NoArguments, StandTrends, stand_trends),
    Tool("propose_stand_refill", Access.PROPOSE, TripArguments, ProposedTrip, propose_stand_refill),
    Tool("propose_stand_visit", Access.PROPOSE, StandArguments, ProposedForStand, propose_stand_visit),
    Tool("propose_stand_bonus", Access.PROPOSE, StandArguments, ProposedForStand, propose_stand_bonus),
)
