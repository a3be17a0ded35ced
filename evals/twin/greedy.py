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
    for one in sorted(proposals, key=lambda row: _rank(row, grounds)):
        action, expected = revised(one, grounds.revisions)
        uses = {"attention": 1, **resources_used(action)}
        subject = subject_of(one.kind, one.action)
        rests = subject in grounds.refused or one.id in grounds.struck
        fits = all(amount <= left[name] for name, amount in uses.items() if name in left)
        if rests or subject in seen or expected <= 0 or not fits:
            left_out.append(LeftOut(one.id, "it rests, promises nothing, or no longer fits"))
            continue
        seen.add(subject)
        adopted.append(one)
        left = {name: amount - uses.get(name, 0) for name, amount in left.items()}
    return ChairDecision([one.id for one in adopted], left_out)


def _rank(row: ProposalRow, grounds: Grounds) -> tuple[bool, int, str]:
    return row.id not in grounds.mending, -revised(row, grounds.revisions)[1], str(row.id)
