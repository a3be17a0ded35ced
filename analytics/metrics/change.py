"""Why a metric of sales changed: parts that add up to the change exactly, and the lines that contribute most."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

from analytics.finance.margins import BridgeLine, Contribution, bridge
from domain.money import BPS, share_bps

Measure = Callable[[Contribution], int]
_Key = TypeVar("_Key")
_Cause = tuple[tuple[str, str], str]
"""A line, and the name of an effect."""


@dataclass(frozen=True)
class Change:
    """`before + sum(effects) == after`, in whole units; so for each line, which adds up to them."""

    before: int
    after: int
    effects: Mapping[str, int]
    lines: Sequence[BridgeLine]


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
    """Units: what products sold in both periods changed, and those begun and ended."""
    walk = explain_margin(map(_units_as_money, before), map(_units_as_money, after))
    kept = {"sold_before_too": sum(walk.effects.get(name, 0) for name in ("volume", "mix", "price"))}
    effects = {**kept, **{name: walk.effects[name] for name in ("begun", "ended") if name in walk.effects}}
    return replace(walk, effects=effects)


def explain_ratio(
    before: Sequence[Contribution], after: Sequence[Contribution], over: Measure, under: Measure, scale: int
) -> Change:
    """A ratio of sums, such as a margin rate, in whole steps of 1 / `scale`: what its lines' own ratios changed, what
    the mix of lines did, and lines begun and ended.

    With a line's share w of the lower sum and its own ratio m, against the whole's M before: mix (w1 - w0)(m0 - M0),
    own ratio w1 (m1 - m0), begun w1 (m1 - M0), ended -w0 (m0 - M0): the shift-share identity (Dunn, 1960). It is exact
    because the shares sum to one. Rounded by largest remainder. Raises ZeroDivisionError where a lower sum is zero.
    """
    old, new = ({(one.product, one.channel): one for one in side} for side in (before, after))
    base, whole = (Fraction(sum(map(under, side))) for side in (before, after))
    was, now = (Fraction(sum(map(over, side)), sum(map(under, side))) for side in (before, after))
    exact: dict[tuple[str, str], dict[str, Fraction]] = {}
    for key in sorted({*old, *new}):
        exact[key] = _shifts(old.get(key), new.get(key), over, under, base, whole, was)
    total = round(now * scale) - round(was * scale)
    flat = {(key, name): value * scale for key, parts in exact.items() for name, value in parts.items()}
    rounded = _to_whole(flat, total)
    effects: dict[str, int] = {}
    for (_, name), value in rounded.items():
        effects[name] = effects.get(name, 0) + value
    lines = [
        BridgeLine(*key, 0, sum(rounded[key, name] for name in parts), {name: rounded[key, name] for name in parts})  # type: ignore[misc]
        for key, parts in exact.items()
    ]
    return Change(round(was * scale), round(now * scale), effects, lines)


def explain_margin_rate(before: Sequence[Contribution], after: Sequence[Contribution]) -> Change:
    """Contribution as a share of revenue, in basis points."""
    return explain_ratio(before, after, lambda one: one.contribution_minor, lambda one: one.revenue_minor, BPS)


def explain_average_price(before: Sequence[Contribution], after: Sequence[Contribution]) -> Change:
    """Revenue a unit, in minor units."""
    return explain_ratio(before, after, lambda one: one.revenue_minor, lambda one: one.units, 1)


def explain_per(explain: Explain, sides: Sequence[Sequence[Contribution]], lengths: Sequence[int]) -> Change:
    """A change of averages a week or day, between sides (before, after) of different lengths, in whole units that add
    up to the difference of the two rounded averages.

    Each side is taken as often as the other is long, so that both are of the same length, explained, and divided by it.
    """
    before, after = ([_times(one, length) for one in side] for side, length in zip(sides, lengths[::-1], strict=True))
    walk, scale = explain(before, after), lengths[0] * lengths[1]
    was, now = round(Fraction(walk.before, scale)), round(Fraction(walk.after, scale))
    effects = _to_whole({name: Fraction(amount, scale) for name, amount in walk.effects.items()}, now - was)
    flat = {(at, name): Fraction(n, scale) for at, one in enumerate(walk.lines) for name, n in one.effects.items()}
    rounded = _to_whole(flat, now - was)
    lines = [
        replace(
            one,
            before_minor=round(Fraction(one.before_minor, scale)),
            after_minor=round(Fraction(one.after_minor, scale)),
            effects={name: rounded[at, name] for name in one.effects},
        )
        for at, one in enumerate(walk.lines)
    ]
    return Change(was, now, effects, lines)


def changes_per(parts: Sequence[tuple[int, int]], lengths: Sequence[int], total: int) -> Sequence[int]:
    """What each part (before, after) changed by a week or day; they add up to this total."""
    exact = {at: Fraction(now, lengths[1]) - Fraction(was, lengths[0]) for at, (was, now) in enumerate(parts)}
    whole = _to_whole(exact, total)
    return [whole[at] for at in range(len(parts))]


def margin_rate_bps(lines: Sequence[Contribution]) -> int:
    return share_bps(sum(one.contribution_minor for one in lines), sum(one.revenue_minor for one in lines))


def _shifts(
    old: Contribution | None, new: Contribution | None, over: Measure, under: Measure,
    base: Fraction, whole: Fraction, was: Fraction,
) -> dict[str, Fraction]:  # fmt: skip
    """What one line does to the ratio, exactly, by cause."""
    w0, w1 = (Fraction(under(one)) / total if one else Fraction(0) for one, total in ((old, base), (new, whole)))
    o0, o1 = (Fraction(over(one)) / total if one else Fraction(0) for one, total in ((old, base), (new, whole)))
    moved = o1 - o0 - was * (w1 - w0)
    if not w1:
        return {"ended": moved}
    if not w0:
        return {"begun": moved}
    mix = (w1 - w0) * (o0 / w0 - was)
    return {"mix": mix, "own": moved - mix}


def _to_whole(exact: Mapping[_Key, Fraction], total: int) -> dict[_Key, int]:
    """Whole numbers of this sum, each next to its exact value (Hamilton's method of largest remainders)."""
    whole = {key: value.numerator // value.denominator for key, value in exact.items()}
    rest = total - sum(whole.values())
    by_remainder = sorted(exact, key=lambda key: whole[key] - exact[key])
    for at in range(abs(rest)):
        key = by_remainder[at % len(by_remainder)] if rest > 0 else by_remainder[-1 - at % len(by_remainder)]
        whole[key] += 1 if rest > 0 else -1
    return whole


def _without_costs(one: Contribution) -> Contribution:
    return replace(one, fees_minor=0, cost_minor=0, variable_minor=0)


def _times(one: Contribution, times: int) -> Contribution:
    return replace(
        one, units=one.units * times, list_net_minor=one.list_net_minor * times,
        discounts_net_minor=one.discounts_net_minor * times, refunds_net_minor=one.refunds_net_minor * times,
        fees_minor=one.fees_minor * times, cost_minor=one.cost_minor * times, variable_minor=one.variable_minor * times,
    )  # fmt: skip


def _units_as_money(one: Contribution) -> Contribution:
    return replace(
        one, list_net_minor=one.units, discounts_net_minor=0, refunds_net_minor=0, fees_minor=0, cost_minor=0,
        variable_minor=0,
    )  # fmt: skip
