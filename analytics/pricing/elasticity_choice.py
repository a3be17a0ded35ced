"""Model choice among elasticity estimates by held-out prediction, or the reasons why none is usable."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from analytics.pricing.elasticity import (
    SPECIFICATIONS,
    ElasticityEstimate,
    Model,
    ModelFits,
    prices_follow_demand,
    t_quantile,
)
from analytics.pricing.heldout import HeldOut, Task, held_out_errors, paired_gap
from analytics.pricing.panel import SalesPanel
from analytics.statistics.errors import InvalidNumbers
from analytics.statistics.fixed_effects import absorb

Reason = Literal[
    "lowest_heldout_error",
    "tied_prefers_common_shocks_removed",
    "identified_over_time_only",
    "no_sales",
    "too_few_weeks",
    "too_few_rows",
    "too_few_distinct_prices",
    "too_little_price_variation",
    "too_many_weeks_without_sales",
    "no_model_identified",
    "prices_follow_demand",
    "elasticity_not_negative",
    "elasticity_not_significant",
]
Exclusion = Literal["not_identified", "prices_are_chain_wide", "leaves_promotion_in_price"]
SIGNIFICANCE = 0.05
HELD_OUT_UNIT = "natural log of units, root mean square"


@dataclass(frozen=True)
class DataFloor:
    """Minimum data for an elasticity estimate."""

    weeks: int = 26
    rows: int = 26
    distinct_prices: int = 3
    price_spread: float = 0.02
    """Standard deviation of log price within a location."""
    local_price_spread: float = 0.01
    """The same once each week's mean is taken out; below it, prices are chain-wide."""
    share_without_sales: float = 0.20


@dataclass(frozen=True)
class Candidate:
    """One model of the choice. `gap` is its held-out loss above the winner's, in squared log units."""

    model: Model
    estimate: ElasticityEstimate | None = None
    heldout_error: float | None = None
    gap: float | None = None
    gap_standard_error: float | None = None
    defensible: bool = False
    excluded: Exclusion | None = None


@dataclass(frozen=True)
class ElasticityChoice:
    """The chosen elasticity with an interval, every candidate, and machine-readable reasons with their numbers.

    When `insufficient`, the elasticity and interval are for information only, if present, and must not be acted upon.
    """

    status: Literal["usable", "insufficient"]
    reasons: tuple[Reason, ...]
    numbers: Mapping[str, float]
    candidates: tuple[Candidate, ...] = ()
    task: Task | None = None
    heldout_unit: str = HELD_OUT_UNIT
    model: Model | None = None
    elasticity: float | None = None
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None
    coverage: float = 0.90
    degrees_of_freedom: int | None = None


def choose_elasticity(
    panel: SalesPanel,
    *,
    models: Sequence[Model] = tuple(SPECIFICATIONS),
    coverage: float = 0.90,
    floor: DataFloor | None = None,
) -> ElasticityChoice:
    """Choose a model by held-out prediction and widen its interval by the disagreement of those equally defensible.

    Prices answer demand: they are cut for holidays, with advertising, everywhere at once; so what moved with price
    over time is not what price did. Where locations price apart, candidates are therefore judged on how a location
    departs from the others (`heldout.py`), which common shocks cannot fake. A model whose loss lies within one
    standard error of the lowest ties with it (Breiman et al. 1984, section 3.4.3), and a tie goes to a model that takes
    common shocks out. Where prices are chain-wide, only changes over time are left: the choice says so, lets only
    models stand that take promotion out, and refuses when prices are seen to follow demand.

    The interval's variance is the chosen model's sampling variance plus the mean squared distance to the other
    defensible models (after Buckland, Burnham & Augustin 1997, equation 9), less what their greater sampling variance
    explains (Hausman 1978, corollary 2.6). Defensible are those tied with it, and those that hold constant all that
    it does and more.
    """
    floor = floor or DataFloor()
    numbers = _facts(panel)
    reasons = _shortfalls(numbers, floor)
    if reasons:
        return ElasticityChoice("insufficient", reasons, numbers, coverage=coverage)
    local = numbers["local_price_spread"] >= floor.local_price_spread
    task: Task = "local_deviation" if local else "change_over_time"
    fits = ModelFits(panel)
    stood = [_candidate(panel, fits, model, coverage, local) for model in models]
    held_out = held_out_errors(panel, [c.model for c in stood if c.estimate], task, fits)
    if not held_out:
        return ElasticityChoice("insufficient", ("no_model_identified",), numbers, tuple(stood), task)
    winner, why = _elect(held_out)
    candidates = tuple(_judged(c, held_out, winner) for c in stood)
    if local:
        return _verdict(candidates, winner, (why,), numbers, task)
    with suppress(InvalidNumbers):
        numbers["p_value_prices_follow_demand"] = prices_follow_demand(panel, winner)
    return _verdict(candidates, winner, (why, "identified_over_time_only"), numbers, task)


def _facts(panel: SalesPanel) -> dict[str, float]:
    sold = panel.sold
    facts = {
        "rows": float(len(sold)),
        "weeks": float(len(sold.periods)),
        "locations": float(len(sold.locations)),
        "distinct_prices": float(len(np.unique(sold.price))),
        "share_without_sales": 1 - len(sold) / len(panel) if len(panel) else 0.0,
        "price_spread": 0.0,
        "local_price_spread": 0.0,
    }
    if len(sold):
        price = np.log(sold.price)[:, None]
        facts["price_spread"] = float(absorb(price, [sold.location]).std())
        facts["local_price_spread"] = float(absorb(price, [sold.location, sold.period]).std())
    return facts


