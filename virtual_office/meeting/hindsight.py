"""How an agent's last promises came out, and what people said no to: the opening of its report."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.action import ACTION_KINDS, ItemStatus, Told, parse_action
from domain.figure import Cell
from domain.language import Language
from domain.message import Message, message, read_message
from language.prose import rounded
from language.speech import speak
from language.titles import text_title
from memory.journal import JournalEntry, precedents, recall
from store.session import BrandSession
from store.tables import ActionItem, ProposalRow, TurnRow
from virtual_office.meeting.chair import subject_of
from virtual_office.meeting.turns import person_of
from virtual_office.minutes.words import both

Title = Mapping[Language, str]
Titles = Mapping[UUID, Title]
"""What action items did, in each language, by their ids."""
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
    titles: Titles = field(default_factory=dict)

    def lines_for(self, agent: str, limit: int = _RECALLED) -> list[BilingualLine]:
        """Sentences, newest first: what was measured beside its promise, what was done or undone, what was rejected."""
        outcomes = [_outcome_line(entry, self.titles) for entry in self.measured.get(agent, ())[:limit]]
        own = [item for item in self.answered if item.proposer == f"agent:{agent}"][:limit]
        off_the_table = [_strike_line(turn, row) for turn, row in self.struck if row.agent == agent]
        return outcomes + [_answer_line(item) for item in own] + off_the_table[:limit]


def track_record(session: BrandSession) -> TrackRecord:
    """All of it, read at once."""
    closed = (ItemStatus.DONE, ItemStatus.UNDONE, ItemStatus.REJECTED)
    measured = recall(session, _RECALLED)
    titles = _titles(session, (entry.item_id for entries in measured.values() for entry in entries))
    return TrackRecord(measured, _answered(session, closed, _LOOK_BACK), _struck(session, _LOOK_BACK), titles)


def precedent_lines(session: BrandSession, kind: str, touches: Collection[str]) -> list[BilingualLine]:
    """Sentences about the most similar decisions of the past and what came of them."""
    entries = precedents(session, kind, touches)
    titles = _titles(session, (entry.item_id for entry in entries))
    return [_outcome_line(entry, titles) for entry in entries]


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


def _titles(session: BrandSession, item_ids: Iterable[UUID]) -> Titles:
    """What action items did, by their ids."""
    rows = session.scalars(select(ActionItem).where(col(ActionItem.id).in_(sorted(set(item_ids))))).all()
    return {item.id: _title_of(item) for item in rows}


def _title_of(item: ActionItem) -> Title:
    told = Told.model_validate(item.preview.get("told") or {})
    action = parse_action(item.action)
    return {language: text_title(action, language, told) for language in Language}


def _strike_line(turn: TurnRow, row: ProposalRow) -> BilingualLine:
    action = parse_action(row.action)
    titles = {language: text_title(action, language) for language in Language}
    return _line("office.since.struck", titles, person=person_of(turn), reason=turn.text)


def _answer_line(item: ActionItem) -> BilingualLine:
    day, title = item.updated_at.date(), _title_of(item)
    if item.status == ItemStatus.REJECTED:
        return _line("office.since.rejected", title, reason=_reason(item))
    if item.status == ItemStatus.UNDONE:
        return _line("office.since.undone", title, day=day)
    return _line("office.since.not_measured_yet", title, day=day)


def _answered(session: BrandSession, statuses: Sequence[ItemStatus], within: timedelta) -> Sequence[ActionItem]:
    now = session.ctx.known_until
    return session.scalars(
        select(ActionItem)
        .where(col(ActionItem.status).in_(statuses))
        .where(col(ActionItem.updated_at) > now - within, col(ActionItem.updated_at) <= now)
        .order_by(col(ActionItem.updated_at).desc(), col(ActionItem.id))
    ).all()


def _outcome_line(entry: JournalEntry, titles: Titles) -> BilingualLine:
    title = titles.get(entry.item_id) or dict.fromkeys(Language, entry.subject)
    outcome, predicted = entry.outcome.message(), entry.predicted
    if not predicted:
        return _line("office.since.measured", title, outcome=outcome)
    value, low, high = (Cell(value=predicted[part], unit=predicted["unit"]) for part in ("value", "low", "high"))
    key = "office.since.measured_beside_promise"
    return _line(key, title, outcome=outcome, value=value, low=low, high=high)


def _line(key: str, title: Title, **values: Any) -> BilingualLine:
    """The sentence about an item in both languages, its numbers rounded."""
    english, german = (
        speak(message(key, subject=title[language], **values), language, rounded) for language in Language
    )
    return BilingualLine(english, german)
