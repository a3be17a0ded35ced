"""Analyses one price: which elasticity to trust, and the best price that the brand's rules allow."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, hypot, log
from typing import Any

from analytics.pricing.baseline import Baseline, baseline_units
from analytics.pricing.best_price import ElasticityBelief, PriceAdvice, PriceBounds, ProfitForecast, forecast_profit
from analytics.pricing.best_price import best_price as best_allowed_price
from analytics.pricing.elasticity_choice import Candidate, ElasticityChoice, choose_elasticity
from analytics.statistics.errors import InvalidNumbers
from domain.figure import Cell
from domain.money import BPS, share_bps
from store.session import BrandSession
from tools import cells
from tools.base import ToolAnswer, ToolEnv
from tools.pricing.arguments import BestPriceArguments, PriceArguments
from tools.pricing.channel_ladder import ladder_edges
from tools.pricing.competitor_reaction import reaction_of
from tools.pricing.results import BestPrice, Elasticity, ElasticityCandidate
from tools.pricing.sales_panel import sales_of, sales_source, totals_at
from tools.pricing.situation import Corridor, Situation, corridor_of, situation_of, sources_of
from tools.reasons import reason_keys
from tools.sources import RowSelection

_SUREST = 0.995
"""A forecast weighs some two hundred elasticities; a probability beyond what these can tell is not claimed."""

FLOOR_STEP_WEEKS = 2
"""A step towards the margin floor is measured this soon, so that the next one need not wait for long."""
DOUBTFUL = ElasticityBelief(-2.5, 1.0)
"""Where sales do not tell how demand answers: it is taken to leave faster than most demand is known to. For steps
towards the margin floor alone; nothing else is built on it."""

_FACTS = ("weeks", "rows", "locations", "distinct_prices", "defensible_models")


_FROM_SALES = tuple(
    f"/{name}"
    for name in BestPrice.model_fields
    if name not in ("price_now", "margin_now", "horizon", "ladder_low", "ladder_high")
)


@dataclass(frozen=True)
class DemandEstimate:
    """The demand for one price: elasticity alone, elasticity once rivals have answered, and sales at today's."""

    own: ElasticityBelief
    belief: ElasticityBelief
    baseline: Baseline


def price_elasticity(session: BrandSession, env: ToolEnv, args: PriceArguments) -> ToolAnswer:
    """Estimate how demand for one product in one channel answers to its price. Several models stand; the one that
    foresees held-out weeks best is chosen, with an interval, held-out errors of all, and the reasons. Where the data
    do not suffice the status is `insufficient`, and nothing may be built on it."""
    now = situation_of(session, env, args.sku, args.channel, args.zone)
    choice = _choice(session, env, now)
    return ToolAnswer(_elasticity_view(now, choice), (sales_source(session, env, now),))


def belief_of(session: BrandSession, env: ToolEnv, now: Situation) -> tuple[float, float, int] | None:
    """A price's elasticity, its standard error and degrees of freedom; None where it is not to be trusted."""
    return _belief(_choice(session, env, now))


def _choice(session: BrandSession, env: ToolEnv, now: Situation) -> ElasticityChoice:
    return env.once(("elasticity", now.price.price_id), lambda: choose_elasticity(sales_of(session, env, now)))


def _elasticity_view(now: Situation, choice: ElasticityChoice) -> Elasticity:
    chosen = next((candidate for candidate in choice.candidates if candidate.model == choice.model), None)
    plain = next((candidate for candidate in choice.candidates if candidate.model == "pooled"), None)
    return Elasticity(
        sku=now.product.sku,
        channel=now.channel.code,
        zone=now.zone,
        status=choice.status,
        reasons=reason_keys("pricing", choice.reasons),
        model=choice.model,
        elasticity=cells.ratio(choice.elasticity),
        low=cells.ratio(choice.low),
        high=cells.ratio(choice.high),
        coverage=cells.share(choice.coverage),
        heldout_error=cells.ratio(chosen.heldout_error, 3) if chosen else None,
        plain_regression=cells.ratio(plain.estimate.elasticity) if plain and plain.estimate else None,
        plain_is_trusted=bool(plain and plain.defensible),
        candidates=[_candidate_view(candidate, choice) for candidate in choice.candidates],
        facts={name: cells.count(choice.numbers[name]) for name in _FACTS if name in choice.numbers},
        belief=_belief(choice),
    )