def _shortfalls(numbers: Mapping[str, float], floor: DataFloor) -> tuple[Reason, ...]:
    if not numbers["rows"]:
        return ("no_sales",)
    short: dict[Reason, bool] = {
        "too_few_weeks": numbers["weeks"] < floor.weeks,
        "too_few_rows": numbers["rows"] < floor.rows,
        "too_few_distinct_prices": numbers["distinct_prices"] < floor.distinct_prices,
        "too_little_price_variation": numbers["price_spread"] < floor.price_spread,
        "too_many_weeks_without_sales": numbers["share_without_sales"] > floor.share_without_sales,
    }
    return tuple(reason for reason, holds in short.items() if holds)


def _candidate(panel: SalesPanel, fits: ModelFits, model: Model, coverage: float, local: bool) -> Candidate:
    controls = SPECIFICATIONS[model].controls
    if "week" in controls and not local:
        return Candidate(model, excluded="prices_are_chain_wide")
    if "promotion" not in controls and not local and np.ptp(panel.promotion, axis=0).any():
        return Candidate(model, excluded="leaves_promotion_in_price")
    try:
        return Candidate(model, fits.estimate(model, coverage))
    except InvalidNumbers:
        return Candidate(model, excluded="not_identified")


def _elect(held_out: Mapping[Model, HeldOut]) -> tuple[Model, Reason]:
    ranked = _by_loss(held_out)
    tied: list[Model] = [model for model in ranked if _ties(held_out, model, ranked[0])]
    shock_free: list[Model] = [model for model in tied if "week" in SPECIFICATIONS[model].controls]
    if shock_free and shock_free[0] != ranked[0]:
        return shock_free[0], "tied_prefers_common_shocks_removed"
    return ranked[0], "lowest_heldout_error"


def _by_loss(held_out: Mapping[Model, HeldOut]) -> list[Model]:
    by_loss: list[tuple[Model, HeldOut]] = sorted(held_out.items(), key=lambda entry: float(entry[1].losses.mean()))
    return [model for model, _ in by_loss]


def _ties(held_out: Mapping[Model, HeldOut], model: Model, best: Model) -> bool:
    gap, error = paired_gap(held_out[model].losses, held_out[best].losses)
    return gap <= error


def _judged(candidate: Candidate, held_out: Mapping[Model, HeldOut], winner: Model) -> Candidate:
    if candidate.model not in held_out:
        return candidate
    gap, error = paired_gap(held_out[candidate.model].losses, held_out[winner].losses)
    richer = SPECIFICATIONS[candidate.model].controls >= SPECIFICATIONS[winner].controls
    return replace(
        candidate,
        heldout_error=held_out[candidate.model].error,
        gap=gap,
        gap_standard_error=error,
        defensible=gap <= error or richer,
    )


def _verdict(
    candidates: tuple[Candidate, ...], winner: Model, why: tuple[Reason, ...], numbers: dict[str, float], task: Task
) -> ElasticityChoice:
    chosen = next(c.estimate for c in candidates if c.model == winner and c.estimate)
    others = [c.estimate for c in candidates if c.defensible and c.estimate and c.model != winner]
    disagreement = float(np.sqrt(np.mean([_disagreement(o, chosen) for o in others]))) if others else 0.0
    error = float(np.hypot(chosen.standard_error, disagreement))
    reach = t_quantile((1 + chosen.coverage) / 2, chosen.degrees_of_freedom) * error
    refusals = _refusals(chosen.elasticity, chosen.elasticity + reach, numbers)
    pooled = next((c.estimate.elasticity for c in candidates if c.model == "pooled" and c.estimate), None)
    return ElasticityChoice(
        status="insufficient" if refusals else "usable",
        reasons=refusals + why,
        numbers={
            **numbers,
            "sampling_error": chosen.standard_error,
            "disagreement": disagreement,
            "defensible_models": len(others) + 1.0,
            **({} if pooled is None else {"pooled_minus_chosen": pooled - chosen.elasticity}),
        },
        candidates=candidates,
        task=task,
        model=winner,
        elasticity=chosen.elasticity,
        standard_error=error,
        low=chosen.elasticity - reach,
        high=chosen.elasticity + reach,
        coverage=chosen.coverage,
        degrees_of_freedom=chosen.degrees_of_freedom,
    )


def _disagreement(other: ElasticityEstimate, chosen: ElasticityEstimate) -> float:
    """Squared distance of two estimates beyond what the other's greater sampling variance explains."""
    noise = max(other.standard_error**2 - chosen.standard_error**2, 0.0)
    return max((other.elasticity - chosen.elasticity) ** 2 - noise, 0.0)


def _refusals(elasticity: float, high: float, numbers: Mapping[str, float]) -> tuple[Reason, ...]:
    refusals: dict[Reason, bool] = {
        "prices_follow_demand": numbers.get("p_value_prices_follow_demand", 1.0) < SIGNIFICANCE,
        "elasticity_not_negative": elasticity >= 0,
        "elasticity_not_significant": elasticity < 0 <= high,
    }
    return tuple(reason for reason, holds in refusals.items() if holds)
