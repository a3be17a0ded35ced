"""One product's line of an order: the advice for it, or why there is none, and how a tool shows it."""

from dataclasses import dataclass, replace
from typing import Any

from analytics.stock.reorder_plan import StockedProduct, plan_replenishment
from analytics.stock.replenishment import OrderAdvice, StockPosition, advise_order
from analytics.stock.weekly_demand import WeeklyDemand
from domain.figure import Cell
from store.reads.stock import levels as reads
from tools import cells
from tools.reasons import reason_keys
from tools.stock.book import ProductStock
from tools.stock.results import LineRate, OrderLineAdvice

_QUARTER_WEEKS = 13


@dataclass(frozen=True)
class OrderLine:
    """A product's line of an order: the advice, or why there is none. Advised, what is `lacking` cash waits."""

    offer: reads.Offer
    stock: ProductStock
    demand: WeeklyDemand | None = None
    advice: OrderAdvice | None = None
    lacking: str = ""
    product: StockedProduct | None = None
    position: StockPosition | None = None

    @property
    def is_order(self) -> bool:
        return self.advice is not None and self.advice.decision == "order" and not self.lacking

    @property
    def sku(self) -> str:
        return self.offer.sku

    @property
    def units(self) -> int:
        return self.advice.units if self.advice else 0

    @property
    def cost_minor(self) -> float:
        return self.advice.units * self.advice.quantity.unit_cost_minor if self.advice else 0.0

    @property
    def gain_minor(self) -> float:
        return self.advice.gain.value_minor if self.advice and self.advice.gain else 0.0

    def costing_at_most(self, cash_minor: float) -> "OrderLine | None":
        """The same line with as much as this money buys; None where that is too little, or nothing is gained."""
        assert self.product is not None and self.position is not None
        within = replace(self.product, terms=replace(self.product.terms, cash_minor=cash_minor))
        advice = advise_order(within, self.position, plan=plan_replenishment(self.product))
        smaller = replace(self, advice=advice)
        return smaller if smaller.is_order and smaller.cost_minor <= cash_minor else None


def line_view(line: OrderLine, currency: str) -> OrderLineAdvice:
    """The line as the tool shows it."""
    advice, reasons = line.advice, reasons_of(line)
    waits = advice is not None and bool(line.lacking)
    base = OrderLineAdvice(
        sku=line.offer.sku,
        title=line.offer.title,
        decision="abstained" if advice is None else "wait" if waits else advice.decision,
        reasons=reason_keys("stock", reasons),
        on_hand=Cell(value=line.stock.on_hand, unit="units"),
        under_way=Cell(value=line.stock.under_way, unit="units"),
        **_demand_view(line),
    )
    return base if advice is None else base.model_copy(update=_advice_view(advice, currency))


def reasons_of(line: OrderLine) -> list[str]:
    """Codes of why the line is as it is."""
    advised = line.advice.reasons if line.advice else ()
    return [reason for reason in dict.fromkeys([line.lacking, *map(str, advised)]) if reason]


def _demand_view(line: OrderLine) -> dict[str, Any]:
    if line.demand is None:
        return {}
    return {
        "demand": cells.units_a_week(line.demand.mean),
        "demand_low": cells.units_a_week(line.demand.low),
        "demand_high": cells.units_a_week(line.demand.high),
        "out_of_stock": cells.share(1 - float(line.stock.available[-_QUARTER_WEEKS:].mean())),
        **_events_view(line),
    }


def _events_view(line: OrderLine) -> dict[str, Any]:
    assert line.demand is not None
    view: dict[str, Any] = {"set_apart": list(line.demand.set_apart)}
    units = round(float(line.demand.event_units.sum()))
    if line.position is not None:
        units = round(line.position.event_units_before + line.position.event_units_after)
    if units > 0:
        view |= {"events": list(line.demand.events), "event_units": Cell(value=units, unit="units")}
    if line.stock.owed:
        view["owed"] = Cell(value=line.stock.owed, unit="units")
    if line.product is not None and line.position is not None:
        rate, lead = line.product.rate, line.product.lead
        view["rate"] = LineRate(
            units_per_day=rate.units_per_day,
            variance_per_day=rate.variance_per_day,
            standard_error=rate.standard_error,
            events_before=line.position.event_units_before,
            events_after=line.position.event_units_after,
            lead_days=lead.mean_days,
            lead_sd_days=lead.sd_days,
        )
    return view


def _advice_view(advice: OrderAdvice, currency: str) -> dict[str, Any]:
    view: dict[str, Any] = {
        "stock_out_without": cells.share(advice.stock_out_without),
        "excess": Cell(value=round(advice.excess_units), unit="units"),
    }
    if advice.cover_days is not None:
        view["cover"] = cells.days(round(advice.cover_days))
    if advice.reorder_point >= 0:
        view["reorder_point"] = Cell(value=advice.reorder_point, unit="units")
    if advice.decision == "order" and advice.gain is not None:
        view |= {
            "stock_out_with": cells.share(advice.stock_out_with),
            "quantity": Cell(value=advice.units, unit="units"),
            "why": next(iter(reason_keys("stock", map(str, advice.quantity.reasons))), ""),
            "unit_cost": cells.money(advice.quantity.unit_cost_minor, currency),
            "amount": cells.money(advice.units * advice.quantity.unit_cost_minor, currency),
            "gain": cells.money(advice.gain.value_minor, currency),
            "gain_low": cells.money(advice.gain.low_minor, currency),
            "gain_high": cells.money(advice.gain.high_minor, currency),
            "saved": Cell(value=round(advice.gain.units_saved), unit="units"),
        }
        if advice.cover_after_days is not None:
            view["cover_after"] = cells.days(round(advice.cover_after_days))
    return view
