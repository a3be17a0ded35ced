"""Net effect of deals: the lift while they run, less the dip after them and cannibalisation of their category."""

from dataclasses import dataclass

import numpy as np

from analytics.pricing.panel import Codes, Floats
from analytics.pricing.poisson_panel import PoissonFit, fit_poisson
from analytics.statistics.errors import InvalidNumbers

LAG_BLOCKS = ((1, 2), (3, 4), (5, 8))
"""Blocks of weeks after a deal, first and last, with the same dip from purchases made ahead."""
LEAST_DEALS, LEAST_WEEKS = 12, 26
_DRAWS = 600
_QUARTER_WEEKS = 13


@dataclass(frozen=True, eq=False)
class DealPanel:
    """Weeks T of products P: units (T, P), NaN where not sold; log list price; share of the week under a deal.

    `category` (P,) are codes: products of one are taken to stand for each other.
    """

    units: Floats
    log_price: Floats
    deal: Floats
    category: Codes

    @property
    def deals(self) -> int:
        """Number of times a product went on a deal."""
        on = self.deal > 0
        return int((on[1:] & ~on[:-1]).sum() + on[0].sum())


@dataclass(frozen=True, eq=False)
class DealResponse:
    """The slopes of log units, of a whole week on a deal: during it, in each lag block, and of the category's others.

    `apart` (P,) is the deviation of a product's own lift from the common one, shrunk towards it as its deals are few,
    with `apart_error` (P,).
    """

    slopes: Floats
    covariance: Floats
    degrees_of_freedom: int
    apart: Floats
    apart_error: Floats
    deals: int


def deal_response(panel: DealPanel) -> DealResponse:
    """Fit the lift, the dips after it and the cannibalisation of past deals, over all products of a channel.

    log E q_it = d D_it + sum of b_l D_i(weeks of block l before t) + c (others' share on a deal in the category) +
    e log p_it + product-quarter + week: the dynamic form of van Heerde, Leeflang & Wittink 2000, equation 1, with
    Poisson variance and the category's other items as in van Heerde, Gupta & Wittink 2003, section 2. Products' own
    lifts are drawn in to the common one by their signal's share of variance (Efron & Morris 1975).
    Raises InvalidNumbers for too few weeks or deals, NotIdentified where deals never moved apart from all else.
    """
    weeks, products = panel.units.shape
    if weeks < LEAST_WEEKS or panel.deals < LEAST_DEALS:
        raise InvalidNumbers(f"{panel.deals} deals in {weeks} weeks are too few.")
    columns = [panel.deal, *_after(panel.deal), others_on_deal(panel), panel.log_price]
    known = np.isfinite(panel.units) & np.isfinite(panel.log_price)
    known[: LAG_BLOCKS[-1][1]] = False
    week, product = (codes.astype(np.int64) for codes in np.nonzero(known))
    quarter = product * (weeks // _QUARTER_WEEKS + 1) + week // _QUARTER_WEEKS
    x = np.column_stack([column[known] for column in columns])
    alive = np.ptp(x, axis=0) > 0
    fitted = fit_poisson(panel.units[known], x[:, alive], (quarter, week), product)
    slopes, covariance = np.zeros(len(columns)), np.zeros((len(columns), len(columns)))
    slopes[alive] = fitted.slopes
    covariance[np.ix_(alive, alive)] = fitted.covariance
    apart, error = _own_lifts(panel.units[known], panel.deal[known], product, fitted, products)
    used = len(columns) - 1  # the price is a control
    return DealResponse(slopes[:used], covariance[:used, :used], fitted.degrees_of_freedom, apart, error, panel.deals)


def _after(deal: Floats) -> list[Floats]:
    """For each lag block, the share of its weeks before that were under a deal."""
    lags = []
    for first, last in LAG_BLOCKS:
        total = np.zeros_like(deal)
        for lag in range(first, last + 1):
            total[lag:] += deal[:-lag]
        lags.append(total / (last - first + 1))
    return lags


def others_on_deal(panel: DealPanel) -> Floats:
    """Share (T, P) of its category's other usual sales that is on a deal beside each product."""
    usual = np.nan_to_num(np.nanmean(panel.units, axis=0))
    order = np.argsort(panel.category, kind="stable")
    starts = np.flatnonzero(np.diff(panel.category[order], prepend=np.nan))
    of_category = np.empty(len(usual), dtype=np.int64)
    of_category[order] = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(usual))))

    def others(values: Floats) -> Floats:
        return np.add.reduceat(values[:, order], starts, axis=1)[:, of_category] - values

    return others(panel.deal * usual) / np.maximum(others(usual[None, :]), 1e-9)


