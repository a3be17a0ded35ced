"""The demand figure of an order's lines: that of the newest order advice, else worked out by the same definition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any
from uuid import UUID

from analytics.pricing.price_shift import price_shift
from analytics.statistics.errors import InvalidNumbers
from analytics.stock.demand_history import DemandHistory
from analytics.stock.lead_time import DemandRate, LeadTime, estimate_lead_time
from analytics.stock.replenishment import StockPosition
from analytics.stock.review_outlook import look_ahead
from analytics.stock.weekly_demand import weekly_demand
from domain.stock import FOREVER_DAYS, REVIEW_DAYS
from store.reads.stock import levels as reads
from store.reads.stock.advised import newest_advice
from store.reads.stock.history import stock_history
from store.session import BrandSession
from store.tables import Supplier

_FRESH = timedelta(weeks=4)
_ADVISED = "order_advice"


@dataclass(frozen=True)
class LineDemand:
    """Usual demand of a day, what events bring on top before goods arrive and until the next ones could, the lead time.

    `lead` is None where neither a delivery nor a promise is known. `quantity` was advised for `reason`.
    """

    rate: DemandRate
    events_before: float = 0.0
    events_after: float = 0.0
    lead: LeadTime | None = None
    quantity: int | None = None
    reason: str = ""

    def days(self, on_hand: int, under_way: int, ordered: int = 0) -> int:
        """How long stock, orders under way and so many units more last; less than nothing where units are owed."""
        if not self.rate.units_per_day:
            return FOREVER_DAYS
        lead = self.lead or LeadTime(0.0)
        lasts = self._position(on_hand, under_way).lasts_days(self.rate, lead, float(REVIEW_DAYS), ordered)
        return min(round(lasts), FOREVER_DAYS)

    def chance_out(self, on_hand: int, under_way: int, ordered: int = 0) -> float | None:
        """The chance of running out before an order of next week could be in; None without a lead time."""
        if self.lead is None or not self.rate.units_per_day:
            return None
        position = self._position(on_hand, under_way)
        outlook = look_ahead(position.units, self.rate, self.lead, float(REVIEW_DAYS))
        return outlook.stock_out(max(ordered - ceil(position.owed), 0))

    def oldest_days(self, on_hand: int, under_way: int, ordered: int) -> float:
        """How many days after its arrival the last unit of an order sells, what is there and under way going first."""
        units, lead_days = self._position(on_hand, under_way).units + ordered, self.lead.mean_days if self.lead else 0.0
        return max(ordered / self.rate.units_per_day, units / self.rate.units_per_day - lead_days)

    def _position(self, on_hand: int, under_way: int) -> StockPosition:
        return StockPosition(
            on_hand=float(max(on_hand, 0)),
            on_order=float(under_way),
            reserved=float(max(-on_hand, 0)),
            event_units_before=self.events_before,
            event_units_after=self.events_after,
        )


def line_demands(
    session: BrandSession, supplier: Supplier, wanted: Mapping[str, UUID], place_ids: Sequence[UUID]
) -> dict[str, LineDemand]:
    """The demand of each product wanted from a supplier, by SKU."""
    since = session.ctx.known_until - _FRESH
    advice = newest_advice(session, _ADVISED, {"supplier": supplier.code}, since)
    known = {line["sku"]: _advised(line) for line in (advice or {}).get("lines", ()) if line.get("rate")}
    rest = {sku: product for sku, product in wanted.items() if sku not in known}
    return known | (_worked_out(session, supplier, rest, place_ids) if rest else {})


def _advised(line: Mapping[str, Any]) -> LineDemand:
    rate, quantity = line["rate"], line.get("quantity")
    return LineDemand(
        rate=DemandRate(rate["units_per_day"], rate["variance_per_day"], rate["standard_error"]),
        events_before=rate["events_before"],
        events_after=rate["events_after"],
        lead=LeadTime(rate["lead_days"], rate["lead_sd_days"]),
        quantity=int(quantity["value"]) if quantity else None,
        reason=line["why"],
    )


def _worked_out(
    session: BrandSession, supplier: Supplier, wanted: Mapping[str, UUID], place_ids: Sequence[UUID]
) -> dict[str, LineDemand]:
    """Where nobody was advised lately: the same definition, without what price changes have not shown in sales yet."""
    lead = _lead_time(session, supplier)
    lead_days = lead.mean_days if lead else 0.0
    history = DemandHistory(stock_history(session, place_ids, list(wanted.values())))
    demands = {}
    for sku, product in wanted.items():
        used, available = history.of(product)
        try:
            weeks = ceil((lead_days + REVIEW_DAYS) / 7)
            demand = weekly_demand(used, available, weeks, price_shift((), len(used)), history.events(product))
        except InvalidNumbers:
            demands[sku] = LineDemand(DemandRate(0.0, 0.0), lead=lead)
            continue
        before = demand.events_within(lead_days)
        after = demand.events_within(lead_days + REVIEW_DAYS) - before
        demands[sku] = LineDemand(demand.rate, before, max(after, 0.0), lead)
    return demands


def _lead_time(session: BrandSession, supplier: Supplier) -> LeadTime | None:
    try:
        return estimate_lead_time(reads.lead_times_days(session, supplier.id), supplier.lead_time_days)
    except InvalidNumbers:
        return None
