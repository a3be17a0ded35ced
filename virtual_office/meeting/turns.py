"""Turns of people in a meeting: questions, objections, limits, strikes, points, and that it may go on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.actor import Permission
from domain.errors import Conflict, InvalidInput
from domain.figure import Cell
from domain.language import Language
from domain.message import message
from language.formats import cell_text
from language.prose import without_figures
from language.speech import say
from store.audit import append_audit
from store.leases import lock_row
from store.outbox import emit
from store.run_events import tell
from store.session import BrandSession
from store.tables import ProposalRow, Run, TurnRow
from virtual_office.meeting.limits import RESOURCES
from virtual_office.meeting.runs import DONE
from virtual_office.minutes.words import both
from virtual_office.questions.questions import CitedAnswer, answer_question

LONGEST = 2_000
MOST_TURNS = 200


class Kind(StrEnum):
    """Kinds of turn: only a question changes nothing."""

    ASK = "ask"
    OBJECT = "object"
    LIMIT = "limit"
    STRIKE = "strike"
    POINT = "point"
    INVITE = "invite"
    GO = "go"


@dataclass(frozen=True)
class Turn:
    """A person's words. `proposal` is the subject of an objection or strike, `limits` are in minor units or items."""

    kind: Kind
    text: str = ""
    proposal: str = ""
    limits: Mapping[str, int] = field(default_factory=dict)


def speak(session: BrandSession, run_id: UUID, turn: Turn, known: CitedAnswer | None = None) -> TurnRow:
    """Take a person's turn. Raises Forbidden, InvalidInput, NotFound; Conflict when it is too late for it.

    A question may be asked of a finished meeting too; it is answered by what is `known`, else from what the meeting's
    agents were answered.
    """
    ctx = session.ctx
    ctx.require(Permission.DATA_READ if turn.kind is Kind.ASK else Permission.MEETING_HOLD)
    run: Run = lock_row(session, Run, run_id)
    text = " ".join(turn.text.split())
    _check(turn, text)
    if run.status == DONE and turn.kind is not Kind.ASK:
        raise Conflict("This meeting is over: its action items are in the inbox.", remedy="See `mhos inbox`.")
    if len(turns_of(session, run_id)) >= MOST_TURNS:
        raise Conflict(f"A meeting takes {MOST_TURNS} turns at most.", remedy="Start another meeting.")
    answer = known or (answer_question(session, run_id, text) if turn.kind is Kind.ASK else CitedAnswer())
    proposal_id = _proposal(session, run_id, turn.proposal) if turn.proposal else None
    if turn.kind is Kind.STRIKE and proposal_id in struck(turns_of(session, run_id)):
        raise Conflict("It has been struck already.", remedy="`mhos say point` says more to the meeting.")
    row = TurnRow(
        run_id=run_id,
        kind=turn.kind,
        step=str(run.manner.get("at", "")),
        person=ctx.actor.label,
        person_id=ctx.actor.id,
        text=text,
        proposal_id=proposal_id,
        limits=dict(turn.limits),
        answer=answer.text,
        german=answer.german,
        figures=dict(answer.codes),
        created_at=ctx.now(),
    )
    session.add(row)
    session.flush()
    details = {"turn": turn.kind.value, "text": text, "proposal": str(row.proposal_id or ""), "limits": row.limits}
    append_audit(session, "meeting.turn", str(run_id), details)
    emit(session, "meeting.turn", str(run_id), details)
    tell(session, run_id, ("turn", {"id": str(row.id), "person": row.person, **details}))
    return row


def _check(turn: Turn, text: str) -> None:
    if len(text) > LONGEST:
        raise InvalidInput(f"That is {len(text):,} characters; {LONGEST:,} is the most.", remedy="Say it shorter.")
    if not text and turn.kind in (Kind.ASK, Kind.OBJECT, Kind.STRIKE, Kind.POINT, Kind.INVITE):
        raise InvalidInput(f"To {turn.kind} needs words.", remedy="Say what, or why: the agents will read it.")
    if bool(turn.proposal) is not (turn.kind in (Kind.OBJECT, Kind.STRIKE)):
        raise InvalidInput("An objection or strike is about one proposal.", remedy="Name it by its id.")
    wrong = [name for name, amount in turn.limits.items() if name not in RESOURCES or amount < 0]
    if wrong or bool(turn.limits) is not (turn.kind is Kind.LIMIT):
        raise InvalidInput("A limit is an amount of a resource.", remedy=f"Resources: {', '.join(RESOURCES)}.")


