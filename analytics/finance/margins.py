"""Contribution margins by product and channel, and the bridge between two periods."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Literal

from analytics.statistics.errors import InvalidNumbers
from analytics.statistics.rounding import largest_remainders
from domain.money import BPS, LARGEST_MINOR, share_bps
from domain.pricing import SaleTerms

Effect = Literal[
    "volume", "mix", "price", "discounts", "returns", "fees", "unit_cost", "variable_costs", "begun", "ended"
]
_PARTS: Mapping[Effect, str] = {
    "price": "list_net_minor",
    "discounts": "discounts_net_minor",
    "returns": "refunds_net_minor",
    "fees": "fees_minor",
    "unit_cost": "cost_minor",
    "variable_costs": "variable_minor",
}
_NO_TERMS = SaleTerms()


@dataclass(frozen=True)
class BookedSales:
    """A product's sales in a channel over a period, as they were booked; whole units and minor units.

    `list_minor` is what the units would have cost at list price, `discounts_minor` what was taken off, `refunds_minor`
    what was paid back for returns; all three hold VAT. `restocked_units` came back fit for sale. `variable_minor` is
    whatever else such sales cause, without VAT: postage, packing, payment, attributed advertising.
    """

    product: str
    channel: str
    units: int
    list_minor: int
    unit_cost_minor: int
    discounts_minor: int = 0
    refunds_minor: int = 0
    restocked_units: int = 0
    variable_minor: int = 0
    terms: SaleTerms = _NO_TERMS


@dataclass(frozen=True)
class Contribution:
    """A product's contribution in a channel and its parts, in whole minor units without VAT; they add up exactly.

    Discounts, refunds, fees, costs are positive numbers that were taken off.
    """

    product: str
    channel: str
    units: int
    list_net_minor: int
    discounts_net_minor: int
    refunds_net_minor: int
    fees_minor: int
    cost_minor: int
    variable_minor: int

    @property
    def revenue_minor(self) -> int:
        """Net revenue without VAT, after discounts and refunds."""
        return self.list_net_minor - self.discounts_net_minor - self.refunds_net_minor

    @property
    def contribution_minor(self) -> int:
        """Revenue less fees, costs of what did not come back, and variable costs."""
        return self.revenue_minor - self.fees_minor - self.cost_minor - self.variable_minor

    @property
    def margin_bps(self) -> int:
        """Contribution as a share of revenue; 0 where there is none."""
        return share_bps(self.contribution_minor, self.revenue_minor)


def contribution(trade: BookedSales) -> Contribution:
    """The contribution of one product in one channel (Horngren, Datar & Rajan, Cost Accounting, chapter 3).

    The channel's fee is of what buyers paid in the end, after VAT, as in `SaleTerms`. Each part is rounded once, half
    to even. Raises InvalidNumbers for numbers that are negative, not whole or too large, or more restocked than sold.
    """
    for field in fields(trade):
        value = getattr(trade, field.name)
        if field.name.endswith(("_minor", "units")) and not (
            isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_MINOR
        ):
            raise InvalidNumbers(f"{field.name} of {trade.product} must be a whole number from 0 to {LARGEST_MINOR}.")
    if trade.restocked_units > trade.units:
        raise InvalidNumbers(f"{trade.product}: more units came back than were sold.")
    net = Fraction(BPS, BPS + trade.terms.vat_bps)
    listed, discounts, refunds = (
        round(amount * net) for amount in (trade.list_minor, trade.discounts_minor, trade.refunds_minor)
    )
    return Contribution(
        product=trade.product,
        channel=trade.channel,
        units=trade.units,
        list_net_minor=listed,
        discounts_net_minor=discounts,
        refunds_net_minor=refunds,
        fees_minor=round(Fraction((listed - discounts - refunds) * trade.terms.fee_bps, BPS)),
        cost_minor=trade.unit_cost_minor * (trade.units - trade.restocked_units),
        variable_minor=trade.variable_minor,
    )


@dataclass(frozen=True)
class BridgeLine:
    """One product in one channel: its contribution before and after, and the effects that lead there."""

    product: str
    channel: str
    before_minor: int
    after_minor: int
    effects: Mapping[Effect, int]


@dataclass(frozen=True)
class Bridge:
    """From one period's contribution to the next one's: `before + sum(effects) == after`, line by line and in all."""

    before_minor: int
    after_minor: int
    effects: Mapping[Effect, int]
    lines: Sequence[BridgeLine]


def bridge(before: Iterable[Contribution], after: Iterable[Contribution]) -> Bridge:
    """Effects that explain the change of contribution, in whole minor units that add up exactly.

    With q units of a line, c contribution a unit and Q units of all lines sold in both periods (sales-quantity and
    sales-mix variances: Horngren, Datar & Rajan, chapter 14): volume q0 (Q1 / Q0 - 1) c0, mix (q1 - q0 Q1 / Q0) c0; of
    each part of the contribution, at today's units, what it changed by a unit: x1 - x0 q1 / q0. A line with units in
    only one period has `begun` or `ended`. Each line's effects are rounded by largest remainder. Raises InvalidNumbers
    when a product occurs twice in a channel.
    """
    old, new = _by_line(before), _by_line(after)
    common = [key for key in old if key in new and old[key].units > 0 and new[key].units > 0]
    growth = (
        Fraction(sum(new[key].units for key in common), sum(old[key].units for key in common))
        if common
        else Fraction(1)
    )
    lines = [_line(key, old.get(key), new.get(key), growth) for key in sorted({*old, *new})]
    return Bridge(
        before_minor=sum(line.before_minor for line in lines),
        after_minor=sum(line.after_minor for line in lines),
        effects=_added(line.effects for line in lines),
        lines=lines,
    )


def _by_line(contributions: Iterable[Contribution]) -> dict[tuple[str, str], Contribution]:
    by_line: dict[tuple[str, str], Contribution] = {}
    for line in contributions:
        key = line.product, line.channel
        if key in by_line:
            raise InvalidNumbers(f"{line.product} occurs twice in {line.channel}.", remedy="Add up its rows first.")
        by_line[key] = line
    return by_line


def _line(key: tuple[str, str], old: Contribution | None, new: Contribution | None, growth: Fraction) -> BridgeLine:
    before, after = (0 if side is None else side.contribution_minor for side in (old, new))
    if old is None or old.units == 0:
        effects: dict[Effect, int] = {"begun": after - before}
    elif new is None or new.units == 0:
        effects = {"ended": after - before}
    else:
        effects = _effects(old, new, growth)
    return BridgeLine(*key, before, after, effects)


def _effects(old: Contribution, new: Contribution, growth: Fraction) -> dict[Effect, int]:
    units = Fraction(new.units, old.units)
    exact: dict[Effect, Fraction] = {
        "volume": (growth - 1) * old.contribution_minor,
        "mix": (units - growth) * old.contribution_minor,
    }
    for effect, part in _PARTS.items():
        change = getattr(new, part) - getattr(old, part) * units
        exact[effect] = Fraction(change if effect == "price" else -change)
    return largest_remainders(exact, int(sum(exact.values())))


def _added(lines: Iterable[Mapping[Effect, int]]) -> dict[Effect, int]:
    total: dict[Effect, int] = {}
    for effects in lines:
        for effect, amount in effects.items():
            total[effect] = total.get(effect, 0) + amount
    return total
