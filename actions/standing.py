"""Whether what an action item showed still stands, and what becomes of it where it does not."""

from collections.abc import Iterable, Sequence

from actions.handler import Look, ShownFact
from actions.items import show_again
from actions.status import set_status
from domain.action import ItemStatus
from domain.figure import Cell
from guardrails.cedar import PolicyEngine
from store.audit import append_audit
from store.session import BrandSession
from store.tables import ActionItem


def moved_facts(item: ActionItem, look: Look) -> list[str]:
    """The shown facts that have moved beyond their tolerance."""
    return [name for name, fact in _shown(item) if not fact.still_holds(look.shown[name])]


def differences_since(item: ActionItem, look: Look, engine: PolicyEngine) -> list[str]:
    """Sentences on the facts that moved beyond their tolerance since the item was shown; empty where all hold."""
    shown = dict(_shown(item))
    moved = [
        f"{name.replace('_', ' ')} was {_in_words(shown[name])}, now {_in_words(look.shown[name])}"
        for name in moved_facts(item, look)
    ]
    if item.verdict.get("policy_version") != engine.policy_version:
        moved.append("the policies were changed")
    return moved


def ask_again(
    session: BrandSession, engine: PolicyEngine, item: ActionItem, look: Look, differences: Sequence[str]
) -> str:
    """Show what stands now, for a new answer; or close an item whose promise rests on what has moved.

    Returns what a person can do about it.
    """
    reason = "; ".join(differences)
    if item.prediction is not None and _is_promised(moved_facts(item, look), look):
        set_status(session, item, ItemStatus.SUPERSEDED, f"what it promised no longer holds: {reason}")
        return "Hold a meeting to look at it afresh: `mhos meet`."
    show_again(session, engine, item, look)
    if item.status == ItemStatus.APPROVED:
        set_status(session, item, ItemStatus.PROPOSED, f"has to be approved again: {reason}")
    else:
        item.version += 1
        append_audit(session, "action_item.shown_again", str(item.id), {"differences": list(differences)})
    return f"Look again with `mhos show {str(item.id)[-8:]}` and approve what you see now."


def _shown(item: ActionItem) -> Iterable[tuple[str, ShownFact]]:
    return ((name, ShownFact.model_validate(fact)) for name, fact in item.facts.items())


def _is_promised(moved: Iterable[str], look: Look) -> bool:
    return any(look.shown[name].promised for name in moved)


def _in_words(fact: ShownFact) -> str:
    return Cell(value=fact.value, unit=fact.unit).render()
