"""The effects of a change add up to it, to the cent, for any sales."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from analytics.finance.margins import BookedSales, Contribution, contribution
from analytics.metrics.change import (
    Change,
    changes_per,
    explain_average_price,
    explain_margin,
    explain_margin_rate,
    explain_per,
    explain_revenue,
    explain_units,
)
from domain.pricing import SaleTerms

TERMS = SaleTerms(1_900, 1_200)


def line(product: str, units: int, price: int, cost: int, channel: str = "shop") -> Contribution:
    return contribution(
        BookedSales(product, channel, units, units * price, unit_cost_minor=0, variable_minor=units * cost, terms=TERMS)
    )


LINES = st.dictionaries(
    st.sampled_from("ABCDEF"),
    st.tuples(st.integers(1, 5_000), st.integers(1, 90_000), st.integers(0, 90_000)),
    min_size=1,
).map(lambda lines: [line(name, *numbers) for name, numbers in sorted(lines.items())])


def adds_up(change: Change) -> None:
    assert change.before + sum(change.effects.values()) == change.after
    moved = sum(sum(contribution_line.effects.values()) for contribution_line in change.lines)
    assert moved == change.after - change.before


@given(LINES, LINES)
def test_every_explanation_adds_up(before: Sequence[Contribution], after: Sequence[Contribution]) -> None:
    for explain in (explain_margin, explain_revenue, explain_units):
        adds_up(explain(before, after))
    if all(sum(contribution_line.revenue_minor for contribution_line in side) for side in (before, after)):
        adds_up(explain_margin_rate(before, after))
        adds_up(explain_average_price(before, after))


@given(LINES, LINES, st.integers(1, 60), st.integers(1, 60))
def test_averages_of_unequal_lengths_are_explained_to_the_cent(
    before: Sequence[Contribution], after: Sequence[Contribution], days_before: int, days_after: int
) -> None:
    for explain in (explain_margin, explain_revenue, explain_units):
        lengths = {"shop": days_before}, {"shop": days_after}
        average, total = explain_per(explain, (before, after), lengths), explain(before, after)
        adds_up(average)
        assert (average.before, average.after) == (
            round(Fraction(total.before, days_before)),
            round(Fraction(total.after, days_after)),
        )


def test_the_same_week_four_and_five_times_has_not_changed() -> None:
    week = [line("A", 100, 1_190, 500), line("B", 7, 990, 100)]
    weeks = [[line("A", 100 * n, 1_190, 500), line("B", 7 * n, 990, 100)] for n in (4, 5)]
    change = explain_per(explain_units, (weeks[0], weeks[1]), ({"shop": 4}, {"shop": 5}))
    assert (change.before, change.after) == (sum(contribution_line.units for contribution_line in week),) * 2
    assert not any(change.effects.values())


@given(LINES, LINES, st.integers(1, 60), st.integers(1, 60), st.integers(1, 9), st.integers(1, 9))
def test_each_channel_is_divided_by_the_days_that_it_reported(
    before: Sequence[Contribution], after: Sequence[Contribution], b_shop: int, a_shop: int, b_fair: int, a_fair: int
) -> None:
    def with_fair(lines: Sequence[Contribution]) -> list[Contribution]:
        return [*lines, *(replace(contribution_line, channel="fair") for contribution_line in lines)]

    lengths = {"shop": b_shop, "fair": b_fair}, {"shop": a_shop, "fair": a_fair}
    change = explain_per(explain_margin, (with_fair(before), with_fair(after)), lengths)
    adds_up(change)
    old, new = (sum(contribution_line.contribution_minor for contribution_line in side) for side in (before, after))
    assert change.before == round(Fraction(old, b_shop) + Fraction(old, b_fair))
    assert change.after == round(Fraction(new, a_shop) + Fraction(new, a_fair))


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1), st.integers(1, 31))
def test_changes_of_parts_add_up(parts: Sequence[tuple[int, int]], length: int) -> None:
    averages = [(Fraction(before, 7), Fraction(after, length)) for before, after in parts]
    total = round(sum(after for _, after in averages)) - round(sum(before for before, _ in averages))
    changes = changes_per(averages, total)
    assert sum(changes) == total
    assert all(abs(change - (after - before)) < 2 for change, (before, after) in zip(changes, averages, strict=True))


def test_a_higher_price_alone_is_price() -> None:
    change = explain_revenue([line("A", 100, 1_190, 500)], [line("A", 100, 1_309, 500)])
    assert change.effects["price"] == change.after - change.before == 10_000


def test_a_higher_cost_alone_is_cost() -> None:
    change = explain_margin([line("A", 100, 1_190, 500)], [line("A", 100, 1_190, 600)])
    assert {name: amount for name, amount in change.effects.items() if amount} == {"variable_costs": -10_000}


def test_more_of_everything_is_volume() -> None:
    before, after = ([line("A", n, 1_190, 500), line("B", 2 * n, 595, 200)] for n in (100, 150))
    change = explain_margin(before, after)
    assert {name for name, amount in change.effects.items() if amount} == {"volume"}


def test_a_shift_to_the_poorer_product_is_mix_of_the_rate() -> None:
    before = [line("RICH", 100, 1_190, 200), line("POOR", 100, 1_190, 700)]
    after = [line("RICH", 50, 1_190, 200), line("POOR", 150, 1_190, 700)]
    change = explain_margin_rate(before, after)
    assert change.effects.get("own", 0) == 0
    assert change.effects["mix"] == change.after - change.before < 0


def test_what_begins_and_what_ends_is_told_apart() -> None:
    change = explain_units(
        [line("OLD", 30, 1_000, 1), line("KEPT", 5, 1_000, 1)], [line("NEW", 7, 1_000, 1), line("KEPT", 6, 1_000, 1)]
    )
    assert change.effects == {"sold_before_too": 1, "begun": 7, "ended": -30}
