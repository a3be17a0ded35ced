"""Net value of messaging a segment: incremental margin less discounts, message costs and unsubscribes."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy

from analytics.customers.purchases import finite_column
from analytics.customers.response import ResponseEstimate
from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers
from analytics.statistics.proportions import Interval

MessageStatus = Literal["worth_it", "uncertain", "not_worth_it", "not_measurable"]
_NOBODY = Interval(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class MessageTerms:
    """Margin of an order and cost of a message, in minor units.

    `margin_per_order_minor` is before the discount, `discount_per_order_minor` the discount that each buyer takes;
    `unsubscribe_rate` is the extra share that leaves the list because of the message, with its interval.
    Raises InvalidNumbers for amounts that are not finite, a discount or cost below zero, or a share outside 0..1.
    """

    margin_per_order_minor: float
    discount_per_order_minor: float
    cost_per_message_minor: float
    unsubscribe_rate: Interval = _NOBODY

    def __post_init__(self) -> None:
        rate = self.unsubscribe_rate
        amounts = (self.margin_per_order_minor, self.discount_per_order_minor, self.cost_per_message_minor)
        if not np.isfinite(amounts).all() or min(amounts[1:]) < 0:
            raise InvalidNumbers("Margin, discount and cost are finite, the latter two not below zero.")
        if not 0 <= rate.low <= rate.value <= rate.high <= 1:
            raise InvalidNumbers("The unsubscribe rate is a share with its range in order.")


@dataclass(frozen=True)
class MessageValue:
    """Expected net value of messaging a segment, with its interval and the parts that make it; integer minor units.

    net = incremental_margin - discount_to_anyway - message_cost - lifetime_value_lost. Orders are expected numbers:
    `anyway_orders` without the message, `incremental_orders` by it. `break_even_uplift` is the change in P(buy) that
    would just pay; None where the discount eats the margin, so that none does. All but `status`, `reasons`,
    `customers` and `anyway_orders` are None where the response is not measurable.
    """

    status: MessageStatus
    reasons: tuple[str, ...]
    customers: int
    anyway_orders: float
    coverage: float
    break_even_uplift: float | None = None
    incremental_orders: float | None = None
    incremental_margin_minor: int | None = None
    discount_to_anyway_minor: int | None = None
    message_cost_minor: int | None = None
    lifetime_value_lost_minor: int | None = None
    net_minor: int | None = None
    low_minor: int | None = None
    high_minor: int | None = None
    probability_of_gain: float | None = None


def value_message(
    baseline: Floats, response: ResponseEstimate, terms: MessageTerms, lifetime_value_minor: Floats
) -> MessageValue:
    """The net value of messaging customers (n,), given each one's P(buy) within the horizon without it.

    Each brings (m - d) u - d b - c - s L: uplift u at margin m less discount d; the discount handed to the share b who
    would have bought anyway; the message; and lifetime value L lost with the share s who leave the list. u is capped
    where b + u would leave 0..1. The interval squares and adds what the ends of u and of s move the net by (the MOVER
    of Zou & Donner 2008), so that it keeps their asymmetry; `probability_of_gain` takes the side to zero as normal.
    One order a buyer is supposed, the same u for all. `lifetime_value_minor` (n,) is as of `lifetime.py`.
    Raises InvalidNumbers for nobody, shares outside 0..1, values below zero or lengths that differ.
    """
    b, worth = finite_column("baseline", baseline), finite_column("lifetime_value_minor", lifetime_value_minor)
    if not len(b) or b.shape != worth.shape or ((b < 0) | (b > 1)).any() or (worth < 0).any():
        raise InvalidNumbers("A segment has customers, each with a P(buy) in 0..1 and a value not below zero.")
    anyway = float(b.sum())
    uplift = response.uplift
    if not response.measurable or uplift is None:
        return MessageValue("not_measurable", response.reasons, len(b), anyway, response.coverage)
    segment = _Segment(b, float(worth.sum()), terms)
    leave = terms.unsubscribe_rate
    net = segment.net(uplift.value, leave.value)
    ends = [segment.net(end, leave.value) - net for end in (uplift.low, uplift.high)]
    left = [segment.net(uplift.value, end) - net for end in (leave.low, leave.high)]
    low = net - float(np.hypot(min(*ends, 0.0), min(left)))
    high = net + float(np.hypot(max(*ends, 0.0), max(left)))
    orders = segment.incremental_orders(uplift.value)
    return MessageValue(
        status="worth_it" if low > 0 else "not_worth_it" if high <= 0 else "uncertain",
        reasons=(),
        customers=len(b),
        anyway_orders=anyway,
        coverage=response.coverage,
        break_even_uplift=segment.break_even,
        incremental_orders=orders,
        incremental_margin_minor=round(orders * segment.kept_margin),
        discount_to_anyway_minor=round(anyway * terms.discount_per_order_minor),
        message_cost_minor=round(len(b) * terms.cost_per_message_minor),
        lifetime_value_lost_minor=round(leave.value * segment.worth),
        net_minor=round(net),
        low_minor=round(low),
        high_minor=round(high),
        probability_of_gain=_probability_of_gain(net, low, high, response.coverage),
    )


@dataclass(frozen=True, eq=False)
class _Segment:
    baseline: Floats
    worth: float
    terms: MessageTerms

    @property
    def kept_margin(self) -> float:
        return self.terms.margin_per_order_minor - self.terms.discount_per_order_minor

    @property
    def break_even(self) -> float | None:
        """The uplift at which the net is zero, nobody capped."""
        if self.kept_margin <= 0:
            return None
        customers = len(self.baseline)
        return (-self.net(0.0, self.terms.unsubscribe_rate.value)) / (customers * self.kept_margin)

    def incremental_orders(self, uplift: float) -> float:
        return float(np.clip(uplift, -self.baseline, 1 - self.baseline).sum())

    def net(self, uplift: float, unsubscribed: float) -> float:
        given_away = float(self.baseline.sum()) * self.terms.discount_per_order_minor
        costs = len(self.baseline) * self.terms.cost_per_message_minor + unsubscribed * self.worth
        return self.incremental_orders(uplift) * self.kept_margin - given_away - costs


def _probability_of_gain(net: float, low: float, high: float, coverage: float) -> float:
    reach = (net - low) if net > 0 else (high - net)
    if reach <= 0:
        return float(net > 0)
    return float(scipy.special.ndtr(net / (reach / scipy.special.ndtri((1 + coverage) / 2))))
