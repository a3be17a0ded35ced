"""Action items: adopted from proposals or asked for by a person, listed, shown, rejected, expired, superseded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, cast, func, select
from sqlmodel import col

from actions.decide import decide, gates_for
from actions.handler import Look
from actions.kinds import handler_of
from actions.order import require_present
from actions.seen import require_seen
from actions.status import cause_of, set_status
from domain.action import Action, ItemStatus, Told, parse_action
from domain.actor import Actor, ActorKind, Permission
from domain.autonomy import Autonomy
from domain.errors import Conflict, InvalidInput, NotFound
from domain.labels import Label
from domain.message import Message, message, together
from domain.prediction import Prediction
from domain.verdict import Decision, Verdict
from store.audit import append_audit
from store.leases import lock_row, one_at_a_time
from store.outbox import emit
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import ActionItem, ProposalRow

if TYPE_CHECKING:
    from guardrails.cedar import PolicyEngine

OPEN = (ItemStatus.PROPOSED, ItemStatus.SNOOZED)
UNDER_WAY = (ItemStatus.APPROVED, ItemStatus.RUNNING)
"""Agreed to and not carried out yet: nothing like it is asked for meanwhile."""
_IS_OPEN = col(ActionItem.status).in_(OPEN)
_IS_UNDER_WAY = col(ActionItem.status).in_(UNDER_WAY)
_OPENING = "opening action items"
EXECUTE_JOB = "action.execute"
LONGEST_REASON = 500
_AT_ONCE = timedelta(0)


@dataclass(frozen=True)
class Proposer:
    """The agent behind a proposal, and the most its charter lets it do alone."""

    agent_id: UUID
    charter_cap: Autonomy


@dataclass(frozen=True)
class Amended:
    """A proposal as the meeting left it: its action and promise recomputed, by which receipts; and who dissents."""

    action: Mapping[str, Any] | None = None
    prediction: Prediction | None = None
    receipts: Sequence[str] = ()
    dissent: Sequence[str] = ()


def hold_opening(session: BrandSession) -> None:
    """Let nobody else open an item until this transaction ends: else neither would see the other's."""
    one_at_a_time(session, _OPENING)


def hold_open_items(session: BrandSession) -> None:
    """Keep what is open as it is until this transaction ends; for who adopts several proposals, before the first.

    Whoever answers an item holds it first and writes the audit then: who adopts has to keep to that order, too.
    """
    hold_opening(session)
    session.scalars(select(ActionItem).where(_IS_OPEN).order_by(col(ActionItem.id)).with_for_update()).all()


def adopt(
    session: BrandSession,
    engine: "PolicyEngine",
    proposal: ProposalRow,
    proposer: Proposer,
    ordinal: int,
    amended: Amended = Amended(),
) -> ActionItem:
    """Turn a meeting's proposal, as the meeting left it, into an action item, once; what it replaces is superseded.

    Where the same was agreed to meanwhile and is not carried out yet, that item stands for it.
    """
    existing = session.scalars(select(ActionItem).where(col(ActionItem.proposal_id) == proposal.id)).first()
    if existing is not None:
        return existing
    hold_opening(session)
    action = parse_action(amended.action or proposal.action)
    if (agreed := _agreed_to(session, action)) is not None:
        return agreed
    item = ActionItem(
        run_id=proposal.run_id,
        proposal_id=proposal.id,
        ordinal=ordinal,
        proposer=f"agent:{proposal.agent}",
        proposer_id=proposer.agent_id,
        delegator_id=session.ctx.actor.id,
        charter_cap=proposer.charter_cap,
        kind=proposal.kind,
        action=dict(amended.action or proposal.action),
        rationale=proposal.text,
        figures=proposal.figures,
        receipts=[*proposal.receipts, *amended.receipts],
        prediction=amended.prediction.model_dump(mode="json") if amended.prediction else proposal.prediction,
        dissent=list(amended.dissent),
        label=proposal.label,
        **_blank(session),
    )
    return _open(session, engine, item)


