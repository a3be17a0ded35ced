"""How an agent's last promises came out, and what people said no to: the opening of its report."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlmodel import col

from domain.action import ACTION_KINDS, ItemStatus, parse_action
from domain.figure import Cell
from domain.language import Language
from domain.message import read_message
from language.formats import cell_text, day_text
from language.speech import speak
from memory.journal import JournalEntry, precedents, recall
from store.session import BrandSession
from store.tables import ActionItem, ProposalRow, TurnRow
from virtual_office.meeting.chair import subject_of
from virtual_office.minutes.words import Value, both

_LOOK_BACK = timedelta(days=90)
_RECALLED = 5


class Told(NamedTuple):
    """A sentence, and the same in German; empty where it has none."""

    text: str
    german: str = ""


def german_by_text(lines: Iterable[Told]) -> dict[str, str]:
    """The German of those sentences that have some, by the English."""
    return {line.text: line.german for line in lines if line.german}


@dataclass(frozen=True)
class Past:
    """What came of a crew's proposals, as known at one moment: what every attendee's report opens with a part of."""

    measured: Mapping[str, Sequence[JournalEntry]]
    """By agent, newest first."""
    answered: Sequence[ActionItem]
    struck: Sequence[tuple[TurnRow, ProposalRow]]

    def told_to(self, agent: str, limit: int = _RECALLED) -> list[Told]:
        """Sentences, newest first: what was measured beside its promise, what was done or undone, what was rejected."""
        outcomes = [_outcome_line(entry) for entry in self.measured.get(agent, ())[:limit]]
        own = [item for item in self.answered if item.proposer == f"agent:{agent}"][:limit]
        off_the_table = [
            Told(
                f"{parse_action(row.action).subject}: struck in the meeting by {_person(turn)}, because {turn.text}",
                f"{parse_action(row.action).subject}: in der Sitzung gestrichen von {_person(turn)}: {turn.text}",
            )
            for turn, row in self.struck
            if row.agent == agent
        ]
        return outcomes + [_answer_line(item) for item in own] + off_the_table[:limit]


def the_past(session: BrandSession) -> Past:
    """All of it, read at once."""
    closed = (ItemStatus.DONE, ItemStatus.UNDONE, ItemStatus.REJECTED)
    return Past(recall(session, _RECALLED), _answered(session, closed, _LOOK_BACK), _struck(session, _LOOK_BACK))


def like_it(session: BrandSession, kind: str, touches: Collection[str]) -> list[Told]:
    """Sentences about the most similar decisions of the past and what came of them."""
    return [_outcome_line(entry) for entry in precedents(session, kind, touches)]


def refused_lately(session: BrandSession) -> Mapping[str, str]:
    """The subjects that a person said no to, or took back, not long ago, and why they are not brought up again."""
    now, longest = session.ctx.known_until, max(kind.quiet_after_no for kind in ACTION_KINDS.values())
    struck = {
        subject_of(row.kind, row.action): both(
            "left.struck_lately", day=_day(turn.created_at), person=_person(turn), reason=turn.text
        )
        for turn, row in reversed(_struck(session, longest))
        if turn.created_at > now - ACTION_KINDS[row.kind].quiet_after_no
    }
    return struck | {
        subject_of(item.kind, item.action): both(
            _NO[ItemStatus(item.status)], day=_day(item.updated_at), reason=_reason(item)
        )
        for item in reversed(_answered(session, tuple(_NO), longest))
        if item.updated_at > now - ACTION_KINDS[item.kind].quiet_after_no
    }


_NO: Mapping[ItemStatus, str] = {ItemStatus.REJECTED: "left.rejected", ItemStatus.UNDONE: "left.undone"}


def _reason(item: ActionItem) -> Value:
    return lambda language: _because(item, language)


def _because(item: ActionItem, language: Language) -> str:
    """A person's own words, or the reason that was given by key."""
    return speak(read_message(item.status_message), language) if item.status_message else item.status_reason


def _day(moment: datetime) -> Value:
    return lambda language: day_text(moment.date(), language)


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


def _answer_line(item: ActionItem) -> Told:
    day = item.updated_at.date()
    when, german = f"{day:%-d %B %Y}", day_text(day, Language.DE)
    if item.status == ItemStatus.REJECTED:
        return Told(
            f"{item.subject}: rejected, because {_because(item, Language.EN)}",
            f"{item.subject}: abgelehnt: {_because(item, Language.DE)}",
        )
    if item.status == ItemStatus.UNDONE:
        return Told(
            f"{item.subject}: carried out, and undone again on {when}",
            f"{item.subject}: ausgeführt und am {german} wieder rückgängig gemacht",
        )
    return Told(
        f"{item.subject}: carried out on {when}, not measured yet",
        f"{item.subject}: am {german} ausgeführt, noch nicht gemessen",
    )


def _answered(session: BrandSession, statuses: Sequence[ItemStatus], within: timedelta) -> Sequence[ActionItem]:
    now = session.ctx.known_until
    return session.scalars(
        select(ActionItem)
        .where(col(ActionItem.status).in_(statuses))
        .where(col(ActionItem.updated_at) > now - within, col(ActionItem.updated_at) <= now)
        .order_by(col(ActionItem.updated_at).desc(), col(ActionItem.id))
    ).all()


def _outcome_line(entry: JournalEntry) -> Told:
    promised = f", promised {_amount(entry.predicted, Language.EN)}" if entry.predicted else ""
    versprochen = f"; versprochen waren {_amount(entry.predicted, Language.DE)}" if entry.predicted else ""
    english, german = (speak(entry.outcome.message(), language) for language in (Language.EN, Language.DE))
    return Told(f"{entry.subject}: {english}{promised}", f"{entry.subject}: {german}{versprochen}")


def _amount(predicted: Mapping[str, Any], language: Language) -> str:
    value, low, high = (
        cell_text(Cell(value=predicted[part], unit=predicted["unit"]), language) for part in ("value", "low", "high")
    )
    return f"{value} ({low} {'bis' if language is Language.DE else 'to'} {high})"