def _candidate_view(candidate: Candidate, choice: ElasticityChoice) -> ElasticityCandidate:
    estimate = candidate.estimate
    return ElasticityCandidate(
        model=candidate.model,
        elasticity=cells.ratio(estimate.elasticity if estimate else None),
        low=cells.ratio(estimate.low if estimate else None),
        high=cells.ratio(estimate.high if estimate else None),
        heldout_error=cells.ratio(candidate.heldout_error, 3),
        chosen=candidate.model == choice.model,
        defensible=candidate.defensible,
        excluded=candidate.excluded,
    )


def _belief(choice: ElasticityChoice) -> tuple[float, float, int] | None:
    if choice.status != "usable":
        return None
    if choice.elasticity is None or choice.standard_error is None or choice.degrees_of_freedom is None:
        return None
    return choice.elasticity, choice.standard_error, choice.degrees_of_freedom


def best_price(session: BrandSession, env: ToolEnv, args: BestPriceArguments) -> ToolAnswer:
    """Find the price with the highest expected gross profit that the brand's rules allow today, over a horizon of
    eight weeks by default: the expected change of profit with an 80 % interval, how likely profit rises, units before
    and after. Advises to keep the price where a gain is not likely enough, and abstains where data are lacking."""
    now = situation_of(session, env, args.sku, args.channel, args.zone)
    return ToolAnswer(advise(session, env, now, args), sources_behind(session, env, now))


def sources_behind(session: BrandSession, env: ToolEnv, now: Situation) -> tuple[RowSelection, ...]:
    """The rows that an answer of the shape `BestPrice` was read from."""
    return (sales_source(session, env, now).bearing_on(*_FROM_SALES), *sources_of(session, env, now))


def advise(session: BrandSession, env: ToolEnv, now: Situation, args: BestPriceArguments) -> BestPrice:
    """The advice for one price: none while its last change waits to be charged or measured; a step towards the brand's
    margin floor where it is below that and no better price is. Worked out once a run."""
    asked = ("advice", now.price.price_id, args.horizon_weeks)
    return env.once(asked, lambda: _advise(session, env, now, args))


def _advise(session: BrandSession, env: ToolEnv, now: Situation, args: BestPriceArguments) -> BestPrice:
    if now.held_by:
        return _held(session, now, args)
    demand = demand_of(session, env, now)
    if not isinstance(demand, DemandEstimate):
        view = _without_advice(now, args, demand)
    else:
        view = _best(session, env, now, args, demand)
    return view if view.status == "change" else _towards_floor(session, env, now, args, view)


def _held(session: BrandSession, now: Situation, args: BestPriceArguments) -> BestPrice:
    left = None if now.measured_at is None else max((now.measured_at - session.ctx.known_until).days, 1)
    return _without_advice(now, args, [now.held_by]).model_copy(
        update={
            "status": "keep",
            "margin_now": now.margin(now.price.amount_minor),
            "listed": None if now.listed_minor is None else cells.money(now.listed_minor, now.currency),
            "measured_in": None if left is None or not now.is_charged else cells.days(left),
        }
    )


