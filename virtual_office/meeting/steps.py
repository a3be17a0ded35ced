"""The steps of a meeting: what each node of its graph does. What a node writes has a key, so that it may run again."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict
from uuid import UUID

from actions.items import Amended, Proposer, adopt, hold_open_items, taken_subjects
from agents.charter import Charter
from domain.action import parse_action
from domain.autonomy import Autonomy
from domain.context import Context
from domain.language import Language
from guardrails.cedar import PolicyEngine
from language.lines import as_plain
from language.prose import without_figures
from language.speech import prose_of
from memory.journal import trust_bps
from store.database import Database
from store.leases import lock_row
from store.reads.settings import brand_of
from store.reads.stock.levels import cash_minor
from store.session import BrandSession
from store.snapshot import Snapshot
from store.tables import ChallengeRow, ProposalRow, Run, TurnRow
from virtual_office.meeting.agenda import happened, opening, points_of
from virtual_office.meeting.chair import ATTENTION, ChairDecision, Grounds, choose
from virtual_office.meeting.challenge import Challenger
from virtual_office.meeting.hindsight import BilingualLine, german_by_text, precedent_lines, refused_lately
from virtual_office.meeting.limits import CASH
from virtual_office.meeting.promises import promises_since
from virtual_office.meeting.recomputed import challenges_of, changed_rows, revisions_of, standing
from virtual_office.meeting.reporting import Progress, Reporter
from virtual_office.meeting.revision import Revision
from virtual_office.meeting.runs import finish_run
from virtual_office.meeting.turns import (
    invited,
    objection_entries,
    objections,
    point_entries,
    struck,
    turn_entries,
    turns_of,
    weighing,
)
from virtual_office.minutes.document import write_minutes
from virtual_office.minutes.names import Names, words_of
from virtual_office.minutes.records import limits_of, mending_risks, owners_of, proposals_of
from virtual_office.minutes.rendering import Figures
from virtual_office.minutes.words import agent_title, both, german_of

_CHOICES = 4
"""How often the chair chooses at most, while orders follow the prices that it adopts."""
Chooser = Callable[[Sequence[ProposalRow], Grounds], ChairDecision]


@dataclass(frozen=True)
class MeetingRoom:
    """Everything a meeting needs besides its state. `chooser` is the chair's arithmetic."""

    database: Database
    engine: PolicyEngine
    charters: Mapping[str, Charter]
    reporter: Reporter
    agent_ids: Callable[[Context, str], UUID]
    chooser: Chooser = choose


class SeatState(TypedDict):
    """The state that one attendee's report node is sent."""

    run_id: str
    agenda: str
    agent: str


