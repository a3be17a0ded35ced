"""The crew: who there is, and what each of them thinks with."""

from collections.abc import Callable
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

    if charter.name not in _PLAYBOOKS:
        raise InvalidInput(f"There is no playbook for {charter.name}.", remedy="Add one to agents/playbooks/.")
    return PlaybookChatModel(playbook=_PLAYBOOKS[charter.name](), name_of_playbook=charter.name)


def _pricing_director() -> Any:
    from agents.playbooks.pricing_director import next_calls

    return next_calls


_PLAYBOOKS: dict[str, Callable[[], Any]] = {"pricing_director": _pricing_director}