def _towards_floor(
    session: BrandSession, env: ToolEnv, now: Situation, args: BestPriceArguments, view: BestPrice
) -> BestPrice:
    """The next step to the margin floor, of a price below it; where there is none, the advice that there was, and
    why."""
    price = now.price.amount_minor
    margin = now.margin_bps(price)
    if margin is None or margin >= now.rules.min_margin_bps:
        return view
    corridor = corridor_of(session, env, now)
    floor = corridor.floor_minor
    if floor is None:
        return view.model_copy(update={"reasons": reason_keys("pricing", ["floor_out_of_reach"])})
    up = ceil(log(floor / price) / log(1 + now.rules.max_price_change_bps_per_day / BPS))
    reach = {"floor_price": cells.money(floor, now.currency), "floor_steps": cells.count(max(up, 1))}
    kept = view.model_copy(update=reach)
    target = _next_step(session, env, now, corridor, floor)
    if target <= price:
        reasons = [*kept.reasons, *reason_keys("pricing", ["floor_beyond_bounds"])]
        return kept.model_copy(update={"reasons": list(dict.fromkeys(reasons))})
    demand = demand_of(session, env, now)
    known = isinstance(demand, DemandEstimate)
    belief = demand.belief if isinstance(demand, DemandEstimate) else DOUBTFUL
    try:
        totals = totals_at(sales_of(session, env, now), price, belief.elasticity)
        baseline = baseline_units(totals.units, totals.promoted)
        weeks = min(args.horizon_weeks, FLOOR_STEP_WEEKS)
        forecast = forecast_profit(baseline, price, target, now.margins(), belief, horizon_periods=weeks)
    except InvalidNumbers:
        return kept
    if forecast.change_minor <= 0:
        return kept.model_copy(update={"reasons": reason_keys("pricing", ["floor_loses_more"])})
    reasons = ["raise_to_floor", *(["best_price_is_at_a_bound"] if target < floor else [])]
    stepped = _without_advice(now, args, reasons).model_copy(
        update={
            "status": "change",
            "horizon": cells.weeks(weeks),
            "margin_now": now.margin(price),
            "units_now": cells.units_a_week(baseline.units),
            "prior": not known,
            **_changed(now, forecast, baseline.units),
        }
    )
    return stepped.model_copy(update=reach)


def _next_step(session: BrandSession, env: ToolEnv, now: Situation, corridor: Corridor, floor: int) -> int:
    """As near to the floor as the rules and the ladder of channels allow today, in the brand's steps of prices."""
    ladder = ladder_edges(session, env, now.product, now.channel) if not now.zone else (None, None)
    high = corridor.high_minor if ladder[1] is None else min(corridor.high_minor, ladder[1])
    step, offset = corridor.step_minor, corridor.offset_minor
    keeps_it = floor + (offset - floor) % step
    return keeps_it if keeps_it <= high else high - (high - offset) % step


def _best(
    session: BrandSession, env: ToolEnv, now: Situation, args: BestPriceArguments, demand: DemandEstimate
) -> BestPrice:
    own, belief, baseline = demand.own, demand.belief, demand.baseline
    corridor = corridor_of(session, env, now)
    ladder = ladder_edges(session, env, now.product, now.channel) if not now.zone else (None, None)

    def best(bounds: PriceBounds) -> PriceAdvice:
        price, margins = now.price.amount_minor, now.margins()
        return best_allowed_price(baseline, price, margins, belief, bounds, horizon_periods=args.horizon_weeks)

    advice, at_edge = _inside_ladder(best, corridor.bounds(), ladder)
    if advice.status == "keep" and not corridor.day_limit_bps:
        advice = replace(advice, reasons=("day_limit_used_up",), forecast=None)
    view = _advice_view(now, args, advice, baseline.units)
    view = view.model_copy(update=_ladder_view(view, now, ladder, at_edge))
    if belief is own or advice.forecast is None or advice.status != "change":
        return view
    alone = forecast_profit(
        baseline, now.price.amount_minor, advice.price_minor, now.margins(), own, horizon_periods=args.horizon_weeks
    )
    given_back = cells.money(alone.change_minor - advice.forecast.change_minor, now.currency)
    return view.model_copy(update={"given_back": given_back})


def demand_of(session: BrandSession, env: ToolEnv, now: Situation) -> DemandEstimate | list[str]:
    """The demand for one price as estimated today, or the reasons why nothing can be foreseen of it."""
    choice = _choice(session, env, now)
    trusted = _belief(choice)
    if trusted is None:
        return list(choice.reasons)
    if now.unit_cost_minor is None:
        return ["no_unit_cost"]
    reaction = reaction_of(session, env, now.channel)
    own = ElasticityBelief(*trusted)
    belief = _with_rivals(own, reaction.belief)
    totals = totals_at(sales_of(session, env, now), now.price.amount_minor, belief.elasticity)
    try:
        return DemandEstimate(own, belief, baseline_units(totals.units, totals.promoted))
    except InvalidNumbers:
        return ["too_few_weeks"]


def _with_rivals(own: ElasticityBelief, answer: tuple[float, float] | None) -> ElasticityBelief:
    """A price's elasticity after rivals have answered it: the effect of their answer added, and its uncertainty."""
    if answer is None:
        return own
    return replace(own, elasticity=own.elasticity + answer[0], standard_error=hypot(own.standard_error, answer[1]))