def propose(
    session: BrandSession,
    engine: "PolicyEngine",
    action: Action,
    rationale: str,
    undo_delay: timedelta = _AT_ONCE,
    item_id: UUID | None = None,
) -> ActionItem:
    """A person asks for an action; the same guardrails judge it, and what they may not decide waits for another.

    Asked again under the same `item_id`, the item that was made then. Raises Conflict where the same was agreed to and
    is not carried out yet.
    """
    require_present(session)
    hold_opening(session)
    if item_id is not None and (made := session.get(ActionItem, (session.ctx.brand_id, item_id))) is not None:
        return made
    require_none_agreed(session, action)
    item = asked_by_person(session, action, rationale, **({"id": item_id} if item_id else {}))
    return _open(session, engine, item, undo_delay)


def asked_by_person(session: BrandSession, action: Action, rationale: str, **more: Any) -> ActionItem:
    """An item of the Context's person, not judged yet: their own role's gates count as open. Raises Forbidden."""
    session.ctx.require(Permission.ACTION_PROPOSE)
    actor = session.ctx.actor
    known = {
        "proposer": actor.label,
        "proposer_id": actor.id,
        "proposer_gates": gates_for(actor),
        "kind": action.kind,
        "action": action.model_dump(mode="json"),
        "rationale": rationale,
        "label": Label.TRUSTED,
    }
    return ActionItem(**{**_blank(session), **known, **more})


def require_none_agreed(session: BrandSession, action: Action) -> None:
    """Raises Conflict where the same was agreed to and is not carried out yet."""
    if (agreed := _agreed_to(session, action)) is not None:
        raise Conflict(
            f"{agreed.preview['title']} is approved already, and about to be carried out.",
            remedy=f"Take that back first: `mhos undo {str(agreed.id)[-8:]}`.",
        )


def _agreed_to(session: BrandSession, action: Action) -> ActionItem | None:
    about = (col(ActionItem.kind) == action.kind, col(ActionItem.subject) == action.subject)
    return session.scalars(select(ActionItem).where(_IS_UNDER_WAY, *about)).first()


def taken_subjects(session: BrandSession) -> Mapping[tuple[str, str], Message]:
    """Kind and subject of all that people have the word on, and why: it was agreed to and is not carried out yet, they
    put it off, or they asked for it themselves, in their own amounts, which waits for a yes."""
    of_person = col(ActionItem.proposer).startswith(f"{ActorKind.PERSON}:")
    put_off = (col(ActionItem.status) == ItemStatus.SNOOZED) & (col(ActionItem.snoozed_until) > session.ctx.now())
    is_valid = col(ActionItem.expires_at) > session.ctx.now()
    taken: dict[tuple[str, str], Message] = {}
    for reason, condition in (
        ("office.left.asked_by_person", _IS_OPEN & is_valid & of_person),
        ("office.left.put_off", is_valid & put_off),
        ("office.left.agreed", _IS_UNDER_WAY),
    ):
        rows = session.execute(select(col(ActionItem.kind), col(ActionItem.subject)).where(condition)).all()
        taken |= {(kind, subject): Message(key=reason) for kind, subject in rows}
    return taken


def ask_for(
    session: BrandSession, engine: "PolicyEngine", action: Action, rationale: str, actor: Actor, proposer: Proposer
) -> ActionItem:
    """A rule or workflow asks for an action, as an agent does. What asks for the same already, and waits, is kept."""
    waiting = select(ActionItem).where(
        _IS_OPEN | _IS_UNDER_WAY, col(ActionItem.kind) == action.kind, col(ActionItem.subject) == action.subject
    )
    hold_opening(session)
    if (same := session.scalars(waiting).first()) is not None:
        return same
    item = ActionItem(
        proposer=actor.label,
        proposer_id=proposer.agent_id,
        delegator_id=actor.delegator,
        charter_cap=proposer.charter_cap,
        kind=action.kind,
        action=action.model_dump(mode="json"),
        rationale=rationale,
        label=Label.TRUSTED,
        **_blank(session),
    )
    return _open(session, engine, item)


def withdraw(session: BrandSession, item_id: UUID, reason: str) -> str:
    """Take back an item that nobody has carried out yet; where it stands then."""
    item = lock_row(session, ActionItem, item_id)
    if item is None:
        raise NotFound(f"No action item {item_id} in brand {session.ctx.brand}.")
    if item.status in (*OPEN, ItemStatus.APPROVED):
        set_status(session, item, ItemStatus.REJECTED, reason)
    return item.status


