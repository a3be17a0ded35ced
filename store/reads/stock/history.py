"""What demand is told from: movements or what stands in for them, the newest sales report, promotions, the zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from store.reads.pricing.promoted import promoted
from store.reads.pricing.promotions import last_end
from store.reads.settings import brand_of
from store.reads.stock import levels
from store.reads.stock.derived import DerivedFlow, keeps_no_movements, received, sold_by_week
from store.session import BrandSession

HISTORY = timedelta(weeks=156)
_LONGEST_PERIOD = timedelta(days=366)


@dataclass(frozen=True)
class StockHistory:
    """Movements of the last `HISTORY` in the order of time; where `derived`, none are kept but counts.

    Then `sold` and `received` stand in for them. `promoted` are the promoted days by product.
    """

    now: datetime
    zone: str
    derived: bool
    moved: Sequence[levels.Movement]
    sold: Sequence[DerivedFlow]
    received: Sequence[DerivedFlow]
    newest_report: datetime | None
    promoted: Mapping[UUID, Sequence[tuple[datetime, datetime]]]


def stock_history(
    session: BrandSession, location_ids: Sequence[UUID], product_ids: Sequence[UUID] | None = None
) -> StockHistory:
    """The history of the goods kept at some places, of all products or some."""
    now, since = session.ctx.known_until, session.ctx.known_until - HISTORY
    is_derived, report = keeps_no_movements(session, location_ids), last_end(session)
    sales = is_derived and report is not None
    return StockHistory(
        now=now,
        zone=brand_of(session).zone,
        derived=is_derived,
        moved=levels.movements(session, location_ids, since, product_ids),
        sold=sold_by_week(session, since - _LONGEST_PERIOD, min(report, now)) if sales and report else (),
        received=received(session, since) if sales else (),
        newest_report=report,
        promoted=promoted(session, since),
    )
