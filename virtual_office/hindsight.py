"""How an agent's last promises came out, and what people said no to: the opening of its report."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from domain.action import ACTION_KINDS, ItemStatus, parse_action
from domain.figure import Cell
from memory.journal import JournalEntry, precedents, recall
from store.session import BrandSession
from store.tables import ActionItem, ProposalRow, TurnRow
from virtual_office.chair import subject_of

_LOOK_BACK = timedelta(days=90)


def how_it_went(session: BrandSession, agent: str, limit: int = 5) -> list[str]:
    """Sentences, newest first: what was measured beside its promise, what was done or undone, what was rejected."""
    outcomes = [_outcome_line(entry) for entry in recall(session, agent, limit)]
    answered = _answered(session, (ItemStatus.DONE, ItemStatus.UNDONE, ItemStatus.REJECTED), _LOOK_BACK)
    own = [item for item in answered if item.proposer == f"agent:{agent}"][:limit]
    off_the_table = [
        f"{parse_action(row.action).subject}: struck in the meeting by {_person(turn)}, because {turn.text}"
        for turn, row in _struck(session, _LOOK_BACK)
        if row.agent == agent
    ]
    return outcomes + [_answer_line(item) for item in own] + off_the_table[:limit]


def like_it(session: BrandSession, kind: str, touches: Collection[str]) -> list[str]:
    """Sentences about the most similar decisions of the past and what came of them."""
    return [_outcome_line(entry) for entry in precedents(session, kind, touches)]


def refused_lately(session: BrandSession) -> dict[str, str]:
    """The subjects that a person said no to not long ago, and why they are not brought up again."""
    now, longest = session.ctx.known_until, max(kind.quiet_after_no for kind in ACTION_KINDS.values())
    struck = {
        subject_of(row.kind, row.action): f"struck on {turn.created_at:%-d %B} by {_person(turn)}: {turn.text}"
        for turn, row in reversed(_struck(session, longest))
        if turn.created_at > now - ACTION_KINDS[row.kind].quiet_after_no
    }
    return struck | {
        subject_of(item.kind, item.action): f"rejected on {item.updated_at:%-d %B}: {item.status_reason}"
        for item in reversed(_answered(session, (ItemStatus.REJECTED,), longest))
        if item.updated_at > now - ACTION_KINDS[item.kind].quiet_after_no
    }


def _struck(session: BrandSession, within: timedelta) -> list[tuple[TurnRow, ProposalRow]]:
    """What people took off a meeting's table, newest first."""
    now = session.ctx.known_until
    rows = session.execute(
        select(TurnRow, ProposalRow)
        .join(
            ProposalRow,
            (col(ProposalRow.id) == col(TurnRow.proposal_id)) & (col(ProposalRow.brand_id) == col(TurnRow.brand_id)),
        )
        .where(col(TurnRow.kind) == "strike")
        .where(col(TurnRow.created_at) > now - within, col(TurnRow.created_at) <= now)
        .order_by(col(TurnRow.created_at).desc(), col(TurnRow.id).desc())
    ).all()
    return [(turn, row) for turn, row in rows]


def _person(turn: TurnRow) -> str:
    return turn.person.partition(":")[2] or turn.person


def _answer_line(item: ActionItem) -> str:
    when = f"{item.updated_at:%-d %B %Y}"
    if item.status == ItemStatus.REJECTED:
        return f"{item.subject}: rejected, because {item.status_reason}"
    if item.status == ItemStatus.UNDONE:
        return f"{item.subject}: carried out, and undone again on {when}"
    return f"{item.subject}: carried out on {when}, not measured yet"


def _answered(session: BrandSession, statuses: Sequence[ItemStatus], within: timedelta) -> Sequence[ActionItem]:
    now = session.ctx.known_until
    return session.scalars(
        select(ActionItem)
        .where(col(ActionItem.status).in_(statuses))
        .where(col(ActionItem.updated_at) > now - within, col(ActionItem.updated_at) <= now)
        .order_by(col(ActionItem.updated_at).desc(), col(ActionItem.id))
    ).all()


def _outcome_line(entry: JournalEntry) -> str:
    promised = f", promised {_amount(entry.predicted)}" if entry.predicted else ""
    return f"{entry.subject}: {entry.outcome.in_words()}{promised}"


def _amount(predicted: Mapping[str, Any]) -> str:
    value, low, high = (
        Cell(value=predicted[part], unit=predicted["unit"]).render() for part in ("value", "low", "high")
    )
    return f"{value} ({low} to {high})"
