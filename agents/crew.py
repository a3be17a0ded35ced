"""The crew: who there is, and what each of them thinks with."""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from agents.charter import Charter, load_charters
from domain.errors import InvalidInput

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

RULES = "rules"


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


def chat_model_for(charter: Charter, model_setting: str) -> "BaseChatModel":
    """What an agent thinks with. Raises InvalidInput for anything but the rules crew, which is all there is yet."""
    if model_setting != RULES:
        raise InvalidInput(
            f"The crew cannot run on {model_setting!r}: model crews are not available yet.",
            remedy="Set MHOS_MODEL=rules, or leave it out: the rules crew needs no key.",
        )
    from llm.rules import PlaybookChatModel

    module = f"agents.playbooks.{charter.name}"
    if find_spec(module) is None:
        raise InvalidInput(f"There is no playbook for {charter.name}.", remedy="Add one to agents/playbooks/.")
    return PlaybookChatModel(playbook=import_module(module).next_calls, name_of_playbook=charter.name)
