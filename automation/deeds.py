"""Carries out one deed inside a transaction; what leaves the house is only put into the outbox of deliveries."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from actions.items import Proposer, action_of, ask_for, told_of, withdraw
from automation.definitions import template_of, workflow_of
from automation.deliveries import QUEUED, Post, post
from automation.notifications import Note, notify
from automation.runs import begin_workflow, cause_of
from automation.scope import Scope, render, render_exactly
from automation.step import (
    ADDRESS,
    LONGEST_ADDRESS,
    CallMeeting,
    Chat,
    Deed,
    Email,
    Notify,
    Propose,
    StartWorkflow,
    Webhook,
    Withdraw,
)
from domain.action import Action, parse_action
from domain.actor import Actor, ActorKind, Permission
from domain.autonomy import Autonomy
from domain.cause import DEEPEST
from domain.errors import InvalidInput
from domain.ids import derived_id
from guardrails.cedar import PolicyEngine
from language.titles import text_title
from store.jobs import enqueue
from store.reads.settings import language_of
from store.session import BrandSession
from store.tables import ActionItem, AutomationRun

MEET_JOB = "meeting.call"
AGENT = "automation"
CAP = Autonomy.ACT_WITHIN_LIMITS
"""The most that rules may do without a person, where dial and trust let them."""
RIGHTS = frozenset({Permission.DATA_READ, Permission.ACTION_PROPOSE})


@dataclass(frozen=True)
class Doing:
    """A deed that is being done: for which run and step, and what it may name."""

    session: BrandSession
    engine: PolicyEngine
    run: AutomationRun
    step: str
    scope: Scope
    module: str

    @property
    def key(self) -> str:
        """The same however often this deed is tried."""
        return f"{self.run.id}:{self.step}"

    @property
    def source(self) -> str:
        return f"{self.run.kind}:{self.run.name}"


@dataclass(frozen=True)
class Done:
    """A deed's results, for later steps to name, and a sentence; `waits` while it has still to arrive somewhere."""

    result: Mapping[str, Any]
    summary: str
    waits: bool = False


def perform(doing: Doing, deed: Deed) -> Done:
    """Raises DomainError where it cannot be done; then nothing of it is written."""
    match deed:
        case Notify():
            return _notify(doing, deed)
        case Email():
            return _email(doing, deed)
        case Webhook():
            return _webhook(doing, deed)
        case Chat():
            return _posted(
                doing, "chat", [deed.endpoint], dict(zip(("title", "body"), words(doing, deed), strict=True))
            )
        case Propose():
            return _propose(doing, deed)
        case CallMeeting():
            return _meeting(doing, deed)
        case StartWorkflow():
            return _workflow(doing, deed)
        case Withdraw():
            return _withdraw(doing, deed)


def words(doing: Doing, message: Notify | Email | Chat) -> tuple[str, str]:
    """Title and body with their variables filled in. Raises NotFound for no such template."""
    template = message if message.template is None else template_of(doing.session, message.template)
    scope = _as_listed(doing)
    return render(str(template.title), scope), render(template.body, scope)


def _as_listed(doing: Doing) -> Scope:
    """What a deed may name, with the title of the action item that it is about as inbox and minutes have it."""
    data = doing.scope.get("data")
    if not isinstance(data, Mapping) or "title" not in data:
        return doing.scope
    try:
        item_id = UUID(str(data.get("item") or doing.scope.get("subject")))
    except ValueError:
        return doing.scope
    item = doing.session.get(ActionItem, (doing.session.ctx.brand_id, item_id))
    if item is None:
        return doing.scope
    title = text_title(action_of(item), language_of(doing.session), told_of(item))
    return {**doing.scope, "data": {**data, "title": title}}


def _notify(doing: Doing, deed: Notify) -> Done:
    title, body = words(doing, deed)
    note = Note(
        key=doing.key,
        severity=deed.severity,
        module=deed.module or doing.module,
        title=title,
        body=body,
        source=doing.source,
        event_id=doing.run.event_id,
        subject=str(doing.scope.get("subject", "")),
        roles=deed.roles,
        people=deed.people,
    )
    notify(doing.session, note)
    return Done({"title": title}, f"told: {title}")


def _email(doing: Doing, deed: Email) -> Done:
    title, body = words(doing, deed)
    return _posted(doing, "email", addresses(deed, doing.scope), {"title": title, "body": body})


