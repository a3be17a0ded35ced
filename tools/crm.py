"""The CRM Manager's tools."""

from tools.base import Access, NoArguments, Tool
from tools.crm_arguments import FollowUpArguments, MessageArguments
from tools.crm_results import CustomerSegments, MessageAdviceView, Pipeline, ProposedFollowUp, ProposedMessage
from tools.customer_segments import customer_segments
from tools.lead_pipeline import lead_pipeline
from tools.lead_proposal import propose_lead_follow_up
from tools.message_advice import message_advice
from tools.message_proposal import propose_segment_message

CRM_TOOLS: tuple[Tool, ...] = (
    Tool("customer_segments", Access.ANALYSE, NoArguments, CustomerSegments, customer_segments),
    Tool("message_advice", Access.ANALYSE, NoArguments, MessageAdviceView, message_advice),
    Tool("propose_segment_message", Access.PROPOSE, MessageArguments, ProposedMessage, propose_segment_message),
    Tool("lead_pipeline", Access.ANALYSE, NoArguments, Pipeline, lead_pipeline),
    Tool("propose_lead_follow_up", Access.PROPOSE, FollowUpArguments, ProposedFollowUp, propose_lead_follow_up),
)
