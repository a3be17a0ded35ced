"""The CRM Manager's tools."""

from tools.base import Access, NoArguments, Tool
from tools.customers.arguments import FollowUpArguments, MessageArguments
from tools.customers.lead_pipeline import lead_pipeline
from tools.customers.lead_proposal import propose_lead_follow_up
from tools.customers.message_advice import message_advice
from tools.customers.message_proposal import propose_segment_message
from tools.customers.results import CustomerSegments, MessageAdviceView, Pipeline, ProposedFollowUp, ProposedMessage
from tools.customers.segments import customer_segments

CRM_TOOLS: tuple[Tool, ...] = (
    Tool("customer_segments", Access.ANALYSE, NoArguments, CustomerSegments, customer_segments),
    Tool("message_advice", Access.ANALYSE, NoArguments, MessageAdviceView, message_advice),
    Tool("propose_segment_message", Access.PROPOSE, MessageArguments, ProposedMessage, propose_segment_message),
    Tool("lead_pipeline", Access.ANALYSE, NoArguments, Pipeline, lead_pipeline),
    Tool("propose_lead_follow_up", Access.PROPOSE, FollowUpArguments, ProposedFollowUp, propose_lead_follow_up),
)
