"""The outbox relay: each event is looked at once, in its brand's order, and wakes the rules and waits it is for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from automation.condition import first_unmet, needs_facts
from automation.definitions import DefinitionVersion, holding
from automation.rule import Rule
from automation.runs import NOT_MET, REFUSED, RESTING, RUNNING, begin
from automation.scope import read_out, render, scope_of
from automation.step import duration
from automation.waits import locked_cursor, wake_waiting
from domain.cause import DEEPEST
from domain.event import Event
from store.session import BrandSession
from store.tables import AutomationRun, OutboxEvent

BATCH = 200


def relay(session: BrandSession) -> int:
    """Relay the next events of the brand; how many. The cursor moves in the same transaction as what they woke."""
    cursor = locked_cursor(session)
    events = session.scalars(
        select(OutboxEvent).where(col(OutboxEvent.seq) > cursor.seq).order_by(col(OutboxEvent.seq)).limit(BATCH)
    ).all()
    if not events:
        return 0
    wake_waiting(session, events)
    rules = _by_event(holding(session, "rule"))
    for event in events:
        for version in rules.get(event.type, ()):
            _wake(session, version, event)
    cursor.seq = events[-1].seq
    return len(events)


def _by_event(versions: Sequence[DefinitionVersion]) -> Mapping[str, Sequence[DefinitionVersion]]:
    by_type: dict[str, list[DefinitionVersion]] = defaultdict(list)
    for version in versions:
        if isinstance(version.document, Rule) and not version.document.paused:
            for type_ in version.document.on:
                by_type[type_].append(version)
    return by_type


def _wake(session: BrandSession, version: DefinitionVersion, row: OutboxEvent) -> None:
    """Begin the rule's run about this event: once, whatever it comes to. What happened before a rule wakes it never."""
    event, rule = Event.model_validate(row.envelope), version.document
    assert isinstance(rule, Rule)
    if event.time < version.created_at:
        return
    status, reason = judged(session, version, rule, event)
    if status == NOT_MET:
        return
    begin(
        session, version, read_out(row.envelope), row.seq, f"rule:{rule.name}:{event.id}", status=status, reason=reason
    )


def judged(session: BrandSession, version: DefinitionVersion, rule: Rule, event: Event) -> tuple[str, str]:
    """The fate of a rule that an event could wake, and the reason: by the event alone, without the store's facts."""
    if why := loops(f"{version.kind}:{version.name}", event):
        return REFUSED, why
    scope = scope_of(event.model_dump(mode="json"))
    plain = [condition for condition in rule.when if not needs_facts(condition)]
    if why := first_unmet(plain, scope, session):
        return NOT_MET, why
    if until := _rests_until(session, rule, event):
        return RESTING, f"it rests until {until.isoformat(timespec='minutes')}"
    return RUNNING, ""


def loops(own: str, event: Event) -> str:
    """Why an event may not wake this rule: it did it itself, directly or through others, or the chain is too long."""
    chain = event.cause.chain
    if own in chain:
        return "its own doing woke it: " + " → ".join(chain)
    return "too many rules woke each other: " + " → ".join(chain) if len(chain) >= DEEPEST else ""


def _rests_until(session: BrandSession, rule: Rule, event: Event) -> datetime | None:
    """When a rule that was woken lately (for the same value of `rest_for`) may be woken again; None for now."""
    if rule.rest is None:
        return None
    since = event.time - duration(rule.rest)
    woken = session.scalars(
        select(AutomationRun)
        .where(col(AutomationRun.kind) == "rule", col(AutomationRun.name) == rule.name)
        .where(col(AutomationRun.created_at) > since)
        .where(col(AutomationRun.status).not_in([RESTING, REFUSED, NOT_MET]))
        .order_by(col(AutomationRun.created_at).desc())
    )
    own = render(rule.rest_for, scope_of(event.model_dump(mode="json")))
    for run in woken:
        if render(rule.rest_for, scope_of(run.envelope)) == own:
            return run.created_at + duration(rule.rest)
    return None