def _blank(session: BrandSession) -> dict[str, Any]:
    now = session.ctx.now()
    return {
        "id": session.ctx.new_id(),
        "subject": "",
        "cause": session.ctx.cause.model_dump(mode="json"),
        "preview": {},
        "facts": {},
        "verdict": {},
        "risk": "",
        "status": ItemStatus.PROPOSED,
        "created_at": now,
        "updated_at": now,
        "expires_at": now,
    }


def _open(
    session: BrandSession, engine: "PolicyEngine", item: ActionItem, undo_delay: timedelta = _AT_ONCE
) -> ActionItem:
    verdict = judge(session, engine, item)
    enter(session, item)
    if verdict.decision is Decision.DENY:
        set_status(session, item, ItemStatus.DENIED, together(verdict.reasons))
    elif verdict.decision is Decision.ALLOW:
        set_status(session, item, ItemStatus.APPROVED, Message(key="item.because.unasked"))
        queue_execution(session, item, undo_delay, key="alone")
    return item


def judge(session: BrandSession, engine: "PolicyEngine", item: ActionItem) -> Verdict:
    """Look at what a new item would meet, and put it on the item."""
    return show_again(session, engine, item, handler_of(item.kind).look(session, action_of(item), prediction_of(item)))


def enter(session: BrandSession, item: ActionItem) -> None:
    """Take up a new item that was judged, in place of what it replaces."""
    item.expires_at = last_moment(session, item)
    _supersede(session, item)
    session.add(item)
    session.flush()
    payload = {"kind": item.kind, "subject": item.subject, "proposer": item.proposer, "title": item.preview["title"]}
    emit(session, "action_item.proposed", str(item.id), payload, cause_of(item))
    append_audit(session, "action_item.proposed", str(item.id), {"action": item.action, "verdict": item.verdict})


def last_moment(session: BrandSession, item: ActionItem) -> datetime:
    """The last moment at which a yes to a new item still works: before the day that it is planned for begins."""
    kind, now = handler_of(item.kind).kind, session.ctx.now()
    valid_until = now + kind.approval_valid_for
    if not kind.planned_for:
        return valid_until
    zone = ZoneInfo(brand_of(session).zone)
    day: date = getattr(action_of(item), kind.planned_for)
    begins, ends = (datetime.combine(day + timedelta(days=days), time(), zone) for days in (0, 1))
    return min(valid_until, begins if begins > now else ends) if ends > now else valid_until


def show_again(session: BrandSession, engine: "PolicyEngine", item: ActionItem, look: Look) -> Verdict:
    """Put what stands now on the item: from here on an approval binds this."""
    verdict = decide(session, engine, item, look)
    item.subject, item.risk = look.subject, look.risk
    item.preview = look.preview.model_dump(mode="json")
    item.facts = {name: fact.model_dump(mode="json") for name, fact in look.shown.items()}
    item.verdict = verdict.model_dump(mode="json")
    return verdict


def _supersede(session: BrandSession, item: ActionItem) -> None:
    """Close what this replaces. Others who open one at this moment come before or after: else neither saw the other."""
    hold_opening(session)
    older = (
        select(ActionItem)
        .where(col(ActionItem.kind) == item.kind, col(ActionItem.subject) == item.subject)
        .where(_IS_OPEN, col(ActionItem.created_at) <= session.ctx.now())
    )
    for open_item in session.scalars(older.with_for_update()):
        if open_item.id != item.id:
            set_status(session, open_item, ItemStatus.SUPERSEDED, message("item.because.replaced", item=str(item.id)))


def queue_execution(session: BrandSession, item: ActionItem, delay: timedelta, key: str) -> None:
    """Queue the carrying out of an approved item, after the undo delay."""
    from store.jobs import enqueue

    at = session.ctx.now() + delay
    enqueue(session, EXECUTE_JOB, f"{execution_key(item)}:{key}", {"item": str(item.id)}, at, cause_of(item))


def execution_key(item: ActionItem) -> str:
    """Prefix of the keys of an item's jobs."""
    return f"execute:{item.id}"


def action_of(item: ActionItem) -> Action:
    """The typed action of an item."""
    return parse_action(item.action)


def told_of(item: ActionItem) -> Told:
    """The names and amounts that its handler looked up for its titles."""
    return Told.model_validate(item.preview.get("told") or {})


