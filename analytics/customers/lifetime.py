"""Customer lifetime value: the expected discounted profit of each customer over a horizon."""

from dataclasses import dataclass

import numpy as np
import scipy

from analytics.customers.buying_fit import BuyingFit, check_coverage, check_unit
from analytics.customers.order_value import GammaGamma, SpendingFit
from analytics.customers.purchases import CustomerBase
from analytics.customers.repeat_buying import BgNbd
from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers
from analytics.statistics.likelihood import delta_error

_YEAR_DAYS = 365.25


@dataclass(frozen=True)
class ValueTerms:
    """The horizon in the base's time units, the profit margin as a share of an amount, and the yearly discount rate.

    Raises InvalidNumbers for a horizon of zero or less, a margin outside -1..1, or a rate of -100 % or less.
    """

    horizon: float
    margin_share: float
    yearly_discount_rate: float
    slices: int = 12

    def __post_init__(self) -> None:
        if not all(np.isfinite([self.horizon, self.margin_share, self.yearly_discount_rate])) or self.horizon <= 0:
            raise InvalidNumbers("A customer's value needs a horizon above zero, and finite terms.")
        if not -1 <= self.margin_share <= 1 or self.yearly_discount_rate <= -1 or self.slices < 1:
            raise InvalidNumbers("A margin is a share in -1..1, a discount rate above -100 %, and slices at least one.")


@dataclass(frozen=True, eq=False)
class LifetimeValues:
    """Discounted profit to expect of each customer (n,) over the horizon, in the amounts' money, and the total's range.

    `low` and `high` are None where a parameter or somebody's spending has no finite standard error.
    """

    value: Floats
    total: float
    coverage: float
    standard_error: float | None
    low: float | None
    high: float | None


def lifetime_values(
    buying: BuyingFit, spending: SpendingFit, base: CustomerBase, terms: ValueTerms, *, coverage: float = 0.80
) -> LifetimeValues:
    """CLV = margin * mean order * discounted expected purchases (Fader, Hardie & Lee 2005, "RFM and CLV", equation 1).

    Purchases are those of BG/NBD in each of the horizon's slices, discounted from its middle; orders those of
    Gamma-Gamma, which takes frequency and value for independent. The total's normal interval joins the parameters'
    errors and the customers' chance, both computed undiscounted and scaled down as the total is.
    Raises NotIdentified without models, InvalidNumbers for a coverage or time unit that does not fit.
    """
    check_coverage(coverage)
    check_unit(buying, base)
    model, orders = buying.needed_model, spending.needed_model
    mean_order = orders.expected_value(base)
    value = terms.margin_share * mean_order * _discounted_purchases(model, base, terms)
    total = float(value.sum())
    plain = float((mean_order * model.expected_purchases(base, terms.horizon)).sum())
    error = _undiscounted_error(buying, spending, base, terms.horizon)
    if error is None or plain <= 0:
        return LifetimeValues(value, total, coverage, None, None, None)
    error *= abs(total) / plain
    reach = float(scipy.special.ndtri((1 + coverage) / 2)) * error
    return LifetimeValues(value, total, coverage, error, total - reach, total + reach)


def _discounted_purchases(model: BgNbd, base: CustomerBase, terms: ValueTerms) -> Floats:
    ends = terms.horizon * np.arange(1, terms.slices + 1) / terms.slices
    middles_years = (ends - terms.horizon / terms.slices / 2) * base.unit_days / _YEAR_DAYS
    discounts = (1 + terms.yearly_discount_rate) ** -middles_years
    later = np.append(discounts[1:], 0.0)
    slices = zip(discounts, later, ends, strict=True)
    return np.sum([(now - after) * model.expected_purchases(base, end) for now, after, end in slices], axis=0)


def _undiscounted_error(buying: BuyingFit, spending: SpendingFit, base: CustomerBase, horizon: float) -> float | None:
    """Standard error of the customers' total spend; None where it is not finite."""
    model, orders = buying.needed_model, spending.needed_model
    squares = orders.square_of_value(base)
    if buying.covariance is None or spending.covariance is None or squares is None:
        return None
    mean_order, purchases = orders.expected_value(base), model.expected_purchases(base, horizon)
    of_buying = delta_error(
        lambda values: float(mean_order @ BgNbd(*values).expected_purchases(base, horizon)),
        buying.parameters,
        buying.covariance,
    )
    of_spending = delta_error(
        lambda values: float(purchases @ GammaGamma(*values).expected_value(base)),
        np.array([orders.p, orders.q, orders.gamma]),
        spending.covariance,
    )
    counted = model.purchase_variance(base, horizon) + purchases**2
    chance = purchases * squares / orders.p + counted * squares - (purchases * mean_order) ** 2
    return float(np.sqrt(of_buying**2 + of_spending**2 + chance.sum()))
