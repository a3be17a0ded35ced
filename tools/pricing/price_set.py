"""Chooses the prices that change together: what they take from the range, how many a week, and on which days."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import Field

from analytics.pricing.price_set import CAUTIOUS, Change, Diversion, Range, Shelf, chosen, diversion_of, promise_of
from analytics.pricing.price_set import gain_correlation as correlation_of_weeks
from domain.figure import Cell
from store.reads.pricing import prices as reads
from store.reads.pricing import windows
from store.reads.pricing.promotions import active_products, weekly_contribution
from store.reads.settings import brand_of, rules_of
from store.session import BrandSession
from store.tables import Channel
from tools import cells
from tools.base import ToolAnswer, ToolEnv, ToolResult
from tools.pricing.analysis import advise
from tools.pricing.arguments import BestPriceArguments, PriceSetArguments
from tools.pricing.deal_panel import sold_by_week
from tools.pricing.promotion_advice import fitted_deals
from tools.pricing.results import BestPrice
from tools.pricing.sales_panel import sold_in
from tools.pricing.season import DEALERS, PEAK_SEASON, in_peak, opens_in_days
from tools.pricing.situation import Situation, situation_of
from tools.reasons import reason_keys
from tools.sources import selected

PRICE_SET = "price_set"
_RECENT_WEEKS = 13


class SetLine(ToolResult):
    """One price: chosen, or the reason why it waits. `own` is its gain alone, `net` what is left of it in the set."""

    sku: str
    channel: str
    zone: str
    is_chosen: bool
    reasons: list[str]
    own: Cell
    taken: Cell | None = Field(default=None, description="what it takes from other products and channels")
    net: Cell | None = None
    net_low: Cell | None = None
    net_high: Cell | None = None
    doubt: float = Field(default=0.0, description="standard error of what it takes, for calculations")
    opens_in: Cell | None = Field(default=None, description="until the next day on which that list changes")


class ChannelInSet(ToolResult):
    """What bounds the changes of a channel's list now."""

    channel: str
    most_a_week: Cell
    set_this_week: Cell
    is_peak: bool
    opens_in: Cell = Field(description="until a dealers' list may change; 0: now")
    share_taken: Cell = Field(description="of units sold more, taken from the category")
    from_deals: bool = Field(description="the share comes from past deals; else it is a cautious prior")


class PriceSet(ToolResult):
    """Prices chosen together, and what they bring in sum. `correlation` is of the chosen, for calculations."""

    currency: str
    count: Cell
    waiting: Cell
    value: Cell
    low: Cell
    high: Cell
    taken: Cell
    apart: Cell = Field(description="the sum of what each would bring alone")
    coverage: Cell
    horizon: Cell
    channels: list[ChannelInSet]
    lines: list[SetLine]
    correlation: list[list[float]]


@dataclass(frozen=True)
class _Candidate:
    now: Situation
    view: BestPrice

    @property
    def key(self) -> str:
        return f"{self.now.product.sku} @ {self.now.channel.code}/{self.now.zone}"

    @property
    def gain(self) -> int:
        return 0 if self.view.profit_change is None else int(self.view.profit_change.value)

    @property
    def is_below_floor(self) -> bool:
        return self.view.floor_price is not None


def price_set(session: BrandSession, env: ToolEnv, args: PriceSetArguments) -> ToolAnswer:
    """Choose, out of prices that best_price would change, those to change together: what one takes from others of its
    category and from its product's other channels is counted off, only so many of a channel's list change in a week,
    dealers' lists change on their own days, and none in a peak unless it is below the margin floor. The chosen come
    with what they bring in sum, with an 80 % interval that counts how they move together; the others with the reason
    why they wait."""
    candidates = [_candidate(session, env, asked) for asked in {str(asked): asked for asked in args.prices}.values()]
    codes = {candidate.now.channel.code: candidate.now.channel for candidate in candidates}
    bounds = {code: _bounds(session, env, channel) for code, channel in codes.items()}
    waits = {candidate.key: _waits(candidate, bounds) for candidate in candidates}
    free = [candidate for candidate in candidates if not waits[candidate.key]]
    sold = _range(session, list(codes.values()), free)
    changes = {candidate.key: _change(session, env, candidate, sold) for candidate in free}
    room = {code: max(_count(bound.most_a_week) - _count(bound.set_this_week), 0) for code, bound in bounds.items()}
    picked = chosen(list(changes.values()), sold, room)
    crowded = Counter(changes[key].channel for key in picked)
    for candidate in free:
        if candidate.key not in picked:
            full = crowded[candidate.now.channel.code] >= room[candidate.now.channel.code]
            waits[candidate.key] = "enough_this_week" if full else "taken_from_range"
    by_key = {candidate.key: candidate for candidate in candidates}
    return ToolAnswer(
        _view(session, env, by_key, waits, [changes[key] for key in picked], sold, bounds),
        (
            sold_in(session, env, [channel.id for channel in codes.values()]),
            selected(session, "price_history", price_id=sorted(c.now.price.price_id for c in candidates)),
            selected(session, "product_cost", product_id=sorted({c.now.product.id for c in candidates})),
            selected(session, "brand_rules", version=rules_of(session).version),
        ),
    )


