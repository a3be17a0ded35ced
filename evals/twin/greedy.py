"""The chair without its solver: the best promise first, as long as it fits; for comparison with the integer program."""

from collections.abc import Sequence

from domain.action import resources_used
from store.tables import ProposalRow
from virtual_office.meeting.chair import ChairDecision, Grounds, LeftOut, subject_of
from virtual_office.meeting.revision import revised


def greedy(proposals: Sequence[ProposalRow], grounds: Grounds) -> ChairDecision:
    """Adopt risks' remedies and then what promises most, each that still fits every limit; no promise is discounted."""
    left = {"attention": grounds.attention, **(grounds.limits or {})}
    adopted, left_out, seen = list[ProposalRow](), list[LeftOut](), set[str]()
    for proposal in sorted(proposals, key=lambda row: _rank(row, grounds)):
        action, expected = revised(proposal, grounds.revisions)
        uses = {"attention": 1, **resources_used(action)}
        subject = subject_of(proposal.kind, proposal.action)
        rests = subject in grounds.refused or proposal.id in grounds.struck
        fits = all(amount <= left[name] for name, amount in uses.items() if name in left)
        if rests or subject in seen or expected <= 0 or not fits:
            left_out.append(LeftOut(proposal.id, "it rests, promises nothing, or no longer fits"))
            continue
        seen.add(subject)
        adopted.append(proposal)
        left = {name: amount - uses.get(name, 0) for name, amount in left.items()}
    return ChairDecision([proposal.id for proposal in adopted], left_out)


def _rank(row: ProposalRow, grounds: Grounds) -> tuple[bool, int, str]:
    return row.id not in grounds.mending, -revised(row, grounds.revisions)[1], str(row.id)