class Steps:
    """The nodes, for one run of the graph. A state is a MeetingState."""

    def __init__(self, room: MeetingRoom, ctx: Context, progress: Progress) -> None:
        self._room, self._ctx, self._progress = room, ctx, progress

    def agenda(self, state: Any) -> dict[str, Any]:
        self._progress("agenda", state["agenda"])
        run_id = UUID(state["run_id"])
        with self._room.database.read(self._ctx) as session:
            said = session.get_one(Run, (self._ctx.brand_id, run_id)).manner.get("points", ())
        before = [point.as_document() for point in happened(self._room.database, self._ctx, run_id)]
        points = [point.as_document() for point in points_of(self._room.database, self._ctx, run_id)]
        points += [{"text": text, "text_de": text, "figures": {}} for text in map(without_figures, said)]
        with self._room.database.read(self._ctx) as session:
            told = opening(session, state["agenda"], [*before, *points])
        return {"reports": {}, "points": points, "happened": before, "opening": told}

    def seats(self, state: Any, agents: Sequence[str] | None = None) -> list[SeatState]:
        """Who is to report: everybody who attends, or those named."""
        return [
            SeatState(run_id=state["run_id"], agenda=state["opening"], agent=agent)
            for agent in (state["agents"] if agents is None else agents)
        ]

    async def report(self, state: SeatState) -> dict[str, Any]:
        charter = self._room.charters[state["agent"]]
        self._progress("report", charter.title)
        reported = await self._room.reporter.report(
            self._ctx, UUID(state["run_id"]), charter, state["agenda"], self._progress
        )
        return {"reports": {charter.name: reported}}

    async def challenge(self, state: Any) -> dict[str, Any]:
        loop, run_id = asyncio.get_running_loop(), UUID(state["run_id"])

        def tell(step: str, detail: str) -> None:
            loop.call_soon_threadsafe(self._progress, step, detail)

        def put() -> None:
            with self._room.database.read(self._ctx) as session:
                run = session.get_one(Run, (self._ctx.brand_id, run_id))
                proposals = self._proposals(session, state)
            if run.manner.get("challenge", True):
                self._challenger.challenge(self._ctx, run_id, proposals, self._crew(state), tell)

        await asyncio.to_thread(put)
        return {}

    @property
    def _challenger(self) -> Challenger:
        return Challenger(self._room.database, self._room.reporter.as_agent, self._room.reporter.readings)

    def _crew(self, state: Any) -> list[Charter]:
        return [self._room.charters[name] for name in sorted(state["reports"])]

    def decide(self, state: Any) -> dict[str, Any]:
        """Choose; and where an order was recomputed with prices that are not adopted, recompute it and choose anew."""
        self._progress("decide", "the chair weighs the proposals")
        run_id = UUID(state["run_id"])
        proposals, grounds, choice, heard = self._chosen(state, None)
        for _ in range(_CHOICES):
            adopted = choice.adopted
            self._challenger.put_again(self._ctx, run_id, proposals, self._crew(state), adopted)
            with self._room.database.read(self._ctx) as session:
                if revisions_of(session, run_id, adopted) == grounds.revisions:
                    break
            proposals, grounds, choice, heard = self._chosen(state, adopted)
        else:
            self._challenger.put_again(self._ctx, run_id, proposals, self._crew(state), choice.adopted)
        return {
            "heard": heard,
            "worth_more": [str(line) for line in choice.worth_more],
            "adopted": [str(proposal_id) for proposal_id in choice.adopted],
            "left_out": [[str(entry.proposal_id), str(entry.reason)] for entry in choice.left_out],
            "bounds": {str(entry.proposal_id): list(entry.bounds) for entry in choice.left_out},
            "in_german": german_of([*choice.worth_more, *(entry.reason for entry in choice.left_out)]),
        }

    def _chosen(
        self, state: Any, beside: Collection[UUID] | None
    ) -> tuple[Sequence[ProposalRow], Grounds, ChairDecision, int]:
        """Proposals, the grounds to weigh them by, the decision, and how many turns of people it has heard.

        Orders count as recomputed with what is to be adopted `beside` them; before anything is, with all there is.
        """
        with self._room.database.read(self._ctx) as session:
            run_id, proposals = UUID(state["run_id"]), self._proposals(session, state)
            grounds = self._grounds(session, run_id, proposals, beside)
            choice = self._room.chooser(proposals, grounds)
            return proposals, grounds, choice, weighing(turns_of(session, run_id))

    def hear(self, state: Any) -> dict[str, Any]:
        """Nothing: where a meeting may wait for people before its minutes are written."""
        return {"agents": [*state["agents"], *self.latecomers(state)]}

    def latecomers(self, state: Any) -> list[str]:
        """Whom people asked to join after the reports."""
        with self._room.database.read(self._ctx) as session:
            asked = invited(turns_of(session, UUID(state["run_id"])))
        return [name for name in asked if name not in state["reports"] and name in self._room.charters]

    def heard_all(self, state: Any) -> bool:
        """Whether the chair decided knowing all that people said."""
        with self._room.database.read(self._ctx) as session:
            return weighing(turns_of(session, UUID(state["run_id"]))) == state["heard"]

    def _proposals(self, session: BrandSession, state: Any) -> list[ProposalRow]:
        """Only what an agent stands by in its report is decided on."""
        rows = proposals_of(session, UUID(state["run_id"]))
        return [row for row in rows if str(row.id) in state["reports"].get(row.agent, {}).get("proposals", ())]

    def _grounds(
        self,
        session: BrandSession,
        run_id: UUID,
        proposals: Sequence[ProposalRow],
        adopted: Collection[UUID] | None,
    ) -> Grounds:
        """The accounts bind, and what people allowed; whichever is less where both speak of cash."""
        currency, run = brand_of(session).currency, session.get_one(Run, (self._ctx.brand_id, run_id))
        turns = turns_of(session, run_id)
        limits, cash = limits_of(session, run), cash_minor(session, currency)
        if cash is not None:
            limits[CASH] = min(cash, limits.get(CASH, cash))
        return Grounds(
            refused={**refused_lately(session), **_taken(session)},
            mending=mending_risks(session, run_id, proposals),
            attention=limits.pop("attention", ATTENTION),
            limits=limits,
            trust_bps=trust_bps(session),
            currency=currency,
            revisions=revisions_of(session, run_id, adopted),
            struck=struck(turns),
        )

    def action_items(self, state: Any) -> dict[str, Any]:
        """Adopt, write the minutes and close in one transaction: all of it is there, or nothing yet.

        None, where somebody spoke after the chair decided: then it decides anew.
        """
        self._progress("action_items", f"{len(state['adopted'])} adopted")
        run_id = UUID(state["run_id"])
        with self._room.database.begin(self._ctx, Snapshot()) as session:  # adopting changes no facts
            run: Run = lock_row(session, Run, run_id)
            turns = turns_of(session, run_id)
            if weighing(turns) != state["heard"]:
                return {"items": []}
            hold_open_items(session)
            titles = {name: report["title"] for name, report in state["reports"].items()}
            challenged = _ChallengedProposals(
                session, run_id, titles, [UUID(proposal_id) for proposal_id in state["adopted"]]
            )
            items = []
            for ordinal, proposal_id in enumerate(state["adopted"], start=1):
                proposal = session.get_one(ProposalRow, (self._ctx.brand_id, UUID(proposal_id)))
                amended = challenged.amended(proposal.id, objections(turns, proposal.id))
                proposer = self._proposer(proposal.agent)
                items.append(adopt(session, self._room.engine, proposal, proposer, ordinal, amended))
            self._progress("minutes", "writing the minutes")
            before = self._precedents(session, state)
            result = {
                "points": [*state["points"], *point_entries(turns)],
                "happened": state["happened"],
                "promises": promises_since(session, run),
                "reports": state["reports"],
                "adopted": [str(item.id) for item in items],
                "left_out": state["left_out"],
                "bounds": state["bounds"],
                "worth_more": state["worth_more"],
                "challenges": challenged.documents(),
                "turns": turn_entries(turns, brand_of(session).currency, challenged.titles),
                "precedents": {key: [line.text for line in lines] for key, lines in before.items()},
                "dissent": challenged.dissent(turns),
                "in_german": {
                    **state["in_german"],
                    **challenged.in_german(),
                    **german_by_text(line for lines in before.values() for line in lines),
                },
                "owners": owners_of(items),
                "currency": brand_of(session).currency,
            }
            run.agents = list(state["agents"])
            finish_run(session, run_id, {**result, "minutes": write_minutes(session, run, result)})
        return {"items": [str(item.id) for item in items]}

    def _precedents(self, session: BrandSession, state: Any) -> dict[str, list[BilingualLine]]:
        """By proposal, how the most similar decisions of the past came out."""
        rows = self._proposals(session, state)
        precedents = {str(row.id): precedent_lines(session, row.kind, parse_action(row.action).touches) for row in rows}
        return {key: lines for key, lines in precedents.items() if lines}

    def _proposer(self, agent: str) -> Proposer:
        charter = self._room.charters[agent]
        return Proposer(self._room.agent_ids(self._ctx, agent), Autonomy(charter.autonomy_cap))


