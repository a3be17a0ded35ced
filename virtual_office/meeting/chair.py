"""The chair's choice among proposals, by arithmetic."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from analytics.selection.choice import ExcludedContender as Outranked
from analytics.selection.choice import Selection
from analytics.selection.choice import choose as select_best
from analytics.selection.contest import Contender, Limit
from domain.action import parse_action, resources_used
from domain.figure import Cell
from domain.message import Message, message, together
from domain.money import BPS
from store.tables import ProposalRow
from virtual_office.meeting.limits import CASH, STOCK_MONEY
from virtual_office.meeting.price_sets import PricesTogether, worths_of
from virtual_office.meeting.revision import Revision, revised
from virtual_office.minutes.words import both

ATTENTION = 10
"""How many action items a meeting may ask people to look at."""
EXPLAINED = 12


@dataclass(frozen=True)
class LeftOut:
    """A proposal that was not adopted, and what stood against it: `bounds`, first what kept it out.

    That is limits by name (`attention`, `cash`, `stock_money`), or `no_gain`, `same_subject`, `together`, `refused`.
    """

    proposal_id: UUID
    reason: str
    bounds: Sequence[str] = ()


@dataclass(frozen=True)
class ChairDecision:
    """The proposals adopted, best first, and those left out; and in words what more of a limit would have brought."""

    adopted: Sequence[UUID]
    left_out: Sequence[LeftOut]
    worth_more: Sequence[str] = ()
    together: Sequence[str] = ()
    """What prices that were chosen together bring in sum."""


@dataclass(frozen=True)
class Grounds:
    """Limits, trust and refusals that the chair weighs proposals by.

    `refused` has the subjects that a person said no to not long ago, and the words why: nobody is asked again so soon.
    `mending` are the proposals that answer a finding which is a risk. `limits` is what there is of each resource, in
    minor units of `currency` or in action items; a resource that is not in it has no limit. `trust_bps` is by agent and
    action kind: how much of what it promised came true.
    """

    refused: Mapping[str, str]
    mending: Collection[UUID] = ()
    limits: Mapping[str, int] | None = None
    trust_bps: Mapping[tuple[str, str], int] | None = None
    attention: int = ATTENTION
    currency: str = ""
    revisions: Mapping[UUID, Revision] = field(default_factory=dict)
    """Proposals as colleagues' recomputations left them: their amounts, and what they are expected to bring."""
    struck: Mapping[UUID, str] = field(default_factory=dict)
    """Proposals that a person took off the table, and why."""
    sets: Sequence[PricesTogether] = ()


def choose(proposals: Sequence[ProposalRow], grounds: Grounds, *, explained: int = EXPLAINED) -> ChairDecision:
    """Adopt first what mends most risk, then what is expected to bring most, as far as money and attention reach.

    Exact (`analytics/selection/choice.py`): one proposal for one subject, each limit kept, promises discounted by how
    the agent's earlier promises came out. Of those left out, the best `explained` say what adopting them would have
    cost; with none to explain, nor is it found out what more of a limit would be worth.
    """
    refused = _refused(proposals, grounds)
    open_proposals = [proposal for proposal in proposals if proposal.id not in refused]
    limits = {"attention": grounds.attention, **(grounds.limits or {})}
    selection = select_best(
        [_contender(proposal, grounds, limits) for proposal in open_proposals],
        [Limit(name, amount) for name, amount in limits.items()],
        explained=explained,
        shadows=explained > 0,
    )
    return _in_words(proposals, refused, selection, grounds)


def subject_of(kind: str, action: Mapping[str, Any]) -> str:
    """Kind and subject of an action as one key: two proposals with the same key compete."""
    return f"{kind} {parse_action(action).subject}"


def _refused(proposals: Sequence[ProposalRow], grounds: Grounds) -> dict[UUID, str]:
    """Reasons by proposal, for those that a person struck now or refused not long ago."""
    reasons = dict(grounds.struck)
    for proposal in proposals:
        subject = subject_of(proposal.kind, proposal.action)
        if subject in grounds.refused:
            reasons.setdefault(proposal.id, grounds.refused[subject])
    return reasons


def _contender(proposal: ProposalRow, grounds: Grounds, limits: Mapping[str, int]) -> Contender:
    action, expected = revised(proposal, grounds.revisions)
    uses = {"attention": 1, **resources_used(action)}
    trust = (grounds.trust_bps or {}).get((proposal.agent, proposal.kind), BPS)
    return Contender(
        key=str(proposal.id),
        value_minor=expected if _in_money(proposal) else None,
        uses={name: amount for name, amount in uses.items() if name in limits},
        subject=subject_of(proposal.kind, proposal.action),
        mends=int(proposal.id in grounds.mending and not _comes_to_nothing(proposal, grounds)),
        trust_bps=trust,
    )


