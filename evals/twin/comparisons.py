"""The product's figures for the twin beside the true ones: elasticities, forecasts, promises, measured outcomes."""

import copy
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np
from scipy import special

from actions.pricing.price_outcome import measure_price_change
from analytics.pricing.baseline import baseline_units
from analytics.pricing.best_price import ElasticityBelief, forecast_profit
from analytics.pricing.elasticity_choice import choose_elasticity
from analytics.statistics.errors import InvalidNumbers
from domain.errors import NotFound
from domain.pricing import PriceUpdate
from evals.twin.desk import Wish
from evals.twin.office import BRAND, TwinOffice, cloned, morning, night
from evals.twin.run import LivedPast
from memory.knowledge import KnowledgeBase
from simulation.catalog import CATEGORIES, CHANNELS, PRODUCTS, SKUS, STANDS
from simulation.draws import Floats
from simulation.expectation import own_elasticity
from simulation.feed import gathered
from simulation.happenings import Day
from simulation.world import World
from store.database import Database
from store.session import BrandSession
from tools.base import ToolEnv
from tools.pricing.sales_panel import sales_of, totals_at
from tools.pricing.situation import Situation, situation_of

HORIZON_WEEKS = 8
FORECAST_COVERAGE = 0.80
MOVE = 0.09
"""By how much prices are moved to see what comes of it: up and down by turns, within a day's limit."""


@dataclass(frozen=True)
class Compared:
    """One answer beside the truth. `value` is None where the product did not answer."""

    kind: str
    channel: str
    sku: str
    truth: float
    value: float | None = None
    low: float = float("nan")
    high: float = float("nan")
    coverage: float = 0.0


def compare_analysis(database: Database, past: LivedPast) -> Iterator[Compared]:
    """Each price's elasticity (trusted, and by a plain regression) and the weeks to come, as of the opening day."""
    truth = own_elasticity(past.world.truth, _mean_price(past.world))
    sold = _units_to_come(past.world)
    with cloned(database, past.template, past.twin) as twin:
        twin.at(morning(past.world))
        for c, channel in enumerate(CHANNELS):
            for p, sku in enumerate(SKUS):
                with twin.database.read(twin.owner) as session:
                    yield from _analysed(session, twin, sku, channel, float(truth[p, c]), float(sold[p, c]))


def _mean_price(world: World) -> Floats:
    """About what was asked in the past: the usual prices, round which the former manager's list moved."""
    return world.truth.base_price


def _analysed(
    session: BrandSession, twin: TwinOffice, sku: str, channel: str, elasticity: float, units: float
) -> Iterator[Compared]:
    env = _env(twin)
    now = situation_of(session, env, sku, channel, "")
    panel = sales_of(session, env, now)
    choice = choose_elasticity(panel)
    usable = choice.status == "usable"
    yield Compared(
        "elasticity, trusted", channel, sku, elasticity, choice.elasticity if usable else None,
        choice.low or 0.0, choice.high or 0.0, choice.coverage,
    )  # fmt: skip
    plain = next(
        (candidate.estimate for candidate in choice.candidates if candidate.model == "pooled" and candidate.estimate),
        None,
    )
    if plain is not None:
        yield Compared(
            "elasticity, plain regression", channel, sku, elasticity, plain.elasticity, plain.low, plain.high,
            plain.coverage,
        )  # fmt: skip
    yield _forecast(panel, now, choice.elasticity if usable else 0.0, channel, sku, units)
    last = panel.period.max() if len(panel) else 0
    recent = panel.units[panel.period > last - HORIZON_WEEKS].sum() / HORIZON_WEEKS
    yield Compared("weekly units, mean of the last eight weeks", channel, sku, units, float(recent))


def _forecast(panel: Any, now: Situation, elasticity: float | None, channel: str, sku: str, units: float) -> Compared:
    kind = "weekly units, forecast"
    try:
        totals = totals_at(panel, now.price.amount_minor, elasticity or 0.0)
        baseline = baseline_units(totals.units, totals.promoted)
    except InvalidNumbers:
        return Compared(kind, channel, sku, units)
    reach = float(special.ndtri((1 + FORECAST_COVERAGE) / 2)) * baseline.error_over(HORIZON_WEEKS)
    return Compared(
        kind, channel, sku, units, baseline.units, baseline.units - reach, baseline.units + reach, FORECAST_COVERAGE
    )


def _env(twin: TwinOffice) -> ToolEnv:
    known: dict[tuple[Hashable, ...], Any] = {}

    def once(name: tuple[Hashable, ...], read: Callable[[], Any]) -> Any:
        if name not in known:
            known[name] = read()
        return known[name]

    search = partial(KnowledgeBase().search, twin.database)
    return ToolEnv(run_id=twin.owner.new_id(), agent="truth_check", once=once, search=search)


def _units_to_come(world: World) -> Floats:
    """(P, C) mean units of the next weeks if nothing is changed."""
    days = [_by_channel(day)[0] for day in _lived(world, HORIZON_WEEKS * 7)]
    return np.sum(days, axis=0) / HORIZON_WEEKS


def _lived(world: World, days: int) -> list[Day]:
    future = copy.deepcopy(world)
    return [future.step() for _ in range(days)]


def _by_channel(day: Day) -> tuple[Floats, Floats]:
    """(P, C) units, and the money charged for them in cents."""
    units, charged = np.zeros((len(PRODUCTS), len(CHANNELS))), np.zeros((len(PRODUCTS), len(CHANNELS)))
    units[:, :3], charged[:, :3] = day.online_units, day.online_units * day.online_price
    units[:, STANDS] = day.stand_units.sum(axis=1)
    charged[:, STANDS] = (day.stand_units * day.stand_price).sum(axis=1)
    for order in day.dealer_orders:
        units[:, 3] += order.units
        charged[:, 3] += order.units * order.price * 100
    return units, charged


