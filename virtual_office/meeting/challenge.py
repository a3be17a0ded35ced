"""Puts proposals that touch the same thing to the colleagues who can recompute them, and keeps what came of it."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from agents.charter import Charter
from domain.action import parse_action
from domain.canonical import sha256_of
from domain.context import Context
from domain.figure import FigureRef
from domain.ids import ReceiptId
from domain.language import Language
from domain.message import together
from domain.prediction import Prediction
from language.prose import KEY
from language.speech import speak
from store.database import Database
from store.session import BrandSession
from store.tables import ChallengeRow, ProposalRow
from tools.challenge_results import ChallengeView
from tools.challenges import CHALLENGES, Challenge
from tools.readings import Readings
from tools.receipts import record_figures
from tools.toolbox import Toolbox
from virtual_office.meeting.recomputed import CHANGED, challenges_of, standing
from virtual_office.meeting.reporting import AsAgent, Progress, agent_context


@dataclass(frozen=True)
class Challenger:
    """Lets attendees recompute each other's proposals, each with the tools of its own charter."""

    database: Database
    as_agent: AsAgent
    readings: Readings

    def challenge(
        self, ctx: Context, run_id: UUID, proposals: Sequence[ProposalRow], crew: Sequence[Charter], progress: Progress
    ) -> None:
        """Put every proposal to those who can recompute it; what was recorded already is not done again."""
        for name, challenge in CHALLENGES.items():
            for charter in (charter for charter in crew if name in charter.tools):
                asked = [
                    proposal
                    for proposal in proposals
                    if proposal.kind in challenge.kinds and proposal.agent != charter.name
                ]
                if asked:
                    progress("challenge", f"{charter.title}: {name.replace('_', ' ')}")
                    self._put(ctx, run_id, _Round(challenge, charter, asked, proposals))

    def put_again(
        self,
        ctx: Context,
        run_id: UUID,
        proposals: Sequence[ProposalRow],
        crew: Sequence[Charter],
        adopted: Collection[UUID],
    ) -> None:
        """Put those challenges anew that took proposals as carried out which are not adopted."""
        with self.database.read(ctx) as session:
            known = {(row.proposal_id, row.tool) for row in challenges_of(session, run_id)}
        for name, challenge in CHALLENGES.items():
            for charter in (charter for charter in crew if challenge.beside and name in charter.tools):
                asked = [proposal for proposal in proposals if (proposal.id, name) in known]
                if asked:
                    self._put(ctx, run_id, _Round(challenge, charter, asked, proposals, adopted))

    def _put(self, ctx: Context, run_id: UUID, put: "_Round") -> None:
        name = put.challenge.tool.name
        own = agent_context(ctx, run_id, put.charter, self.as_agent, f"{name}{put.round}")
        toolbox = Toolbox(self.database, own, run_id, put.charter.name, [name], self.readings)
        with self.database.read(own) as session:
            known = challenges_of(session, run_id)
        done = {(row.proposal_id, tuple(sorted(row.beside))) for row in known if row.tool == name}
        counting = [row for row in standing(known, put.adopted) if row.status == CHANGED and row.tool != name]
        worth = {proposal.id: proposal.expected_minor for proposal in put.proposals} | {
            row.proposal_id: row.expected_minor for row in counting
        }
        changed = {row.proposal_id for row in counting}
        for proposal in put.asked:
            beside = sorted(map(str, put.beside(proposal, worth)))
            gone = proposal.id in changed and worth[proposal.id] <= 0  # a later one would bring it back
            if (proposal.id, tuple(beside)) in done or gone or not (beside or put.challenge.also_alone):
                continue
            reply = toolbox.call(name, {"proposal": str(proposal.id), "beside": beside})
            if reply.ok and reply.receipt_id is not None:
                view = ChallengeView.model_validate(json.loads(reply.content)["result"])
                with self.database.begin(own) as session:
                    _store(session, run_id, put, proposal, view, ReceiptId(reply.receipt_id), beside)


@dataclass(frozen=True)
class _Round:
    """One challenge put by one attendee: to `asked`, out of all `proposals` of the meeting.

    Where the chair has decided, only what is `adopted` stands beside them.
    """

    challenge: Challenge
    charter: Charter
    asked: Sequence[ProposalRow]
    proposals: Sequence[ProposalRow]
    adopted: Collection[UUID] | None = None

    @property
    def round(self) -> str:
        """Told apart by what is adopted: each makes its own ids."""
        return "" if self.adopted is None else f":{sha256_of(sorted(map(str, self.adopted)))}"

    def beside(self, proposal: ProposalRow, worth: Mapping[UUID, int]) -> list[UUID]:
        """Those that touch the same as it and are worth carrying out, as far as this challenge looks at them."""
        touched = parse_action(proposal.action).touches
        return [
            other.id
            for other in self.proposals
            if other.kind in self.challenge.beside
            and other.id != proposal.id
            and worth[other.id] > 0
            and (self.adopted is None or other.id in self.adopted)
            and touched & parse_action(other.action).touches
        ]


def _store(
    session: BrandSession,
    run_id: UUID,
    put: _Round,
    proposal: ProposalRow,
    view: ChallengeView,
    receipt: ReceiptId,
    beside: list[str],
) -> None:
    changed = view.status == CHANGED and view.value is not None and view.low is not None and view.high is not None
    prediction = None
    if changed:
        assert view.value is not None and view.low is not None and view.high is not None
        promised = Prediction.model_validate(proposal.prediction)
        amounts = {"value": int(view.value.value), "low": int(view.low.value), "high": int(view.high.value)}
        prediction = promised.model_copy(update=amounts)
    reason = view.message or (together(view.reasons) if view.reasons else None)
    session.add(
        ChallengeRow(
            run_id=run_id,
            proposal_id=proposal.id,
            receipt_id=receipt,
            agent=put.charter.name,
            tool=put.challenge.tool.name,
            beside=beside,
            status=view.status,
            prediction=prediction.model_dump(mode="json") if prediction else None,
            action=view.action,
            expected_minor=_expected(view, prediction, proposal),
            text=speak(reason, Language.EN) if reason else "",
            message=reason.document() if reason else None,
            figures=record_figures(session, run_id, _figures(view, receipt)),
            created_at=session.ctx.now(),
        )
    )


def _expected(view: ChallengeView, prediction: Prediction | None, proposal: ProposalRow) -> int:
    if prediction is None:
        return proposal.expected_minor
    return int(view.expected.value) if view.expected else prediction.value


def _figures(view: ChallengeView, receipt: ReceiptId) -> dict[str, FigureRef]:
    """The cells that its sentences cite, by key."""
    text = speak(view.message, Language.EN) if view.message else ""
    cited = dict.fromkeys(KEY.findall(text))
    return {key: FigureRef(receipt=receipt, path=f"/cells/{key}" if key in view.cells else f"/{key}") for key in cited}
