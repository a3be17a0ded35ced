"""One price as it stands now: product, channel, rules, price and cost; and which prices the rules allow."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from analytics.pricing.best_price import Margins, PriceBounds
from domain.figure import Cell
from domain.money import BPS, LARGEST_MINOR
from domain.pricing import SaleTerms
from store.reads.pricing import prices as reads
from store.reads.pricing import windows
from store.reads.pricing.charged import ChargedPrice, Shown, charged_in, in_force
from store.reads.settings import rules_of
from store.session import BrandSession
from store.tables import BrandRules, Channel, Product
from tools import cells
from tools.base import ToolEnv
from tools.sources import RowSelection, selected, selected_each

_FROM_COST = ("/margin", "/margin_now", "/margin_then", "/floor_price", "/allowed_low", "/allowed_high")
"""The cells that a unit cost bears on, where it is taken from sales."""


@dataclass(frozen=True)
class Situation:
    """One price as it stands at the Context's moment. `price` is the one in force: what is charged, where sales show
    another than the list's; `listed_minor` is then the list's. `measured_at` is when its last change is measured, where
    that is still to come."""

    product: Product
    channel: Channel
    zone: str
    rules: BrandRules
    price: reads.PriceNow
    unit_cost_minor: int | None
    listed_minor: int | None = None
    charged: ChargedPrice | None = None
    measured_at: datetime | None = None

    @property
    def is_charged(self) -> bool:
        """False where sales show another price than the list's."""
        return self.charged is None or self.charged.shown is not Shown.NOT_CHARGED

    @property
    def is_approved(self) -> bool:
        """Whether an action item set the list's price."""
        return self.price.source.startswith(reads.ITEM)

    @property
    def held_by(self) -> str:
        """The reason why it may not be changed now; empty where it may."""
        if not self.is_charged:
            return "not_charged" if self.is_approved else ""
        return "not_measured" if self.measured_at is not None else ""

    @property
    def currency(self) -> str:
        return self.price.currency

    @property
    def terms(self) -> SaleTerms:
        return reads.sale_terms(self.product, self.channel)

    def margin_bps(self, price_minor: int) -> int | None:
        """Margin on what the brand keeps of a price; None while the cost is not known."""
        if self.unit_cost_minor is None:
            return None
        return self.terms.margin_bps(price_minor, self.unit_cost_minor)

    def margin(self, price_minor: int) -> Cell | None:
        """The margin as a cell, rounded only to be shown; None while the cost is not known."""
        return (
            None if self.unit_cost_minor is None else cells.margin(self.terms.margin(price_minor, self.unit_cost_minor))
        )

    def margins(self) -> Margins:
        """Margins in the form of the optimiser. Only where the cost is known."""
        assert self.unit_cost_minor is not None
        return Margins(self.unit_cost_minor, self.terms)


@dataclass(frozen=True)
class Corridor:
    """The prices that the brand's rules allow today, and the bounds that they come from; in minor units.

    `floor_minor` is the lowest price that keeps the margin floor (None while the cost is not known, or no price does).
    """

    floor_minor: int | None
    reference_minor: int
    year_low_minor: int
    year_high_minor: int
    day_limit_bps: int
    day_low_minor: int
    day_high_minor: int
    step_minor: int
    offset_minor: int

    @property
    def low_minor(self) -> int:
        return max(self.floor_minor or 1, self.year_low_minor, self.day_low_minor)

    @property
    def high_minor(self) -> int:
        return min(self.year_high_minor, self.day_high_minor)

    def bounds(self) -> PriceBounds:
        return PriceBounds(self.low_minor, self.high_minor, self.step_minor, self.offset_minor)


@dataclass(frozen=True)
class SituationRows:
    """The rows behind a situation. `sold` is of its channel."""

    prices: RowSelection
    costs: RowSelection
    product: RowSelection
    channel: RowSelection
    rules: RowSelection
    sold: RowSelection


def situation_of(session: BrandSession, env: ToolEnv, sku: str, channel: str, zone: str = "") -> Situation:
    """Raises NotFound where this brand has no such product, channel or price."""
    return env.once(("situation", channel, sku, zone), lambda: _situation(session, sku, channel, zone))


def _situation(session: BrandSession, sku: str, code: str, zone: str) -> Situation:
    product, channel = reads.product_by_sku(session, sku), reads.channel_by_code(session, code)
    price = reads.price_now(session, product.id, channel.id, zone)
    charged = charged_in(session, channel.id).get(price.price_id)
    return _as_charged(session, product, channel, zone, price, reads.unit_cost_minor(session, product.id), charged)


