"""References of rules and workflows: events, endpoints, workflows, templates; a mistyped one is refused."""

from collections.abc import Callable, Collection, Iterator, Mapping
from difflib import get_close_matches

from sqlalchemy import select
from sqlmodel import col

from automation.rule import Document, Rule, Workflow
from automation.step import Chat, Deed, Do, Email, Notify, StartWorkflow, Wait, Webhook
from domain.action import ItemStatus
from domain.errors import InvalidInput
from store.session import BrandSession
from store.tables import Endpoint

_CHANGED = "changed"
KNOWN: Mapping[str, tuple[str, ...]] = {
    "action_item": (
        *(status.value for status in ItemStatus),
        *("asked", "answered", "expiring", "to_hand_over", "handed_over", "sent", "seen", "not_seen"),
    ),
    "guardrail": ("breached",),
    "stock": ("low",),
    "invoice": ("overdue",),
    "cost": (_CHANGED,),
    "price": (_CHANGED, "not_charged"),
    "meeting": ("started", "waiting", "finished", "turn"),
    "meeting_definition": ("set",),
    "answer": ("finished",),
    "outcome": ("measured",),
    "stand": ("refill_planned", "visit_planned", "bonus_promised"),
    "invoice_reminder": ("to_send",),
    "message": ("campaign_ready",),
    "import": ("loaded",),
    "job": ("dead",),
    "automation": ("failed",),
    "schedule": ("due",),
}
"""The product's events by area. Tables that actions own tell of `changed`; code of one's own may tell of more."""
_ALIKE = 0.75


Holding = Callable[[str], Collection[str]]
"""The names that hold now, of a kind."""


def check_references(session: BrandSession, document: Document, holding: Holding) -> None:
    """Raises InvalidInput for an event that nothing tells of, and for what this brand does not have."""
    deeds = list(_deeds(document))
    for event in _events(document):
        if doubt := doubt_about(event):
            raise InvalidInput(doubt, remedy="The events are listed in docs/automation.md.")
    endpoints = dict(session.execute(select(col(Endpoint.name), col(Endpoint.kind))).all())
    for deed in deeds:
        if isinstance(deed, Webhook | Chat) and endpoints.get(deed.endpoint) != deed.kind:
            there = ", ".join(sorted(name for name, kind in endpoints.items() if kind == deed.kind)) or "none yet"
            remedy = f"Add it first: mhos webhooks add. There is: {there}."
            raise InvalidInput(f"There is no {deed.kind} {deed.endpoint}.", remedy=remedy)
    _require(holding, "workflow", {deed.name for deed in deeds if isinstance(deed, StartWorkflow)})
    templates = {deed.template for deed in deeds if isinstance(deed, Notify | Email | Chat)}
    _require(holding, "template", {name for name in templates if name is not None})


def doubt_about(event: str) -> str:
    """Why nothing would ever tell of this event; empty where something may."""
    area, _, happening = event.partition(".")
    if happening in (*KNOWN.get(area, ()), _CHANGED):
        return ""
    if area in KNOWN:
        return f"Nothing tells of {event}. Of {area} there is {', '.join(f'{area}.{name}' for name in KNOWN[area])}."
    if alike := get_close_matches(area, KNOWN, 1, _ALIKE):
        return f"Nothing tells of {event}. Is {alike[0]}.{happening} meant?"
    return ""


def _require(holding: Holding, kind: str, names: set[str]) -> None:
    if names and (missing := sorted(names - set(holding(kind)))):
        raise InvalidInput(f"There is no {kind} {missing[0]}.", remedy=f"Set it first: mhos {kind}s set.")


def _events(document: Document) -> Iterator[str]:
    if isinstance(document, Rule):
        yield from document.on
    if isinstance(document, Workflow):
        yield from (step.event for step in document.steps if isinstance(step, Wait) and step.event)


def _deeds(document: Document) -> Iterator[Deed]:
    if isinstance(document, Rule):
        yield from document.do
    if isinstance(document, Workflow):
        for step in document.steps:
            if isinstance(step, Do):
                yield step.deed
                if step.undo is not None:
                    yield step.undo