def _in_money(proposal: ProposalRow) -> bool:
    """Whether its promise is one of money; others compete for attention only."""
    return str((proposal.prediction or {}).get("unit", ".minor")).endswith(".minor")


def _comes_to_nothing(proposal: ProposalRow, grounds: Grounds) -> bool:
    """Whether a colleague's recomputation left nothing of it: then it answers no risk either, whatever it was for."""
    revision = grounds.revisions.get(proposal.id)
    return revision is not None and revision.expected_minor <= 0


def _in_words(
    proposals: Sequence[ProposalRow], refused: Mapping[UUID, str], selection: Selection, grounds: Grounds
) -> ChairDecision:
    by_key = {str(proposal.id): proposal for proposal in proposals}
    ranked = sorted(
        (proposal for proposal in proposals if proposal.id in refused),
        key=lambda proposal: (-revised(proposal, grounds.revisions)[1], str(proposal.id)),
    )
    outranked = [
        LeftOut(UUID(excluded.key), both(_reason(excluded, by_key, grounds)), _bounds(excluded))
        for excluded in selection.left_out
    ]
    return ChairDecision(
        adopted=[UUID(key) for key in selection.adopted],
        left_out=[*(LeftOut(proposal.id, refused[proposal.id], ("refused",)) for proposal in ranked), *outranked],
        worth_more=[both(worth) for worth in _shadows(selection, grounds)],
        together=[both(worth) for worth in _together(proposals, {UUID(key) for key in selection.adopted}, grounds)],
    )


def _bounds(excluded: Outranked) -> Sequence[str]:
    """Every limit that it broke, the tightest first; else what else kept it out."""
    if excluded.reason in ("same_subject", "no_gain"):
        return (excluded.reason,)
    return tuple(short.limit for short in excluded.shortfalls) or ("together",)


def _reason(excluded: Outranked, by_key: Mapping[str, ProposalRow], grounds: Grounds) -> Message:
    """A sentence's end: which limit bound, and what adopting it after all would cost."""
    if excluded.reason == "same_subject":
        return message("office.left.same_subject", subject=parse_action(by_key[excluded.key].action).subject)
    if excluded.reason == "no_gain":
        return message("office.left.no_gain")
    short = excluded.shortfalls[0] if excluded.shortfalls else None
    if short is None:
        return message("office.left.together")
    if short.limit == "attention":
        bound = message("office.left.attention_on_risks" if grounds.mending else "office.left.attention")
    else:
        needed, left = (_amount(amount, grounds) for amount in (short.needed, max(short.left, 0)))
        bound = message(f"office.left.{_known(short.limit)}", needed=needed, left=left, limit=short.limit)
    return together([bound, *_cost(excluded, grounds)])


def _cost(excluded: Outranked, grounds: Grounds) -> Iterator[Message]:
    """What taking it instead would have cost; nothing where that is unknown or there is no loss."""
    instead = excluded.instead
    if instead is None or not instead.displaced or not grounds.currency or instead.loss_minor <= 0:
        return
    yield message("office.left.cost", loss=_amount(instead.loss_minor, grounds))


def _known(limit: str) -> str:
    return limit if limit in (CASH, STOCK_MONEY) else "other"


def _together(proposals: Sequence[ProposalRow], adopted: Collection[UUID], grounds: Grounds) -> Iterator[Message]:
    for worth in worths_of(grounds.sets, proposals, grounds.revisions, adopted):
        value, low, high = (_amount(amount, grounds) for amount in (worth.value, worth.low, worth.high))
        yield message("office.together.prices", count=worth.count, value=value, low=low, high=high)


def _shadows(selection: Selection, grounds: Grounds) -> Iterator[Message]:
    """Of each limit that bound, the worth of a little more of it."""
    for limit in selection.limits:
        if not limit.shadow_minor or not grounds.currency:
            continue
        counted = limit.name == "attention"
        key = f"office.more.{'attention' if counted else _known(limit.name)}"
        by = str(limit.relaxed_by) if counted else _amount(limit.relaxed_by, grounds)
        yield message(key, by=by, limit=limit.name, worth=_amount(limit.shadow_minor, grounds))


def _amount(amount: int, grounds: Grounds) -> Cell:
    return Cell(value=amount, unit=f"{grounds.currency}.minor" if grounds.currency else "count")
