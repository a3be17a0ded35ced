"""The crew can be listed cheaply, and runs on rules only so far."""

import subprocess
import sys
from pathlib import Path

import pytest

from agents.charter import load_charters
from agents.crew import chat_model_for, describe_agents
from domain.errors import InvalidInput


def test_every_agent_is_described() -> None:
    described = {agent["name"]: agent for agent in describe_agents()}
    director = described["pricing_director"]
    assert (director["title"], director["action_kinds"]) == (
        "Pricing Director",
        ["price.update", "price.draft", "promo.schedule"],
    )
    assert director["autonomy"] in range(5)
    assert "best_price" in director["tools"]


@pytest.mark.parametrize("charter", load_charters(), ids=lambda charter: charter.name)
def test_every_agent_has_a_playbook(charter: object) -> None:
    assert chat_model_for(charter, "rules")._llm_type == "playbook"  # type: ignore[arg-type]


@pytest.mark.parametrize("setting", ["openai:gpt-4o", "", "Rules"])
def test_model_crews_are_not_there_yet(setting: str) -> None:
    with pytest.raises(InvalidInput, match="not available yet"):
        chat_model_for(load_charters()[0], setting)


def test_listing_the_crew_loads_no_graph_and_no_numbers() -> None:
    code = (
        "import sys; from agents.crew import describe_agents; describe_agents();"
        "print([name for name in ('langgraph', 'langchain_core', 'scipy', 'sqlalchemy') if name in sys.modules])"
    )
    root = Path(__file__).resolve().parents[3]
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert ran.stdout.strip() == "[]"
