"""`/api/v1/agents`, `/journal`: who is in the crew, and how far each is to be believed."""

from typing import Annotated

from fastapi import APIRouter, Path

from agents.charter import load_charters
from agents.crew import describe_agents
from api.desk import BrandRoute, OpenDesk, ReadDesk
from api.errors import IN_A_BRAND
from api.pages import Limit, Page, PageMetadata
from api.shapes.crew import AgentDetails, AgentLine, Journal
from api.shapes.words import AgentName, KindName
from domain.errors import NotFound
from domain.language import Language
from guardrails.dial import dial_limits
from language.speech import spoken
from memory.summary import journal_document
from store.reads.settings import ai_config_of
from store.tables import AIConfig

crew_router = APIRouter(tags=["crew"], responses=IN_A_BRAND, route_class=BrandRoute)


@crew_router.get("/agents", operation_id="list_agents")
def list_agents(desk: OpenDesk) -> Page[AgentLine]:
    """Every agent: what it looks at, may propose, and how far it may ever act alone."""
    agents = [AgentLine.model_validate(agent) for agent in describe_agents()]
    return Page(data=agents, metadata=PageMetadata(limit=len(agents), next_cursor=None))


@crew_router.get("/agents/{name}", operation_id="show_agent")
def show_agent(name: Annotated[str, Path(max_length=64, pattern=r"^[a-z][a-z0-9_]*$")], desk: OpenDesk) -> AgentDetails:
    """One agent with its charter, and its settings in this brand."""
    charter = next((charter for charter in load_charters() if charter.name == name), None)
    if charter is None:
        raise NotFound(f"There is no agent {name}.", remedy="See /api/v1/agents.")
    line = next(agent for agent in describe_agents() if agent["name"] == name)
    with desk.office.database.read(desk.ctx) as session:
        configs = {kind: ai_config_of(session, name, kind) for kind in charter.action_kinds}
    settings = [
        {
            "action_kind": kind,
            "aggressiveness": config.aggressiveness,
            "autonomy": min(
                charter.autonomy_cap, dial_limits(config.aggressiveness).autonomy_cap, config.earned_autonomy
            ),
            "stopped": config.stopped,
        }
        for kind, config in configs.items()
    ]
    return AgentDetails.model_validate({**line, "charter": charter.body, "settings": settings})


def _dialled(config: AIConfig) -> int:
    return dial_limits(config.aggressiveness).autonomy_cap


@crew_router.get("/journal", operation_id="read_journal")
def journal(
    desk: ReadDesk,
    agent: AgentName | None = None,
    kind: KindName | None = None,
    limit: Limit = 20,
) -> Journal:
    """Promises beside what came of them, newest first, and how often their intervals held."""
    with desk.read() as session:
        return Journal.model_validate(spoken(journal_document(session, agent or "", kind or "", limit), Language.EN))