def _as_charged(
    session: BrandSession,
    product: Product,
    channel: Channel,
    zone: str,
    listed: reads.PriceNow,
    unit_cost_minor: int | None,
    charged: ChargedPrice | None,
) -> Situation:
    return Situation(
        product,
        channel,
        zone,
        rules_of(session),
        in_force(listed, charged),
        unit_cost_minor,
        listed.amount_minor if in_force(listed, charged) is not listed else None,
        charged,
        windows.open_windows(session).get(listed.source),
    )


def situations_in(session: BrandSession, env: ToolEnv, channel: Channel) -> list[Situation]:
    """Every entry of a channel's price list that has a price, in the list's order; with the rows behind each."""
    entries, prices = reads.price_list(session, channel.id), reads.prices_now(session, channel.id)
    costs = reads.unit_costs_minor(session, {entry.product.id for entry in entries})
    charged = charged_in(session, channel.id)
    situations = [
        _as_charged(
            session, entry.product, channel, entry.zone, price, costs[entry.product.id], charged.get(price.price_id)
        )
        for entry in entries
        if (price := prices.get((entry.product.id, entry.zone))) is not None
    ]
    known = [
        env.once(("situation", channel.code, now.product.sku, now.zone), lambda now=now: now) for now in situations
    ]
    for now, rows in zip(known, _rows_behind(session, known), strict=True):
        env.once(("rows", now.price.price_id), lambda rows=rows: rows)
    return known


def rows_behind(session: BrandSession, env: ToolEnv, now: Situation) -> SituationRows:
    """The rows that a situation was read from."""
    return env.once(("rows", now.price.price_id), lambda: _rows_behind(session, [now])[0])


def _rows_behind(session: BrandSession, situations: Sequence[Situation]) -> list[SituationRows]:
    """The rows behind situations of one channel, all kinds at once."""
    if not situations:
        return []
    channel, rules = situations[0].channel, situations[0].rules
    products = [now.product.id for now in situations]
    prices = selected_each(session, "price_history", "price_id", [now.price.price_id for now in situations])
    costs = selected_each(session, "product_cost", "product_id", products)
    sold = selected_each(session, "sales_fact", "product_id", products, channel_id=channel.id)
    described = selected_each(session, "product", "id", products)
    of_channel = selected(session, "channel", id=channel.id)
    of_rules = selected(session, "brand_rules", version=rules.version)
    return [
        SituationRows(
            prices[now.price.price_id],
            costs[now.product.id],
            described[now.product.id],
            of_channel,
            of_rules,
            sold[now.product.id],
        )
        for now in situations
    ]


def corridor_of(session: BrandSession, env: ToolEnv, now: Situation) -> Corridor:
    """The prices that the rules leave open today, by the same integers that the guardrails will hold a proposal to."""
    return env.once(("corridor", now.price.price_id), lambda: _corridor(session, now))


def _corridor(session: BrandSession, now: Situation) -> Corridor:
    price, rules = now.price.amount_minor, now.rules
    reference = reads.reference_price_minor(session, now.price.price_id) or price
    left = max(rules.max_price_change_bps_per_day - reads.changed_last_day_bps(session, now.price.price_id), 0)
    step = max(rules.price_step_minor, 1)
    return Corridor(
        floor_minor=floor_price_minor(now),
        reference_minor=reference,
        year_low_minor=reference * rules.corridor_low_bps // BPS,
        year_high_minor=reference * rules.corridor_high_bps // BPS,
        day_limit_bps=left,
        day_low_minor=-(-price * (BPS - left) // BPS),
        day_high_minor=price * (BPS + left) // BPS,
        step_minor=step,
        offset_minor=price % step,
    )


def sources_of(session: BrandSession, env: ToolEnv, now: Situation) -> tuple[RowSelection, ...]:
    """The rows behind a situation and its corridor."""
    rows = rows_behind(session, env, now)
    costs = rows.costs if rows.costs.count else _sold_anywhere(session, env, now).bearing_on(*_FROM_COST)
    charged = () if now.is_charged else (rows.sold,)
    return rows.prices, costs, rows.product, rows.channel, rows.rules, *charged


def _sold_anywhere(session: BrandSession, env: ToolEnv, now: Situation) -> RowSelection:
    product = now.product.id
    return env.once(("sold", product), lambda: selected(session, "sales_fact", product_id=product))


def floor_price_minor(now: Situation) -> int | None:
    """The lowest price that keeps the brand's margin floor; None while the cost is not known, or where none does."""
    least = now.rules.min_margin_bps

    def keeps_it(price_minor: int) -> bool:
        margin = now.margin_bps(price_minor)
        return margin is not None and margin >= least

    if now.unit_cost_minor is None or least >= BPS or not keeps_it(LARGEST_MINOR):
        return None
    return bisect_left(range(1, LARGEST_MINOR + 1), True, key=keeps_it) + 1
