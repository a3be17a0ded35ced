"""The chair as the twin watches it: how often the crew's challenges, and the solver, changed what was decided."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from evals.twin.greedy import greedy
from store.tables import ProposalRow
from virtual_office.meeting.chair import ChairDecision, Grounds, choose

CHALLENGE, SOLVER = "challenge", "solver"
PARTS = (CHALLENGE, SOLVER)
"""What a comparison can leave out of a meeting."""


@dataclass
class Counts:
    """Decisions taken; those with proposals that a challenge changed; those that came out otherwise because of it.

    `by_solver` are those that would have come out otherwise had the best promise come first, as long as it fits.
    """

    decisions: int = 0
    challenged: int = 0
    by_challenge: int = 0
    by_solver: int = 0
    amounts: int = 0

    def as_document(self) -> dict[str, Any]:
        return asdict(self)


class CountedChair:
    """Decides as the product does, or without a part of it, and counts what each part changed."""

    def __init__(self, without: Collection[str] = ()) -> None:
        self._without = without
        self._by_run: dict[UUID, Counts] = {}

    @property
    def counts(self) -> Counts:
        """Over all meetings, each by its last decision: a chair may choose more than once."""
        names = Counts().as_document()
        return Counts(**{name: sum(getattr(counts, name) for counts in self._by_run.values()) for name in names})

    def __call__(self, proposals: Sequence[ProposalRow], grounds: Grounds) -> ChairDecision:
        first = greedy(proposals, grounds)
        best = choose(proposals, grounds, explained=0)
        chosen = first if SOLVER in self._without else best
        if not proposals:
            return chosen
        counts = self._by_run[proposals[0].run_id] = Counts()
        counts.decisions += 1
        counts.by_solver += set(first.adopted) != set(best.adopted)
        if grounds.revisions:
            counts.challenged += 1
            plain = choose(proposals, replace(grounds, revisions={}), explained=0)
            own = {proposal.id: proposal.action for proposal in proposals}
            changed = [key for key in chosen.adopted if key in grounds.revisions]
            amounts = sum(grounds.revisions[key].action != own[key] for key in changed)
            counts.amounts += amounts
            counts.by_challenge += bool(amounts) or set(plain.adopted) != set(best.adopted)
        return chosen