def addresses(deed: Email, scope: Scope) -> list[str]:
    """Whom to write to, each once. Raises InvalidInput where a variable names no address: nobody is written to then."""
    addresses = [str(render_exactly(address, scope)) for address in deed.to]
    if wrong := [
        address for address in addresses if len(address) > LONGEST_ADDRESS or not re.fullmatch(ADDRESS, address)
    ]:
        asked_addresses = ", ".join(deed.to)
        raise InvalidInput(
            f"{asked_addresses} is {wrong[0][:80]!r}, which is no address.", remedy="Import whom to write to."
        )
    return list(dict.fromkeys(addresses))


def _webhook(doing: Doing, deed: Webhook) -> Done:
    scope = doing.scope
    message = {
        "type": scope["type"],
        "timestamp": scope["time"],
        "data": {
            "event_id": scope["id"],
            "brand": doing.session.ctx.brand,
            "subject": scope["subject"],
            **scope["data"],
        },
    }
    return _posted(doing, "webhook", [deed.endpoint], message)


def _posted(doing: Doing, channel: str, targets: Any, message: Mapping[str, Any]) -> Done:
    waits_for = doing.run.id if doing.run.kind == "workflow" else None
    rows = [
        post(
            doing.session,
            Post(f"{doing.key}:{channel}:{target}", channel, target, message, doing.run.event_id, waits_for),
        )
        for target in targets
    ]
    queued = any(row.status == QUEUED for row in rows)
    return Done(
        {"deliveries": [str(row.id) for row in rows]},
        f"{channel} to {', '.join(targets)}: queued",
        waits=waits_for is not None and queued,
    )


def typed_action(deed: Propose, scope: Scope) -> Action:
    """The action with the event's values in it. Raises InvalidInput for what is missing or does not fit."""
    try:
        return parse_action(render_exactly(deed.action, scope))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(
            f"{deed.action['kind']}: {where}: {first['msg']}.", remedy="Correct the rule's action."
        ) from error


def automation_agent(session: BrandSession, author_id: UUID) -> Actor:
    """Rules ask as an agent does, on behalf of whoever set them."""
    return Actor(
        kind=ActorKind.AGENT,
        id=derived_id(session.ctx.brand_id, f"agent:{AGENT}"),
        name=AGENT,
        permissions=RIGHTS,
        delegator=author_id,
    )


def _propose(doing: Doing, deed: Propose) -> Done:
    action = typed_action(deed, doing.scope)
    actor = automation_agent(doing.session, doing.run.author_id)
    because = render(deed.because, doing.scope) or f"{doing.run.kind} {doing.run.name}"
    item = ask_for(doing.session, doing.engine, action, because, actor, Proposer(actor.id, CAP))
    details = {"item": str(item.id), "status": item.status, "subject": item.subject}
    return Done(details, f"{item.preview['title']}: {item.status}")


def _meeting(doing: Doing, deed: CallMeeting) -> Done:
    payload = {
        "run": str(doing.run.id),
        "rule": doing.run.name,
        "version": doing.run.version,
        "slot": doing.session.ctx.now().isoformat(),
        "agenda": render(deed.agenda, doing.scope),
        "agents": list(deed.agents),
        "step": doing.step,
    }
    enqueue(doing.session, MEET_JOB, f"{MEET_JOB}:{doing.key}", payload, doing.session.ctx.now())
    return Done({"agenda": payload["agenda"]}, f"a meeting is called: {payload['agenda']}")


def _workflow(doing: Doing, deed: StartWorkflow) -> Done:
    chain = cause_of(doing.run).chain
    if f"workflow:{deed.name}" in chain or len(chain) >= DEEPEST:
        raise InvalidInput(f"The workflow {deed.name} would go round in circles: {' → '.join(chain)}.")
    _, version = workflow_of(doing.session, deed.name)
    started = begin_workflow(
        doing.session, version, doing.run.envelope, doing.run.event_seq, f"{doing.key}:{deed.name}"
    )
    return Done({"run": str(started)}, f"workflow {deed.name} began")


def _withdraw(doing: Doing, deed: Withdraw) -> Done:
    item_id = doing.run.results.get(deed.step, {}).get("item")
    if item_id is None:
        return Done({}, "there was nothing to withdraw")
    status = withdraw(doing.session, UUID(item_id), f"withdrawn by {doing.source}")
    return Done({"status": status}, f"the item is {status}")
