"""How an agent's last promises came out, and what people said no to: the opening of its report."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import col

from domain.action import ACTION_KINDS, ItemStatus, parse_action
from domain.figure import Cell
from domain.language import Language
from domain.message import Message, message, read_message
from language.speech import speak
from memory.journal import JournalEntry, precedents, recall
from store.session import BrandSession
from store.tables import ActionItem, ProposalRow, TurnRow
from virtual_office.meeting.chair import subject_of
from virtual_office.meeting.turns import person_of
from virtual_office.minutes.words import both

_LOOK_BACK = timedelta(days=90)
_RECALLED = 5


class BilingualLine(NamedTuple):
    """A sentence, and the same in German; empty where it has none."""

    text: str
    german: str = ""


def german_by_text(lines: Iterable[BilingualLine]) -> dict[str, str]:
    """The German of those sentences that have some, by the English."""
    return {line.text: line.german for line in lines if line.german}


@dataclass(frozen=True)
class TrackRecord:
    """A crew's proposals as they came out, as known at one moment: each attendee's report opens with its own."""

    measured: Mapping[str, Sequence[JournalEntry]]
    """By agent, newest first."""
    answered: Sequence[ActionItem]
    struck: Sequence[tuple[TurnRow, ProposalRow]]

    def lines_for(self, agent: str, limit: int = _RECALLED) -> list[BilingualLine]:
        """Sentences, newest first: what was measured beside its promise, what was done or undone, what was rejected."""
        outcomes = [_outcome_line(entry) for entry in self.measured.get(agent, ())[:limit]]
        own = [item for item in self.answered if item.proposer == f"agent:{agent}"][:limit]
        off_the_table = [_strike_line(turn, row) for turn, row in self.struck if row.agent == agent]
        return outcomes + [_answer_line(item) for item in own] + off_the_table[:limit]


def track_record(session: BrandSession) -> TrackRecord:
    """All of it, read at once."""
    closed = (ItemStatus.DONE, ItemStatus.UNDONE, ItemStatus.REJECTED)
    return TrackRecord(recall(session, _RECALLED), _answered(session, closed, _LOOK_BACK), _struck(session, _LOOK_BACK))


def precedent_lines(session: BrandSession, kind: str, touches: Collection[str]) -> list[BilingualLine]:
    """Sentences about the most similar decisions of the past and what came of them."""
    return [_outcome_line(entry) for entry in precedents(session, kind, touches)]


def refused_lately(session: BrandSession) -> Mapping[str, str]:
    """The subjects that a person said no to, or took back, not long ago, and why they are not brought up again."""
    now, longest = session.ctx.known_until, max(kind.quiet_after_no for kind in ACTION_KINDS.values())
    struck = {
        subject_of(row.kind, row.action): both(
            message("office.left.struck_lately", day=turn.created_at.date(), person=person_of(turn), reason=turn.text)
        )
        for turn, row in reversed(_struck(session, longest))
        if turn.created_at > now - ACTION_KINDS[row.kind].quiet_after_no
    }
    return struck | {
        subject_of(item.kind, item.action): both(
            message(_NO[ItemStatus(item.status)], day=item.updated_at.date(), reason=_reason(item))
        )
        for item in reversed(_answered(session, tuple(_NO), longest))
        if item.updated_at > now - ACTION_KINDS[item.kind].quiet_after_no
    }


_NO: Mapping[ItemStatus, str] = {
    ItemStatus.REJECTED: "office.left.rejected",
    ItemStatus.UNDONE: "office.left.undone",
}


def _reason(item: ActionItem) -> Message | str:
    """A person's own words, or the reason that was given by key."""
    return read_message(item.status_message) if item.status_message else item.status_reason


def _struck(session: BrandSession, within: timedelta) -> list[tuple[TurnRow, ProposalRow]]:
    """Strikes with the proposals that they took off a meeting's table, newest first."""
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


def _strike_line(turn: TurnRow, row: ProposalRow) -> BilingualLine:
    subject = parse_action(row.action).subject
    return _line(message("office.since.struck", subject=subject, person=person_of(turn), reason=turn.text))


def _answer_line(item: ActionItem) -> BilingualLine:
    day = item.updated_at.date()
    if item.status == ItemStatus.REJECTED:
        return _line(message("office.since.rejected", subject=item.subject, reason=_reason(item)))
    if item.status == ItemStatus.UNDONE:
        return _line(message("office.since.undone", subject=item.subject, day=day))
    return _line(message("office.since.not_measured_yet", subject=item.subject, day=day))


def _answered(session: BrandSession, statuses: Sequence[ItemStatus], within: timedelta) -> Sequence[ActionItem]:
    now = session.ctx.known_until
    return session.scalars(
        select(ActionItem)
        .where(col(ActionItem.status).in_(statuses))
        .where(col(ActionItem.updated_at) > now - within, col(ActionItem.updated_at) <= now)
        .order_by(col(ActionItem.updated_at).desc(), col(ActionItem.id))
    ).all()


def _outcome_line(entry: JournalEntry) -> BilingualLine:
    outcome, predicted = entry.outcome.message(), entry.predicted
    if not predicted:
        return _line(message("office.since.measured", subject=entry.subject, outcome=outcome))
    value, low, high = (Cell(value=predicted[part], unit=predicted["unit"]) for part in ("value", "low", "high"))
    return _line(
        message(
            "office.since.measured_beside_promise",
            subject=entry.subject,
            outcome=outcome,
            value=value,
            low=low,
            high=high,
        )
    )


def _line(said: Message) -> BilingualLine:
    return BilingualLine(speak(said, Language.EN), speak(said, Language.DE))
