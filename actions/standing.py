"""Whether what an action item showed still stands, and what becomes of it where it does not."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from actions.handler import Look, ShownFact
from actions.items import show_again
from actions.status import set_status
from domain.action import ItemStatus
from domain.figure import Cell
from domain.message import Message, message, verbatim
from store.audit import append_audit
from store.session import BrandSession
from store.tables import ActionItem

if TYPE_CHECKING:
    from guardrails.cedar import PolicyEngine


def moved_facts(item: ActionItem, look: Look) -> list[str]:
    """The shown facts that have moved beyond their tolerance."""
    return [name for name, fact in _shown(item) if not fact.still_holds(look.shown[name])]


def differences_since(item: ActionItem, look: Look, policy_version: str) -> list[Message]:
    """Messages on the facts that moved beyond their tolerance since the item was shown; empty where all hold."""
    shown = dict(_shown(item))
    moved = [
        message("item.moved", fact=name_of_fact(name), before=_cell(shown[name]), now=_cell(look.shown[name]))
        for name in moved_facts(item, look)
    ]
    if item.verdict.get("policy_version") != policy_version:
        moved.append(Message(key="item.policies_changed"))
    return moved


def name_of_fact(name: str) -> Message:
    """A shown fact's name by key; one of several alike keeps the code that it ends in, as `on hand ST01`."""
    if name in _FACTS:
        return Message(key=_FACTS[name])
    for beginning, key in _FACTS_BY_CODE.items():
        if name.startswith(f"{beginning} "):
            return message(key, code=name.removeprefix(f"{beginning} "))
    return verbatim(name.replace("_", " "))


_FACTS = {
    "amount": "item.fact.amount", "bonus share": "item.fact.bonus_share", "closed": "item.fact.closed",
    "held_out": "item.fact.held_out", "margin": "item.fact.margin", "margin_after": "item.fact.margin_after",
    "min_margin": "item.fact.min_margin", "owed": "item.fact.owed", "price_before": "item.fact.price_before",
    "recipients": "item.fact.recipients", "total": "item.fact.total", "trip cost": "item.fact.trip_cost",
    "unit_cost": "item.fact.unit_cost", "visit cost": "item.fact.visit_cost",
    "weekly_units": "item.fact.weekly_units", "worth": "item.fact.worth",
}  # fmt: skip
_FACTS_BY_CODE = {
    "available": "item.fact.available", "budget": "item.fact.budget", "on hand": "item.fact.on_hand",
    "price": "item.fact.price",
}  # fmt: skip


def ask_again(
    session: BrandSession, engine: "PolicyEngine", item: ActionItem, look: Look, differences: Sequence[Message]
) -> str:
    """Show what stands now, for a new answer; or close an item whose promise rests on what has moved.

    Returns what a person can do about it.
    """
    if item.prediction is not None and _is_promised(moved_facts(item, look), look):
        set_status(session, item, ItemStatus.SUPERSEDED, message("item.because.broken_promise", reasons=differences))
        return "Hold a meeting to look at it afresh: `mhos meet`."
    show_again(session, engine, item, look)
    if item.status == ItemStatus.APPROVED:
        set_status(session, item, ItemStatus.PROPOSED, message("item.because.approve_again", reasons=differences))
    else:
        item.version += 1
        append_audit(
            session,
            "action_item.shown_again",
            str(item.id),
            {"differences": [difference.document() for difference in differences]},
        )
    return f"Look again with `mhos show {str(item.id)[-8:]}` and approve what you see now."


def _shown(item: ActionItem) -> Iterable[tuple[str, ShownFact]]:
    return ((name, ShownFact.model_validate(fact)) for name, fact in item.facts.items())


def _is_promised(moved: Iterable[str], look: Look) -> bool:
    return any(look.shown[name].promised for name in moved)


def _cell(fact: ShownFact) -> Cell:
    return Cell(value=fact.value, unit=fact.unit)
