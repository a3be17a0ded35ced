"""The crew: who there is, and what each of them thinks with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from agents.charter import Charter, load_charters
from domain.errors import InvalidInput
from llm.choice import DEFAULT, Manner, MindChoice, ModelName, parse_choice

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from llm.rules import Playbook, PlaybookChatModel

RULES = "rules"
PLAYBOOKS: Mapping[str, str] = {
    "pricing_director": "agents.playbooks.pricing.pricing_director",
    "inventory_forecaster": "agents.playbooks.stock.inventory_forecaster",
    "stand_coach": "agents.playbooks.stands.stand_coach",
    "crm_manager": "agents.playbooks.customers.crm_manager",
    "finance_analyst": "agents.playbooks.finance.finance_analyst",
}
"""The module of each agent's rules, imported when the agent first thinks; an agent without one takes a model."""
Connect = Callable[[ModelName], "BaseChatModel"]
"""Gives the chat model of that name, ready to be asked."""


@dataclass(frozen=True)
class Mind:
    """The chat model of an agent, and the playbook whose analysis a model has at hand."""

    chat_model: "BaseChatModel"
    playbook: "Playbook | None" = None


def describe_agents() -> list[dict[str, Any]]:
    """Every agent as `mhos agents` shows it. `autonomy` is the most it may ever have."""
    return [
        {
            "name": charter.name,
            "title": charter.title,
            "focus": charter.focus,
            "tools": list(charter.tools),
            "action_kinds": list(charter.action_kinds),
            "kpis": list(charter.kpis),
            "autonomy": charter.autonomy_cap,
        }
        for charter in load_charters()
    ]


def choice_of(charter: Charter, setting: str) -> MindChoice:
    """How an agent thinks: as its charter says, else as the setting does. Raises InvalidInput."""
    choice = parse_choice(setting if charter.model == DEFAULT else charter.model)
    if choice.manner is not Manner.MODEL and playbook_of(charter) is None:
        raise InvalidInput(f"There is no playbook for {charter.name}.", remedy="Name one in agents/crew.py.")
    return choice


def mind_for(charter: Charter, setting: str, connect: Connect) -> Mind:
    """The mind of an agent by its charter, else by the setting. Raises InvalidInput."""
    choice = choice_of(charter, setting)
    if choice.model is None:
        return Mind(chat_model_for(charter, RULES))
    if choice.manner is Manner.MODEL:
        return Mind(connect(choice.model), playbook_of(charter))
    from agents.hybrid import HybridChatModel

    return Mind(HybridChatModel(rules=chat_model_for(charter, RULES), writer=connect(choice.model)))


def chat_model_for(charter: Charter, model_setting: str) -> "PlaybookChatModel":
    """The rules that an agent thinks with. Raises InvalidInput for anything but rules, which takes `mind_for`."""
    from llm.rules import PlaybookChatModel

    choice = choice_of(charter.model_copy(update={"model": DEFAULT}), model_setting)
    playbook = playbook_of(charter)
    if choice.manner is not Manner.RULES or playbook is None:
        raise InvalidInput(f"{model_setting!r} is a model, not rules.", remedy="Ask for the agent's mind instead.")
    return PlaybookChatModel(playbook=playbook, name_of_playbook=charter.name)


def playbook_of(charter: Charter) -> "Playbook | None":
    """The rules of an agent; None for one that only a model can be."""
    module = PLAYBOOKS.get(charter.name)
    return None if module is None else import_module(module).next_calls