def compare_outcomes(database: Database, past: LivedPast, days: int) -> Iterator[Compared]:
    """Move the price of one product of four categories in each channel in turn, and live on with and without.

    What the moves truly brought is the difference between two worlds of the same luck, of the product itself in its
    channel: what a promise is about, and what an outcome measures. The world goes on to `days`; effects are counted
    over the promise's weeks.
    """
    for c, channel in enumerate(CHANNELS):
        wishes = list(_moves(past, channel))
        yield from _promised(database, past, c, wishes)
        with cloned(database, past.template, past.twin) as twin:
            yield from _measured(twin, past, c, wishes, days)


def _moves(past: LivedPast, channel: str) -> Iterator[Wish]:
    """One product each of four categories, of those that sell most in the channel, up and down by turns."""
    c, seed = CHANNELS.index(channel), past.world.plan.seed
    sales = past.world.truth.base_price[:, c] * past.world.weekly_units[-13:].mean(axis=0)
    for at in range(4):
        category = (at + seed + c) % len(CATEGORIES)
        product = int(np.argmax(np.where(past.world.truth.category == category, sales, -1.0)))
        now = int(past.world.list_price[product, c])
        wanted = round(now * (1 + (MOVE if (at + seed) % 2 else -MOVE)))
        yield Wish(product, channel, wanted, 0.0, "to see what comes of it")


def _true_effect(past: LivedPast, c: int, wishes: list[Wish]) -> dict[int, float]:
    """Cents of gross profit by product over the promise's weeks, against the same world without the moves."""
    moved = copy.deepcopy(past.world)
    for wish in wishes:
        moved.list_price[wish.product, c] = wish.price
    with_, without = (_profit(_lived(world, HORIZON_WEEKS * 7), past.world) for world in (moved, past.world))
    return {wish.product: float(with_[wish.product, c] - without[wish.product, c]) for wish in wishes}


def _profit(days: list[Day], world: World) -> Floats:
    units, charged = (sum(parts) for parts in zip(*map(_by_channel, days), strict=True))
    return charged * world.truth.kept_share - units * world.unit_cost[:, None] * 100


def _promised(database: Database, past: LivedPast, c: int, wishes: list[Wish]) -> Iterator[Compared]:
    """The profit that the analysis would have promised for each move."""
    effects = _true_effect(past, c, wishes)
    with cloned(database, past.template, past.twin) as twin:
        twin.at(morning(past.world))
        for wish in wishes:
            with twin.database.read(twin.owner) as session:
                yield _promise(session, twin, wish, effects[wish.product])


def _promise(session: BrandSession, twin: TwinOffice, wish: Wish, truth: float) -> Compared:
    kind, sku, env = "profit of a price move, promised", SKUS[wish.product], _env(twin)
    now = situation_of(session, env, sku, wish.channel, "")
    panel = sales_of(session, env, now)
    choice = choose_elasticity(panel)
    if choice.status != "usable" or choice.elasticity is None or choice.standard_error is None:
        return Compared(kind, wish.channel, sku, truth / 100)
    totals = totals_at(panel, now.price.amount_minor, choice.elasticity)
    belief = ElasticityBelief(choice.elasticity, choice.standard_error, choice.degrees_of_freedom)
    promised = forecast_profit(
        baseline_units(totals.units, totals.promoted), now.price.amount_minor, wish.price, now.margins(), belief,
        horizon_periods=HORIZON_WEEKS,
    )  # fmt: skip
    ends = (promised.change_minor / 100, promised.low_minor / 100, promised.high_minor / 100)
    return Compared(kind, wish.channel, sku, truth / 100, *ends, promised.coverage)


def _measured(twin: TwinOffice, past: LivedPast, c: int, wishes: list[Wish], days: int) -> Iterator[Compared]:
    """Carry the moves out in the product, live on, and measure as the product does."""
    world, feed = copy.deepcopy(past.world), copy.deepcopy(past.feed)
    twin.at(morning(world))
    twin.ask(wishes)
    twin.work()
    world.list_price = twin.list_price(world.list_price)
    done = [wish for wish in wishes if world.list_price[wish.product, c] == wish.price]
    since = twin.clock.now()
    effects = _true_effect(past, c, done)
    twin.clock.at = since
    reports = [feed.report(world.step()) for _ in range(days)]
    twin.at(night(world))
    twin.deliver(gathered(reports))
    until = since + timedelta(weeks=HORIZON_WEEKS + 1)
    for wish in done:
        action = PriceUpdate(
            sku=SKUS[wish.product], channel=wish.channel, price_minor=wish.price, currency=BRAND.currency
        )
        yield _outcome(twin, action, since, until, effects[wish.product] / 100)


def _outcome(twin: TwinOffice, action: PriceUpdate, since: Any, until: Any, truth: float) -> Compared:
    kind = "profit of a price move, measured"
    with twin.database.read(twin.owner) as session:
        try:
            measured = measure_price_change(session, action, since, until)
        except NotFound:
            return Compared(kind, action.channel, action.sku, truth)
    if measured.effect is None or measured.low is None or measured.high is None:
        return Compared(kind, action.channel, action.sku, truth)
    return Compared(
        kind, action.channel, action.sku, truth, measured.effect / 100, measured.low / 100, measured.high / 100,
        measured.coverage_bps / 10_000,
    )  # fmt: skip