def _candidate(session: BrandSession, env: ToolEnv, asked: Any) -> _Candidate:
    now = situation_of(session, env, asked.sku, asked.channel, asked.zone)
    view = advise(session, env, now, BestPriceArguments(**asked.model_dump()))
    return _Candidate(now, view)


def _bounds(session: BrandSession, env: ToolEnv, channel: Channel) -> ChannelInSet:
    agreed = sum(action["channel"] == channel.code for action in windows.changes_agreed(session))
    share = _diversion(session, env, channel)
    return ChannelInSet(
        channel=channel.code,
        most_a_week=cells.count(rules_of(session).max_price_changes_a_week),
        set_this_week=cells.count(len(windows.set_this_week(session).get(channel.id, ())) + agreed),
        is_peak=in_peak(session, env, channel),
        opens_in=cells.days(opens_in_days(session, channel)),
        share_taken=cells.share(share.share),
        from_deals=share.is_estimated,
    )


def _diversion(session: BrandSession, env: ToolEnv, channel: Channel) -> Diversion:
    """What past deals of the channel tell of the share that a product takes from its category."""
    fit = fitted_deals(session, env, channel)
    if fit is None:
        return CAUTIOUS
    slopes, errors = fit.response.slopes, np.sqrt(np.diag(fit.response.covariance))
    return diversion_of(float(slopes[0]), float(errors[0]), float(slopes[-1]), float(errors[-1]))


def _waits(candidate: _Candidate, bounds: Mapping[str, ChannelInSet]) -> str:
    """Why a price cannot be changed now; empty where it may be."""
    if candidate.view.status != "change" or candidate.gain <= 0:
        return "not_advised"
    bound = bounds[candidate.now.channel.code]
    if bound.opens_in.value:
        return DEALERS
    return PEAK_SEASON if bound.is_peak and not candidate.is_below_floor else ""


def _range(session: BrandSession, channels: Sequence[Channel], candidates: Sequence[_Candidate]) -> Range:
    """What is sold now of the candidates' categories in their channels, and of the candidates in all channels."""
    if not candidates:
        return Range()
    products = {product.id: product for product in active_products(session)}
    wanted = {_category(candidate.now) for candidate in candidates}
    same = {candidate.now.product.sku for candidate in candidates}
    costs = reads.unit_costs_minor(session, set(products))
    of_category: dict[tuple[str, str], Shelf] = {}
    of_product: dict[str, dict[str, Shelf]] = {}
    mine = {channel.id for channel in channels}
    for channel in reads.channels(session):
        for product_id, (units, revenue) in weekly_contribution(session, channel.id, _RECENT_WEEKS).items():
            product, cost = products.get(product_id), costs.get(product_id)
            if product is None or cost is None or units <= 0:
                continue
            worth = revenue * reads.sale_terms(product, channel).kept_share - units * cost
            if product.sku in same:
                of_product.setdefault(product.sku, {})[channel.code] = Shelf(units, worth)
            if channel.id in mine and product.category and product.category in wanted:
                before = of_category.get((channel.code, product.category), Shelf())
                of_category[channel.code, product.category] = Shelf(
                    before.weekly_units + units, before.weekly_worth + worth
                )
    return Range(of_category, of_product)


def _category(now: Situation) -> str:
    return now.product.category or ""