def _taken(session: BrandSession) -> dict[str, str]:
    """The subjects that people have the word on, and why nothing like it is adopted."""
    return {f"{kind} {subject}": both(reason) for (kind, subject), reason in taken_subjects(session).items()}


class _ChallengedProposals:
    """A meeting's proposals after their challenges: the challenges, rendered, and the revisions that they led to."""

    def __init__(
        self, session: BrandSession, run_id: UUID, titles: Mapping[str, str], adopted: Collection[UUID]
    ) -> None:
        self._titles = titles
        self._rows = list(changed_rows(standing(challenges_of(session, run_id), adopted)))
        self._proposals = {row.id: row for row in proposals_of(session, run_id)}
        self._names = Names(session, (word for row in self._proposals.values() for word in words_of(row.action)))
        self._revisions: Mapping[UUID, Revision] = revisions_of(session, run_id, adopted)
        codes = [code for row in self._rows for code in row.figures.values()]
        self._figures = {language: Figures(session, codes, language) for language in Language}

    def titles(self, language: Language) -> dict[UUID, str]:
        """What each proposal would do, by its id."""
        return {key: self._names.title(parse_action(row.action), language) for key, row in self._proposals.items()}

    def amended(self, proposal_id: UUID, objected: Sequence[str]) -> Amended:
        revision = self._revisions.get(proposal_id)
        own = [row for row in self._rows if row.proposal_id == proposal_id]
        return Amended(
            action=revision.action if revision else None,
            prediction=revision.prediction if revision else None,
            receipts=[str(row.receipt_id) for row in own],
            dissent=[*(self._sentence(row, Language.EN) for row in own), *objected],
        )

    def dissent(self, turns: Sequence[TurnRow]) -> list[dict[str, Any]]:
        """Who spoke against what, by proposal."""
        entries = [
            {"proposal": str(row.proposal_id), "text": self._sentence(row, Language.EN),
             "text_de": self._sentence(row, Language.DE)}
            for row in self._rows
        ]  # fmt: skip
        for proposal_id in self._proposals:
            entries += [{"proposal": str(proposal_id), **entry} for entry in objection_entries(turns, proposal_id)]
        return entries

    def in_german(self) -> dict[str, str]:
        """The German of the sentences that stand on action items, by their English."""
        return {self._sentence(row, Language.EN): self._sentence(row, Language.DE) for row in self._rows}

    def documents(self) -> list[dict[str, Any]]:
        return [
            {
                "proposal": str(row.proposal_id),
                "agent": row.agent,
                "tool": row.tool,
                "text": f"{self._about(row, Language.EN)}: {row.text}",
                "text_de": f"{self._about(row, Language.DE)}: {prose_of(row, Language.DE) or row.text}",
                "figures": row.figures,
                "value": row.expected_minor,
                "amounts_changed": row.action is not None,
            }
            for row in self._rows
        ]

    def _about(self, row: ChallengeRow, language: Language) -> str:
        """Who challenged what; braces in a name would read as a figure."""
        subject = parse_action(self._proposals[row.proposal_id].action).subject
        return without_figures(f"{self._title(row, language)}, {subject}")

    def _title(self, row: ChallengeRow, language: Language) -> str:
        return agent_title(row.agent, self._titles.get(row.agent, row.agent), language)

    def _sentence(self, row: ChallengeRow, language: Language) -> str:
        text = prose_of(row, language) or row.text
        return f"{self._title(row, language)}: {self._figures[language].render(text, row.figures, as_plain)}"
