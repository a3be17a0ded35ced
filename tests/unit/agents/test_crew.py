"""The crew can be listed cheaply, and each agent thinks with what its charter or the setting says."""

import subprocess
import sys
from pathlib import Path

import pytest

from agents.charter import load_charters
from agents.crew import PLAYBOOKS, chat_model_for, choice_of, describe_agents
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


def test_every_playbook_has_a_charter() -> None:
    without = set(PLAYBOOKS) - {charter.name for charter in load_charters()}
    assert not without, "agents/charters/ has no file of that name"


@pytest.mark.parametrize("charter", load_charters(), ids=lambda charter: charter.name)
def test_every_agent_has_a_playbook(charter: object) -> None:
    assert chat_model_for(charter, "rules")._llm_type == "playbook"  # type: ignore[arg-type]


@pytest.mark.parametrize("setting", ["gpt-4o", "", "Rules"])
def test_a_crew_that_is_neither_rules_nor_a_model_is_refused(setting: str) -> None:
    with pytest.raises(InvalidInput, match="cannot run on"):
        choice_of(load_charters()[0], setting)


def test_a_charter_may_choose_another_mind_than_the_crew_has() -> None:
    charter = load_charters()[0]
    own = charter.model_copy(update={"model": "anthropic:claude-sonnet-5"})
    assert str(choice_of(own, "rules").model) == "anthropic:claude-sonnet-5"
    assert choice_of(own.model_copy(update={"model": "rules"}), "openai:gpt-5").model is None
    assert str(choice_of(charter, "hybrid:openai:gpt-5").model) == "openai:gpt-5"


def test_thinking_by_rules_loads_no_provider() -> None:
    code = (
        "import sys; import mhos, cli; from bootstrap.minds import Minds; from settings import Settings;"
        "from agents.charter import load_charters; from agents.crew import mind_for;"
        "[mind_for(charter, 'rules', None) for charter in load_charters()];"
        "Minds(Settings(), None).require(load_charters()[0]);"
        "models = ('openai', 'anthropic', 'tiktoken', 'llm.translation', 'llm.crew_model');"
        "print([name for name in models if name in sys.modules])"
    )
    root = Path(__file__).resolve().parents[3]
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert ran.stdout.strip() == "[]"


def test_listing_the_crew_loads_no_graph_and_no_numbers() -> None:
    code = (
        "import sys; from agents.crew import describe_agents; describe_agents();"
        "print([name for name in ('langgraph', 'langchain_core', 'scipy', 'sqlalchemy') if name in sys.modules])"
    )
    root = Path(__file__).resolve().parents[3]
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert ran.stdout.strip() == "[]"