def _proposal(session: BrandSession, run_id: UUID, given: str) -> UUID:
    """By its id or an unambiguous beginning or end of it. Raises InvalidInput."""
    ids = session.scalars(select(col(ProposalRow.id)).where(col(ProposalRow.run_id) == run_id)).all()
    wanted = given.strip().lower()
    fitting = [
        proposal_id for proposal_id in ids if str(proposal_id).startswith(wanted) or str(proposal_id).endswith(wanted)
    ]
    if len(fitting) != 1 or len(wanted) < 4:
        raise InvalidInput(
            f"{given[:60]} fits {len(fitting)} of this meeting's proposals.",
            remedy="A meeting that waits lists them with their ids.",
        )
    return fitting[0]


def turns_of(session: BrandSession, run_id: UUID) -> Sequence[TurnRow]:
    """The turns of a run, oldest first."""
    return session.scalars(
        select(TurnRow).where(col(TurnRow.run_id) == run_id).order_by(col(TurnRow.created_at), col(TurnRow.id))
    ).all()


def weighing(turns: Sequence[TurnRow]) -> int:
    """How many turns bear on the decision: what the chair has heard when it decides."""
    return sum(turn.kind in (Kind.OBJECT, Kind.LIMIT, Kind.STRIKE) for turn in turns)


def struck(turns: Sequence[TurnRow]) -> dict[UUID, str]:
    """The proposals that people took off the table, and why, in both languages."""
    return {
        turn.proposal_id: both(message("office.left.struck", person=person_of(turn), reason=turn.text))
        for turn in turns
        if turn.kind == Kind.STRIKE and turn.proposal_id is not None
    }


def objection_entries(turns: Sequence[TurnRow], proposal_id: UUID) -> list[dict[str, str]]:
    """The same in both languages: who objected, and the words."""
    return [
        {
            "person": person_of(turn),
            "words": turn.text,
            "text": say("office.turn.objection", Language.EN, person=person_of(turn), words=turn.text),
            "text_de": say("office.turn.objection", Language.DE, person=person_of(turn), words=turn.text),
        }
        for turn in turns
        if turn.kind == Kind.OBJECT and turn.proposal_id == proposal_id
    ]


def objections(turns: Sequence[TurnRow], proposal_id: UUID) -> list[str]:
    """The objections to a proposal as sentences, oldest first."""
    return [
        say("office.turn.objection", Language.EN, person=person_of(turn), words=turn.text)
        for turn in turns
        if turn.kind == Kind.OBJECT and turn.proposal_id == proposal_id
    ]


def invited(turns: Sequence[TurnRow]) -> list[str]:
    """The agents whom people asked to join."""
    return list(dict.fromkeys(turn.text for turn in turns if turn.kind == Kind.INVITE))


def may_go_on(turns: Sequence[TurnRow], step: str) -> bool:
    """Whether somebody let the meeting go on from where it waits."""
    return any(turn.kind == Kind.GO and turn.step == step for turn in turns)


def point_entries(turns: Sequence[TurnRow]) -> list[dict[str, object]]:
    """The points that people put on the agenda while the meeting was held."""
    points = [without_figures(turn.text) for turn in turns if turn.kind == Kind.POINT]
    return [{"text": text, "text_de": text, "figures": {}} for text in points]


def turn_entries(
    turns: Sequence[TurnRow], currency: str, titles: Callable[[Language], Mapping[UUID, str]]
) -> list[dict[str, object]]:
    """Turns as entries of the minutes: questions with their answers, and what steered the meeting.

    `titles` are those of the proposals that they spoke of, in a language.
    """
    english, german = titles(Language.EN), titles(Language.DE)
    return [
        {
            "text": _entry(turn, turn.answer, currency, english, Language.EN),
            "text_de": _entry(turn, turn.german, currency, german, Language.DE),
            "figures": turn.figures,
        }
        for turn in turns
        if turn.kind not in (Kind.GO, Kind.POINT)
    ]


def _entry(turn: TurnRow, answer: str, currency: str, titles: Mapping[UUID, str], language: Language) -> str:
    words = turn.text or ", ".join(_allowed(*limit, currency, language) for limit in turn.limits.items())
    subject = titles.get(turn.proposal_id, "") if turn.proposal_id else ""
    said = say(f"office.turn.{turn.kind}", language, person=person_of(turn), subject=subject, words=words)
    return f"{said} – {answer}" if answer else said


def _allowed(name: str, amount: int, currency: str, language: Language) -> str:
    cell = Cell(value=amount, unit="count" if name == "attention" else f"{currency}.minor")
    return say(f"office.allowed.{name}", language, amount=cell_text(cell, language))


def person_of(turn: TurnRow) -> str:
    """The name of the person who took a turn, without the kind of actor before it."""
    return turn.person.partition(":")[2] or turn.person
