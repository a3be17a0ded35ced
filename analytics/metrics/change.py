"""Variance analysis of sales metrics: effects that add up to the change exactly, in all and line by line."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

from analytics.finance.margins import BridgeLine, Contribution, bridge
from analytics.statistics.rounding import largest_remainders
from domain.money import BPS

Measure = Callable[[Contribution], int]


@dataclass(frozen=True)
class Change:
    """`before + sum(effects) == after`, in whole units; so for each line, which adds up to them."""

    before: int
    after: int
    effects: Mapping[str, int]
    lines: Sequence[BridgeLine]


Lengths = Mapping[str, int]
"""How many weeks or days are reported of each channel, by its code."""
Explain = Callable[[Sequence[Contribution], Sequence[Contribution]], Change]


def explain_margin(before: Iterable[Contribution], after: Iterable[Contribution]) -> Change:
    """Contribution in minor units: volume, mix, price, fees, cost, begun and ended products (see `margins.bridge`)."""
    walk = bridge(before, after)
    effects = {str(name): amount for name, amount in walk.effects.items()}
    return Change(walk.before_minor, walk.after_minor, effects, walk.lines)


def explain_revenue(before: Iterable[Contribution], after: Iterable[Contribution]) -> Change:
    """Revenue without VAT in minor units: volume, mix, price, begun and ended products.

    The same sales-quantity, sales-mix and price variances (Horngren, Datar & Rajan, chapter 14), of revenue.
    """
    return explain_margin(map(_without_costs, before), map(_without_costs, after))


def explain_units(before: Iterable[Contribution], after: Iterable[Contribution]) -> Change:
    """Units: change of products sold in both periods, and of those begun and ended."""
    walk = explain_margin(map(_units_as_money, before), map(_units_as_money, after))
    kept = {"sold_before_too": sum(walk.effects.get(name, 0) for name in ("volume", "mix", "price"))}
    effects = {**kept, **{name: walk.effects[name] for name in ("begun", "ended") if name in walk.effects}}
    return replace(walk, effects=effects)


def explain_ratio(
    before: Sequence[Contribution], after: Sequence[Contribution], over: Measure, under: Measure, scale: int
) -> Change:
    """A ratio of sums, such as a margin rate, in whole steps of 1 / `scale`: own-ratio effect, mix effect, and lines
    begun and ended.

    With a line's share w of the lower sum and its own ratio m, against the whole's M before: mix (w1 - w0)(m0 - M0),
    own ratio w1 (m1 - m0), begun w1 (m1 - M0), ended -w0 (m0 - M0): the shift-share identity (Dunn, 1960). It is exact
    because the shares sum to one. Rounded by largest remainder. Raises ZeroDivisionError where a lower sum is zero.
    """
    old, new = ({(line.product, line.channel): line for line in side} for side in (before, after))
    old_base, new_base = (Fraction(sum(map(under, side))) for side in (before, after))
    old_ratio, new_ratio = (Fraction(sum(map(over, side)), sum(map(under, side))) for side in (before, after))
    exact: dict[tuple[str, str], dict[str, Fraction]] = {}
    for key in sorted({*old, *new}):
        exact[key] = _shifts(old.get(key), new.get(key), over, under, old_base, new_base, old_ratio)
    total = round(new_ratio * scale) - round(old_ratio * scale)
    flat = {(key, name): value * scale for key, parts in exact.items() for name, value in parts.items()}
    rounded = largest_remainders(flat, total)
    effects: dict[str, int] = {}
    for (_, name), value in rounded.items():
        effects[name] = effects.get(name, 0) + value
    lines = [
        BridgeLine(*key, 0, sum(rounded[key, name] for name in parts), {name: rounded[key, name] for name in parts})  # type: ignore[misc]
        for key, parts in exact.items()
    ]
    return Change(round(old_ratio * scale), round(new_ratio * scale), effects, lines)


def explain_margin_rate(before: Sequence[Contribution], after: Sequence[Contribution]) -> Change:
    """Contribution as a share of revenue, in basis points."""
    return explain_ratio(before, after, lambda line: line.contribution_minor, lambda line: line.revenue_minor, BPS)


def explain_average_price(before: Sequence[Contribution], after: Sequence[Contribution]) -> Change:
    """Revenue a unit, in minor units."""
    return explain_ratio(before, after, lambda line: line.revenue_minor, lambda line: line.units, 1)


def explain_per(explain: Explain, sides: Sequence[Sequence[Contribution]], lengths: Sequence[Lengths]) -> Change:
    """A change of averages a week or day, between sides (before, after) whose channels are reported over different
    lengths, in whole units that add up to the difference of the two rounded averages.

    Each channel is taken so often that all are as long on both sides, explained, and divided by that length.
    """
    (before, after), scale = as_long(sides, lengths)
    scaled = explain(before, after)
    old_average, new_average = round(Fraction(scaled.before, scale)), round(Fraction(scaled.after, scale))
    effects = largest_remainders(
        {name: Fraction(amount, scale) for name, amount in scaled.effects.items()}, new_average - old_average
    )
    flat = {
        (place, name): Fraction(n, scale) for place, line in enumerate(scaled.lines) for name, n in line.effects.items()
    }
    rounded = largest_remainders(flat, new_average - old_average)
    lines = [
        replace(
            line,
            before_minor=round(Fraction(line.before_minor, scale)),
            after_minor=round(Fraction(line.after_minor, scale)),
            effects={name: rounded[place, name] for name in line.effects},
        )
        for place, line in enumerate(scaled.lines)
    ]
    return Change(old_average, new_average, effects, lines)


def as_long(
    sides: Sequence[Sequence[Contribution]], lengths: Sequence[Lengths]
) -> tuple[list[list[Contribution]], int]:
    """Each side's lines as if every channel were reported as long, and that length."""
    scale = lcm(*(length for side in lengths for length in side.values()))
    scaled = [
        [_times(line, scale // of[line.channel]) for line in side] for side, of in zip(sides, lengths, strict=True)
    ]
    return scaled, scale


def changes_per(parts: Sequence[tuple[Fraction, Fraction]], total: int) -> Sequence[int]:
    """Change of each part (before, after) of an average, in whole units that add up to `total`."""
    whole = largest_remainders({place: new - old for place, (old, new) in enumerate(parts)}, total)
    return [whole[place] for place in range(len(parts))]


def _shifts(
    old: Contribution | None, new: Contribution | None, over: Measure, under: Measure,
    old_base: Fraction, new_base: Fraction, old_ratio: Fraction,
) -> dict[str, Fraction]:  # fmt: skip
    """Exact effects of one line on the ratio, by cause."""
    old_weight, new_weight = (
        Fraction(under(line)) / total if line else Fraction(0) for line, total in ((old, old_base), (new, new_base))
    )
    old_part, new_part = (
        Fraction(over(line)) / total if line else Fraction(0) for line, total in ((old, old_base), (new, new_base))
    )
    shift = new_part - old_part - old_ratio * (new_weight - old_weight)
    if not new_weight:
        return {"ended": shift}
    if not old_weight:
        return {"begun": shift}
    mix = (new_weight - old_weight) * (old_part / old_weight - old_ratio)
    return {"mix": mix, "own": shift - mix}


def _without_costs(line: Contribution) -> Contribution:
    return replace(line, fees_minor=0, cost_minor=0, variable_minor=0)


def _times(line: Contribution, times: int) -> Contribution:
    return replace(
        line, units=line.units * times, list_net_minor=line.list_net_minor * times,
        discounts_net_minor=line.discounts_net_minor * times, refunds_net_minor=line.refunds_net_minor * times,
        fees_minor=line.fees_minor * times, cost_minor=line.cost_minor * times,
        variable_minor=line.variable_minor * times,
    )  # fmt: skip


def _units_as_money(line: Contribution) -> Contribution:
    return replace(
        line, list_net_minor=line.units, discounts_net_minor=0, refunds_net_minor=0, fees_minor=0, cost_minor=0,
        variable_minor=0,
    )  # fmt: skip