def _own_lifts(units: Floats, deal: Floats, product: Codes, fitted: PoissonFit, products: int) -> tuple[Floats, Floats]:
    """Each product's sold over expected units while on a deal, as logarithms, drawn in to none; and their errors."""
    on = deal > 0.5
    sold, expected = (np.bincount(product[on], values[on], products) for values in (units, fitted.expected))
    spread = max(float(((units - fitted.expected) ** 2)[on].sum() / max(fitted.expected[on].sum(), 1e-9)), 1.0)
    seen = (expected > 0) & (sold > 0)
    raw = np.where(seen, np.log(np.maximum(sold, 0.5) / np.maximum(expected, 1e-9)), 0.0)
    noise = np.where(seen, spread / np.maximum(expected, 1e-9), np.inf)
    signal = _signal(raw[seen], noise[seen])
    share = np.where(seen, signal / (signal + noise), 0.0)
    return share * raw, np.sqrt(signal * (1 - share))


def _signal(raw: Floats, noise: Floats) -> float:
    """Variance of products' own lifts, one standard error above the estimate, as few deals identify it."""
    if len(raw) < 3:
        return 0.0
    middle = float(np.mean(noise))
    return max(float(np.mean(raw**2)) - middle, 0.0) + middle * float(np.sqrt(2 / len(raw)))


@dataclass(frozen=True)
class DealTerms:
    """A deal to be valued: whole days, units a week without it, and a unit's margin in minor units without and with it.

    `category_minor` is the weekly margin of its category's other products, `weight` the product's average share of
    their category's other sales.
    """

    days: int
    weekly_units: float
    weekly_error: float
    unit_margin_minor: float
    deal_margin_minor: float
    category_minor: float
    weight: float


@dataclass(frozen=True)
class DealValue:
    """Gross profit of a deal against none, minor units: its parts and the whole with `low..high` at `coverage`."""

    lift_minor: float
    dip_minor: float
    cannibalised_minor: float
    net_minor: float
    low_minor: float
    high_minor: float
    lift: float
    bought_ahead: float
    """Share of the extra units that is missing afterwards."""
    coverage: float


def value_deal(response: DealResponse, product: int, terms: DealTerms, coverage: float = 0.80) -> DealValue:
    """Expected gross profit of a deal after dip and cannibalisation, with an interval.

    Draws from the fit's multivariate t and from the product's own lift. Raises InvalidNumbers for no days or units.
    """
    if terms.days <= 0 or terms.weekly_units <= 0:
        raise InvalidNumbers("A deal of at least a day, and sales without it, are needed.")
    rng = np.random.default_rng(20_030)
    width = len(response.slopes)
    root = np.linalg.cholesky(response.covariance + 1e-12 * np.eye(width))
    scale = np.sqrt(rng.chisquare(response.degrees_of_freedom, _DRAWS) / response.degrees_of_freedom)
    drawn = response.slopes + (rng.normal(size=(_DRAWS, width)) @ root.T) / scale[:, None]
    own_lift = response.apart[product] + response.apart_error[product] * rng.normal(size=_DRAWS)
    units = np.maximum(terms.weekly_units + terms.weekly_error * rng.normal(size=_DRAWS), 0.0)
    parts = _parts(drawn, own_lift, units, terms)
    middle = _parts(
        response.slopes[None, :], np.array([response.apart[product]]), np.array([terms.weekly_units]), terms
    )
    lift, dip, cannibalised = (float(part[0]) for part in middle[:3])
    tail = (1 - coverage) / 2
    net = parts[0] + parts[1] + parts[2]
    value = lift + dip + cannibalised
    low, high = np.quantile(net, [tail, 1 - tail])
    extra, missing = float(middle[3][0]), float(middle[4][0])
    return DealValue(
        lift_minor=lift,
        dip_minor=dip,
        cannibalised_minor=cannibalised,
        net_minor=value,
        low_minor=min(float(low), value),
        high_minor=max(float(high), value),
        lift=extra / (terms.weekly_units * terms.days / 7),
        bought_ahead=min(max(missing / extra, 0.0), 1.0) if extra > 0 else 0.0,
        coverage=coverage,
    )


def _parts(drawn: Floats, own_lift: Floats, units: Floats, terms: DealTerms) -> tuple[Floats, ...]:
    """Money of lift, dip and cannibalisation, and the extra and the missing units, by draw."""
    path = _path(terms.days)
    weeks = terms.days / 7
    lifted = np.exp(drawn[:, 0] + own_lift)
    lift = units * weeks * (lifted * terms.deal_margin_minor - terms.unit_margin_minor)
    effect = np.exp(drawn[:, 1:-1] @ np.stack(_after(path))) - 1
    missing = -effect.sum(axis=1) * units
    dip = -missing * terms.unit_margin_minor
    cannibalised = terms.category_minor * weeks * (np.exp(drawn[:, -1] * terms.weight) - 1)
    return lift, dip, cannibalised, units * weeks * (lifted - 1), missing


def _path(days: int) -> Floats:
    """The share of each week under the deal, from its first, until the last dip is over."""
    full_weeks, rest_days = divmod(days, 7)
    shares = [1.0] * full_weeks + ([rest_days / 7] if rest_days else [])
    return np.array([*shares, *([0.0] * LAG_BLOCKS[-1][1])])
