"""Expenses out of the ordinary are flagged, and ordinary ones about as seldom as promised."""

from datetime import date

import numpy as np
import pytest

from analytics.finance.expenses import ExpenseEntry, review_expenses
from analytics.statistics.errors import InvalidNumbers

START = date(2022, 1, 3).toordinal()


def weekly(category: str, amounts: list[int] | np.ndarray, start: int = START, payee: str = "") -> list[ExpenseEntry]:
    return [
        ExpenseEntry(f"{category}{place:04d}", category, int(amount), start + 7 * place, payee)
        for place, amount in enumerate(amounts)
    ]


def lognormal(seed: int, count: int, spread: float = 0.3) -> np.ndarray:
    return np.round(10_000 * np.exp(spread * np.random.default_rng(seed).normal(size=count)))


def test_an_amount_far_out_is_flagged_with_what_was_expected() -> None:
    history = weekly("post", lognormal(1, 60))
    fresh = [ExpenseEntry("now", "post", 80_000, START + 420), ExpenseEntry("fine", "post", 11_000, START + 421)]
    review = review_expenses([*history, *fresh], START + 420)
    (flag,) = review.flags
    assert (flag.key, flag.reason) == ("now", "far_above")
    assert flag.expected_minor == pytest.approx(10_000, rel=0.15)
    assert flag.low_minor < 10_000 < flag.high_minor < 80_000
    assert flag.chance < 0.001
    assert review.judged == 2
    assert review.expected_false_alarms == pytest.approx(0.02)


@pytest.mark.parametrize("count", [8, 12, 40])
def test_false_alarms_are_about_as_rare_as_promised_and_rarer_after_a_short_history(count: int) -> None:
    flagged = [
        len(review_expenses(weekly("x", lognormal(seed, count + 1)), START + 7 * count, false_alarms=0.05).flags)
        for seed in range(200)
    ]
    assert 0.01 <= np.mean(flagged) <= 0.07


def test_earlier_outliers_do_not_hide_a_new_one() -> None:
    amounts = lognormal(3, 50)
    amounts[[5, 20, 33]] *= 30
    fresh = ExpenseEntry("now", "x", 90_000, START + 350)
    assert [flag.key for flag in review_expenses([*weekly("x", amounts), fresh], START + 350).flags] == ["now"]


def test_a_season_that_comes_every_year_is_ordinary() -> None:
    days = START + 7 * np.arange(160)
    amounts = lognormal(4, 160, 0.1) * np.where([date.fromordinal(int(day)).month == 12 for day in days], 4.0, 1.0)
    december = date(2025, 12, 8).toordinal()
    expenses = weekly("ads", amounts)
    same, june = (
        review_expenses([*expenses, ExpenseEntry("now", "ads", 40_000, day)], december - 200).flags
        for day in (december, december - 180)
    )
    assert "now" not in [flag.key for flag in same]
    assert "now" in [flag.key for flag in june]


def test_what_never_changed_is_flagged_when_it_does() -> None:
    rent = weekly("rent", [50_000] * 19)
    same, more = (
        review_expenses([*rent, ExpenseEntry("now", "rent", amount, START + 400)], START + 400)
        for amount in (50_000, 55_000)
    )
    assert same.flags == ()
    assert (more.flags[0].reason, more.flags[0].chance, more.flags[0].expected_minor) == (
        "never_changed_before",
        1 / 20,
        50_000,
    )


def test_the_same_bill_twice_in_a_week_is_flagged_unless_that_is_usual() -> None:
    history = weekly("print", lognormal(6, 30), payee="Press & Co")
    twice = [
        ExpenseEntry(key, "print", 12_345, START + 300 + day, "Press & Co") for day, key in enumerate(("one", "two"))
    ]
    flags = review_expenses([*history, *twice], START + 250).flags
    assert [(flag.key, flag.reason, flag.twin) for flag in flags] == [("two", "booked_twice", "one")]
    usual = weekly("toll", [900] * 30, payee="Bridge")
    assert review_expenses([*usual, ExpenseEntry("now", "toll", 900, START + 212, "Bridge")], START + 212).flags == ()


def test_too_little_history_is_said_and_not_judged() -> None:
    review = review_expenses([*weekly("new", [100] * 7), ExpenseEntry("now", "new", 10**9, START + 99)], START + 99)
    assert (review.flags, review.judged, review.not_judged, review.measured_rate) == ((), 0, ("now",), None)


def test_the_rate_on_the_history_itself_is_measured() -> None:
    review = review_expenses(weekly("x", lognormal(8, 150)), START + 7 * 149, false_alarms=0.05)
    assert review.measured_rate == pytest.approx(0.05, abs=0.05)


def test_nothing_to_judge_is_an_empty_review() -> None:
    review = review_expenses([], START)
    assert (review.flags, review.judged, review.expected_false_alarms) == ((), 0, 0)


@pytest.mark.parametrize(
    "expenses",
    [
        [ExpenseEntry("a", "x", 0, START)],
        [ExpenseEntry("a", "x", 2**53 + 1, START)],
        [ExpenseEntry("a", "x", float("nan"), START)],  # type: ignore[arg-type]
        [ExpenseEntry("a", "x", 5, 0)],
        [ExpenseEntry("a", "x", 5, START), ExpenseEntry("a", "x", 5, START)],
    ],
)
def test_senseless_expenses_are_refused(expenses: list[ExpenseEntry]) -> None:
    with pytest.raises(InvalidNumbers):
        review_expenses(expenses, START)