def _change(session: BrandSession, env: ToolEnv, candidate: _Candidate, sold: Range) -> Change:
    now, view = candidate.now, candidate.view
    assert view.price is not None and view.profit_change_low is not None and view.profit_change_high is not None
    assert view.units_now is not None and view.units_then is not None and now.unit_cost_minor is not None
    shelf = sold.of_product.get(now.product.sku, {}).get(now.channel.code, Shelf(float(view.units_now.value)))
    kept, cost = now.terms.kept_share, now.unit_cost_minor
    return Change(
        key=candidate.key,
        channel=now.channel.code,
        product=now.product.sku,
        category=_category(now),
        gain=candidate.gain,
        low=min(float(view.profit_change_low.value), candidate.gain),
        high=max(float(view.profit_change_high.value), candidate.gain),
        units=float(view.units_then.value - view.units_now.value) * float(view.horizon.value),
        weekly_units=shelf.weekly_units,
        worth_now=now.price.amount_minor * kept - cost,
        worth_then=float(view.price.value) * kept - cost,
        diversion=_diversion(session, env, now.channel),
        must=candidate.is_below_floor,
    )


def _correlation(session: BrandSession, env: ToolEnv, picked: Sequence[_Candidate]) -> np.ndarray:
    """Of the gains of the picked, by how their weeks moved."""
    series: list[np.ndarray] = []
    for candidate in picked:
        weeks = sold_by_week(session, env, candidate.now.channel)
        if weeks is None or candidate.now.product.id not in weeks.products:
            series.append(np.full(1, np.nan))
            continue
        series.append(weeks.units[:, list(weeks.products).index(candidate.now.product.id)])
    longest = max((len(one) for one in series), default=0)
    padded = [np.concatenate([np.full(longest - len(one), np.nan), one]) for one in series]
    return correlation_of_weeks(np.column_stack(padded)) if padded else np.empty((0, 0))


def _view(
    session: BrandSession,
    env: ToolEnv,
    by_key: Mapping[str, _Candidate],
    waits: Mapping[str, str],
    picked: Sequence[Change],
    sold: Range,
    bounds: Mapping[str, ChannelInSet],
) -> PriceSet:
    currency = brand_of(session).currency
    correlation = _correlation(session, env, [by_key[change.key] for change in picked])
    promise = promise_of(picked, sold, correlation)
    nets = {change.key: (change, promise.taken[change.key]) for change in picked}
    order = [*(change.key for change in picked), *(key for key in by_key if key not in nets)]
    weeks = max((int(by_key[change.key].view.horizon.value) for change in picked), default=0)

    def money(minor: float) -> Cell:
        return cells.money(round(minor), currency)

    def line(key: str) -> SetLine:
        candidate = by_key[key]
        shown = SetLine(
            sku=candidate.now.product.sku,
            channel=candidate.now.channel.code,
            zone=candidate.now.zone,
            is_chosen=key in nets,
            reasons=[] if key in nets else reason_keys("pricing", [waits[key]]),
            own=money(candidate.gain),
            opens_in=bounds[candidate.now.channel.code].opens_in if waits[key] == DEALERS else None,
        )
        if key not in nets:
            return shown
        change, taken = nets[key]
        net: dict[str, Any] = {
            "taken": money(taken),
            "net": money(change.gain - taken),
            "net_low": money(change.low - taken),
            "net_high": money(change.high - taken),
            "doubt": abs(taken) * change.diversion.error / change.diversion.share if change.diversion.share else 0.0,
        }
        return shown.model_copy(update=net)

    lines = [line(key) for key in order]
    return PriceSet(
        currency=currency,
        count=cells.count(len(picked)),
        waiting=cells.count(sum(1 for key in by_key if waits[key] not in ("", "not_advised"))),
        value=money(promise.value),
        low=money(promise.low),
        high=money(promise.high),
        taken=money(sum(promise.taken.values())),
        apart=money(sum(change.gain for change in picked)),
        coverage=cells.share(0.80),
        horizon=cells.weeks(weeks),
        channels=list(bounds.values()),
        lines=lines,
        correlation=[[round(float(value), 4) for value in row] for row in correlation],
    )


def _count(cell: Cell) -> int:
    return int(cell.value)
