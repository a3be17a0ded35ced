"""Prices that were chosen together, as the chair sees them: what those that it adopts bring in sum."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.prediction import Prediction
from domain.pricing import PRICE_UPDATE, PriceUpdate
from store.session import BrandSession
from store.tables import ProposalRow, Receipt
from tools.pricing.price_set import PRICE_SET, PriceSet
from virtual_office.meeting.revision import Revision

_QUANTILE = 1.2815515655446004
"""Of the normal distribution at 90 %."""


@dataclass(frozen=True)
class PricesTogether:
    """Proposals chosen in one set. `doubts` are standard errors of what each takes from the range: common to all."""

    proposals: Sequence[UUID]
    correlation: Sequence[Sequence[float]]
    doubts: Sequence[float]


@dataclass(frozen=True)
class SetWorth:
    """What several prices bring in sum, from `low` to `high` at 80 %, in minor units."""

    count: int
    value: int
    low: int
    high: int


def sets_of(session: BrandSession, proposals: Sequence[ProposalRow]) -> list[PricesTogether]:
    """The sets that a run's proposals were chosen in."""
    members = [row for row in proposals if row.kind == PRICE_UPDATE.name]
    cited = {UUID(receipt) for row in members for receipt in row.receipts}
    receipts = session.scalars(select(Receipt).where(col(Receipt.id).in_(cited), col(Receipt.tool) == PRICE_SET)).all()
    return [together for receipt in receipts if (together := _members(receipt, members)).proposals]


def _members(receipt: Receipt, rows: Sequence[ProposalRow]) -> PricesTogether:
    known = PriceSet.model_validate(receipt.result)
    at = {(line.sku, line.channel, line.zone): place for place, line in enumerate(known.lines) if line.is_chosen}
    actions = {row.id: PriceUpdate.model_validate(row.action) for row in rows if str(receipt.id) in row.receipts}
    places = {row_id: at.get((action.sku, action.channel, action.zone)) for row_id, action in actions.items()}
    kept = {row_id: place for row_id, place in places.items() if place is not None}
    return PricesTogether(
        list(kept),
        [[known.correlation[one][other] for other in kept.values()] for one in kept.values()],
        [known.lines[place].doubt for place in kept.values()],
    )


def worths_of(
    sets: Sequence[PricesTogether],
    proposals: Sequence[ProposalRow],
    revisions: Mapping[UUID, Revision],
    adopted: Collection[UUID],
) -> Iterator[SetWorth]:
    """What the adopted of each set bring in sum, as colleagues' recomputations left them; of two and more."""
    rows = {row.id: row for row in proposals}
    for together in sets:
        places = [place for place, row_id in enumerate(together.proposals) if row_id in adopted and row_id in rows]
        if len(places) > 1:
            promised = [_promise(rows[together.proposals[place]], revisions) for place in places]
            yield _sum(together, places, promised)


def _promise(row: ProposalRow, revisions: Mapping[UUID, Revision]) -> Prediction:
    revision = revisions.get(row.id)
    return revision.prediction if revision else Prediction.model_validate(row.prediction)


def _sum(together: PricesTogether, places: Sequence[int], promised: Sequence[Prediction]) -> SetWorth:
    """Deviations add up by their correlations, and the doubt of what is taken as one."""
    value, doubt = sum(one.value for one in promised), sum(together.doubts[place] for place in places)

    def side(deviations: Sequence[float]) -> int:
        variance = sum(
            deviations[i] * deviations[j] * together.correlation[places[i]][places[j]]
            for i in range(len(places))
            for j in range(len(places))
        )
        return round(_QUANTILE * sqrt(max(variance, 0.0) + doubt**2))

    below = side([(one.value - one.low) / _QUANTILE for one in promised])
    above = side([(one.high - one.value) / _QUANTILE for one in promised])
    return SetWorth(len(places), value, value - below, value + above)