def source_of(item: ActionItem) -> str:
    """The `source` of rows that an item changed."""
    return f"action_item:{item.id}"


def prediction_of(item: ActionItem) -> Prediction | None:
    return None if item.prediction is None else Prediction.model_validate(item.prediction)


def find_item(session: BrandSession, item_id: str) -> ActionItem:
    """By its id or an unambiguous beginning or end of it. Raises NotFound or InvalidInput."""
    wanted = item_id.strip().lower()
    if len(wanted) < 4:
        raise InvalidInput("Give at least four characters of the action item's id.")
    if (exact := _exactly(session, wanted)) is not None:
        return exact
    ids = session.execute(select(col(ActionItem.id))).scalars().all()
    matching = [known_id for known_id in ids if str(known_id).startswith(wanted) or str(known_id).endswith(wanted)]
    if not matching:
        raise unknown_item(session, item_id)
    if len(matching) > 1:
        raise InvalidInput(f"{item_id} fits {len(matching)} action items.", remedy="Give more of the id.")
    return session.scalars(select(ActionItem).where(col(ActionItem.id) == matching[0])).one()


def unknown_item(session: BrandSession, item_id: str) -> NotFound:
    """The error for an item that the brand does not have."""
    return NotFound(f"No action item {item_id} in brand {session.ctx.brand}.", remedy="See `mhos inbox`.")


def _exactly(session: BrandSession, wanted: str) -> ActionItem | None:
    try:
        return session.get(ActionItem, (session.ctx.brand_id, UUID(wanted)))
    except ValueError:
        return None


def inbox(session: BrandSession, statuses: Sequence[ItemStatus] | None = None) -> Sequence[ActionItem]:
    """Items that wait for an answer now, or those of the given statuses; most money at stake first."""
    at_stake = func.coalesce(cast(col(ActionItem.preview)["amount_minor"].astext, BigInteger), 0)
    ordered = select(ActionItem).where(open_now(session, statuses)).order_by(at_stake.desc(), col(ActionItem.id))
    return session.scalars(ordered).all()


def open_now(session: BrandSession, statuses: Sequence[ItemStatus] | None = None) -> ColumnElement[bool]:
    """Which items are in the inbox: those that wait for an answer now, or those of the given statuses.

    Nothing can be answered any more that is overdue, so it is left out also before the clockwork has closed it.
    """
    known = col(ActionItem.created_at) <= session.ctx.known_until
    overdue = _IS_OPEN & (col(ActionItem.expires_at) <= session.ctx.now())
    wanted = waits(session) if statuses is None else col(ActionItem.status).in_(statuses)
    return wanted & known & ~overdue


def waits(session: BrandSession) -> ColumnElement[bool]:
    """Which items wait for an answer: also those put off until a moment that has come."""
    return waits_at(session.ctx.now())


def waits_at(moment: Any) -> ColumnElement[bool]:
    """As `waits`, at a moment, which may be a parameter of the statement."""
    put_off = (col(ActionItem.status) == ItemStatus.SNOOZED) & (col(ActionItem.snoozed_until) > moment)
    return _IS_OPEN & ~put_off


def reject(session: BrandSession, item_id: str, reason: str, seen: str | None = None) -> ActionItem:
    """A person says no; the reason reaches the agent's next report. Raises Conflict when it is too late."""
    session.ctx.require(Permission.ACTION_APPROVE)
    if not reason.strip():
        raise InvalidInput(
            "A rejection needs a reason.",
            remedy="Say why with --reason: the agent will read it.",
            said=Message(key="item.error.no_reason"),
            advice=Message(key="item.advice.say_why"),
        )
    item = lock_row(session, ActionItem, find_item(session, item_id).id)
    require_present(session)
    require_seen(session, item, seen)
    set_status(session, item, ItemStatus.REJECTED, " ".join(reason.split())[:LONGEST_REASON])
    return item


def expire_due(session: BrandSession) -> Sequence[ActionItem]:
    """Close what nobody answered in time, and return it."""
    overdue = select(ActionItem).where(
        col(ActionItem.status).in_(OPEN), col(ActionItem.expires_at) <= session.ctx.now()
    )
    items = session.scalars(overdue.with_for_update(skip_locked=True)).all()
    for item in items:
        set_status(session, item, ItemStatus.EXPIRED, Message(key="item.because.unanswered"))
    return items