def _inside_ladder(
    best: Callable[[PriceBounds], PriceAdvice], bounds: PriceBounds, ladder: tuple[int | None, int | None]
) -> tuple[PriceAdvice, bool]:
    """The best price that breaks no rung of the ladder further, and whether the ladder held it."""
    free = best(bounds)
    low, high = ladder
    if (low is None or free.price_minor >= low) and (high is None or free.price_minor <= high):
        return free, False
    inside = replace(
        bounds,
        low_minor=bounds.low_minor if low is None else max(bounds.low_minor, low),
        high_minor=bounds.high_minor if high is None else min(bounds.high_minor, high),
    )
    return best(inside), True


def _ladder_view(
    view: BestPrice, now: Situation, ladder: tuple[int | None, int | None], at_edge: bool
) -> dict[str, Any]:
    low, high = ladder
    update: dict[str, Any] = {
        "ladder_low": None if low is None else cells.money(low, now.currency),
        "ladder_high": None if high is None else cells.money(high, now.currency),
    }
    if at_edge:
        reason = "held_at_ladder_edge" if view.status == "change" else "would_break_ladder"
        beside = reason_keys("pricing", ("best_price_is_at_a_bound", "already_best"))
        kept = [key for key in view.reasons if key not in beside]
        reasons = [*kept, reason]
        update |= {"reasons": reason_keys("pricing", reasons)}
    return update


def foreseen_at(now: Situation, args: BestPriceArguments, demand: DemandEstimate, price_minor: int) -> BestPrice:
    """The forecast for a price of a person's choice, computed as the advice is."""
    forecast = forecast_profit(
        demand.baseline,
        now.price.amount_minor,
        price_minor,
        now.margins(),
        demand.belief,
        horizon_periods=args.horizon_weeks,
    )
    today = {"margin_now": now.margin(now.price.amount_minor), "units_now": cells.units_a_week(demand.baseline.units)}
    return _without_advice(now, args, []).model_copy(
        update={"status": "change", **today, **_changed(now, forecast, demand.baseline.units)}
    )


def _without_advice(now: Situation, args: BestPriceArguments, reasons: list[str]) -> BestPrice:
    return BestPrice(
        sku=now.product.sku,
        channel=now.channel.code,
        zone=now.zone,
        currency=now.currency,
        status="abstained",
        reasons=reason_keys("pricing", reasons),
        price_now=cells.money(now.price.amount_minor, now.currency),
        horizon=cells.weeks(args.horizon_weeks),
    )


def _advice_view(now: Situation, args: BestPriceArguments, advice: PriceAdvice, units_now: float) -> BestPrice:
    price, forecast = now.price.amount_minor, advice.forecast
    base = _without_advice(now, args, list(advice.reasons)).model_copy(
        update={
            "status": advice.status,
            "margin_now": now.margin(price),
            "units_now": cells.units_a_week(units_now),
        }
    )
    if advice.status == "change" and forecast is not None:
        return base.model_copy(update=_changed(now, forecast, units_now))
    if forecast is None or forecast.price_minor == price:
        return base
    considered = {
        "considered_price": cells.money(forecast.price_minor, now.currency),
        "considered_probability": _probability(forecast),
    }
    return base.model_copy(update=considered)


def _changed(now: Situation, forecast: ProfitForecast, units_now: float) -> dict[str, Cell | None]:
    price, kept = now.price.amount_minor, now.terms.kept_share
    same_units = (forecast.price_minor - price) * kept * units_now * forecast.horizon_periods
    return {
        "price": cells.money(forecast.price_minor, now.currency),
        "change": cells.rate(share_bps(forecast.price_minor - price, price)),
        "margin_then": now.margin(forecast.price_minor),
        "units_then": cells.units_a_week(forecast.expected_units),
        "profit_change": cells.money(forecast.change_minor, now.currency),
        "profit_change_low": cells.money(forecast.low_minor, now.currency),
        "profit_change_high": cells.money(forecast.high_minor, now.currency),
        "profit_change_same_units": cells.money(same_units, now.currency),
        "coverage": cells.share(forecast.coverage),
        "probability": _probability(forecast),
    }


def _probability(forecast: ProfitForecast) -> Cell:
    return cells.share(min(max(forecast.probability_of_gain, 1 - _SUREST), _SUREST))
