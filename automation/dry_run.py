"""A rule tried on past events: read as it stood then, nothing written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from actions.decide import decide
from actions.items import prediction_of
from actions.kinds import handler_of
from automation.condition import first_unmet
from automation.cron import slots_between
from automation.deeds import AGENT, CAP, addresses, typed_action
from automation.definitions import template_of, workflow_of
from automation.deliveries import endpoint_of
from automation.relay import REFUSED, loops
from automation.rule import Rule
from automation.scope import Scope, render, scope_of
from automation.slots import EVENT
from automation.step import CallMeeting, Chat, Deed, Email, Notify, Propose, StartWorkflow, Webhook, Withdraw, duration
from domain.context import Context
from domain.errors import DomainError
from domain.event import Event, new_event
from domain.labels import Label
from domain.language import Language
from guardrails.cedar import PolicyEngine
from language.errors import error_text
from language.speech import joined
from store.database import Database
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import ActionItem, OutboxEvent

MOST_EVENTS = 1_000


@dataclass(frozen=True)
class Would:
    """One event, whether the rule would have acted on it, and what it would have done or why not."""

    event_id: str
    type: str
    subject: str
    at: datetime
    status: str
    reason: str
    does: Sequence[str]


def would_have(database: Database, ctx: Context, engine: PolicyEngine, rule: Rule, since: datetime) -> list[Would]:
    """Oldest first, of the newest MOST_EVENTS. Facts are read as they stood when each event happened."""
    verdicts: list[Would] = []
    slept_from: dict[str, datetime] = {}
    for event in _events(database, ctx, rule, since):
        with database.read(ctx.at(max(event.time, since))) as session:
            verdict = _judged(session, engine, rule, event, slept_from)
        if verdict.status == "would act" and rule.rest is not None:
            slept_from[render(rule.rest_for, scope_of(event.model_dump(mode="json")))] = event.time
        verdicts.append(verdict)
    return verdicts


def _events(database: Database, ctx: Context, rule: Rule, since: datetime) -> Sequence[Event]:
    with database.read(ctx) as session:
        if rule.at is not None:
            zone = brand_of(session).zone
            slots = slots_between(rule.at.cron, zone, since, ctx.now(), most=MOST_EVENTS)
            return [new_event(ctx.at(slot), EVENT, rule.name, {"slot": slot.isoformat()}) for slot in slots]
        rows = session.scalars(
            select(OutboxEvent)
            .where(col(OutboxEvent.type).in_(rule.on), col(OutboxEvent.created_at) >= since)
            .where(col(OutboxEvent.created_at) <= ctx.known_until)
            .order_by(col(OutboxEvent.seq).desc())
            .limit(MOST_EVENTS)
        ).all()
        return [Event.model_validate(row.envelope) for row in reversed(rows)]


def _judged(
    session: BrandSession, engine: PolicyEngine, rule: Rule, event: Event, slept_from: dict[str, datetime]
) -> Would:
    scope = scope_of(event.model_dump(mode="json"))
    last = slept_from.get(render(rule.rest_for, scope))
    status, reason, does = "would act", "", list[str]()
    if why := loops("rule:" + rule.name, event):
        status, reason = REFUSED, why
    elif why := first_unmet(rule.when, scope, session):
        status, reason = "not met", why
    elif rule.rest and last and event.time < last + duration(rule.rest):
        status, reason = "resting", f"it was woken at {last.isoformat(timespec='minutes')}"
    else:
        does = [_in_words(session, engine, rule, deed, scope) for deed in rule.do]
    return Would(str(event.id), event.type, event.subject, event.time, status, reason, does)


def _in_words(session: BrandSession, engine: PolicyEngine, rule: Rule, deed: Deed, scope: Scope) -> str:
    try:
        return _would(session, engine, rule, deed, scope)
    except DomainError as error:
        return f"{deed.kind}: would fail: {error_text(error)}"


def _would(session: BrandSession, engine: PolicyEngine, rule: Rule, deed: Deed, scope: Scope) -> str:
    match deed:
        case Notify() | Email() | Chat():
            message = deed if deed.template is None else template_of(session, deed.template)
            return f"{deed.kind} to {', '.join(_audience(deed, scope))}: {render(str(message.title), scope)}"
        case Webhook():
            return f"webhook to {endpoint_of(session, deed.endpoint).url}"
        case Propose():
            return _proposal(session, engine, deed, scope)
        case CallMeeting():
            return f"meeting of {', '.join(deed.agents) or 'everybody'}: {render(deed.agenda, scope)}"
        case StartWorkflow():
            return f"workflow {workflow_of(session, deed.name)[0].name}"
        case Withdraw():
            return f"withdraw what {deed.step} asked for"


def _audience(deed: Notify | Email | Chat, scope: Scope) -> list[str]:
    match deed:
        case Notify():
            return [*map(str, deed.roles), *deed.people] or ["everybody"]
        case Email():
            return addresses(deed, scope)
        case Chat():
            return [deed.endpoint]


def _proposal(session: BrandSession, engine: PolicyEngine, deed: Propose, scope: Scope) -> str:
    """The action and the guardrails' verdict, with the facts of that moment."""
    action = typed_action(deed, scope)
    row: Any = ActionItem  # never stored: only what the decision reads is filled in
    item = row(
        proposer=f"agent:{AGENT}", charter_cap=CAP, kind=action.kind, action=action.model_dump(mode="json"),
        label=Label.TRUSTED, proposer_gates=[], dissent=[],
    )  # fmt: skip
    look = handler_of(action.kind).look(session, action, prediction_of(item))
    verdict = decide(session, engine, item, look)
    why = f" ({joined(verdict.reasons, Language.EN)})" if verdict.reasons else ""
    return f"propose {look.preview.title}: {verdict.decision.value.replace('_', ' ')}{why}"
