"""How an agent's last promises came out, and what people said no to: the opening of its report."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from domain.action import ItemStatus
from domain.figure import Cell
from memory.journal import JournalEntry, recall
from store.session import BrandSession
from store.tables import ActionItem
from virtual_office.chair import subject_of

_LOOK_BACK, _QUIET = timedelta(days=90), timedelta(days=28)


def how_it_went(session: BrandSession, agent: str, limit: int = 5) -> list[str]:
    """Sentences, newest first: what was measured beside its promise, what was done or undone, what was rejected."""
    outcomes = [_outcome_line(entry) for entry in recall(session, agent, limit)]
    answered = _answered(session, (ItemStatus.DONE, ItemStatus.UNDONE, ItemStatus.REJECTED), _LOOK_BACK)
    own = [item for item in answered if item.proposer == f"agent:{agent}"][:limit]
    return outcomes + [_answer_line(item) for item in own]


def refused_lately(session: BrandSession) -> dict[str, str]:
    """The subjects that a person said no to within the last four weeks, and why they are not brought up again."""
    return {
        subject_of(item.kind, item.action): f"rejected on {item.updated_at:%-d %B}: {item.status_reason}"
        for item in reversed(_answered(session, (ItemStatus.REJECTED,), _QUIET))
    }


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
