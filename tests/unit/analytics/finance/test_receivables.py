"""Debtors' habits are found again where they are known, and open invoices count for what they say."""

import numpy as np
import pytest

from analytics.finance.receivables import (
    OpenInvoice,
    PaymentHabits,
    PaymentHistory,
    Reminder,
    expected_within,
    forecast_payment,
    paid_by_week,
    payment_habits,
    probability_unpaid,
    reminder_value,
)
from analytics.statistics.errors import InvalidNumbers


def world(
    seed: int, debtors: int = 40, each: int = 25, between: float = 0.4, window: float = 400
) -> tuple[PaymentHistory, np.ndarray, np.ndarray]:
    """Invoices issued at random over a window and looked at its end; days known only where they were paid by then."""
    random = np.random.default_rng(seed)
    level = 0.2 + between * random.normal(size=debtors)
    debtor = np.repeat(np.arange(debtors), each)
    terms = random.choice([14.0, 30.0, 60.0], debtor.size)
    days = np.exp(level[debtor] + random.logistic(0, 0.18, debtor.size)) * (terms + 1) - 1
    days = np.maximum(days, 0)
    age = random.uniform(0, window, debtor.size)
    return PaymentHistory(debtor, terms, np.minimum(days, age), days <= age), level, days


HISTORY, LEVELS, DAYS = world(1)
HABITS = payment_habits(HISTORY)


def test_the_truth_is_found_though_many_are_still_open() -> None:
    assert (~HISTORY.paid).sum() > 80
    assert HABITS.level == pytest.approx(LEVELS.mean(), abs=0.05)
    assert HABITS.between == pytest.approx(LEVELS.std(), abs=0.06)
    assert HABITS.spread == pytest.approx(0.18, abs=0.012)


def test_without_open_invoices_it_is_the_analysis_of_variance() -> None:
    """All paid, equally many each: the moments of a balanced one-way layout (Searle, Casella & McCulloch 1992, 3.8)."""
    history, _, days = world(4, debtors=200, each=10, window=1e5)
    whole = PaymentHistory(history.debtor, history.terms_days, np.minimum(days, 3650), np.ones(len(days), dtype=bool))
    late = np.log((days + 1) / (history.terms_days + 1)).reshape(200, 10)
    within = late.var(axis=1, ddof=1).mean()
    habits = payment_habits(whole)
    assert habits.spread * np.pi / np.sqrt(3) == pytest.approx(np.sqrt(within), rel=0.03)
    assert habits.between == pytest.approx(np.sqrt(late.mean(axis=1).var() - within / 10), rel=0.03)
    share = habits.between**2 / (habits.between**2 + within / 10)
    shrunk = habits.level + (late.mean(axis=1) - habits.level) * share
    mine = np.array([habits.belief(debtor) @ habits.nodes for debtor in range(200)])
    assert np.sqrt(np.mean((mine - shrunk) ** 2)) < 0.03


def test_leaving_out_what_is_open_would_have_made_them_look_prompt() -> None:
    history, levels, _ = world(1, window=120)
    seen = history.paid
    prompt = PaymentHistory(history.debtor[seen], history.terms_days[seen], history.days[seen], history.paid[seen])
    assert payment_habits(prompt).level < levels.mean() - 0.05
    assert payment_habits(history).level == pytest.approx(levels.mean(), abs=0.04)


def test_a_debtor_with_few_invoices_is_drawn_in_to_the_others() -> None:
    debtor = np.append(HISTORY.debtor, [900, *[901] * 30])
    terms, days = np.append(HISTORY.terms_days, [30.0] * 31), np.append(HISTORY.days, [200.0] * 31)
    habits = payment_habits(PaymentHistory(debtor, terms, days, np.append(HISTORY.paid, [True] * 31)))
    assert habits.typical_days(777, 30) < habits.typical_days(900, 30) < habits.typical_days(901, 30)
    assert habits.typical_days(901, 30) == pytest.approx(200, rel=0.15)


def test_forecasts_of_open_invoices_hold_as_often_as_they_say() -> None:
    held, halves = [], []
    for seed in (11, 12):
        history, _, days = world(seed)
        habits = payment_habits(history)
        for place in np.flatnonzero(~history.paid):
            invoice = OpenInvoice(
                int(history.debtor[place]), 100, float(history.terms_days[place]), float(history.days[place])
            )
            forecast = forecast_payment(habits, invoice)
            left = days[place] - history.days[place]
            held.append(forecast.low_days <= left <= forecast.high_days)
            halves.append(left <= forecast.median_days)
    assert len(held) > 180
    assert np.mean(held) == pytest.approx(0.80, abs=0.06)
    assert np.mean(halves) == pytest.approx(0.50, abs=0.07)


def test_a_wrong_shape_of_delay_still_gives_honest_intervals() -> None:
    random = np.random.default_rng(5)
    debtor = np.repeat(np.arange(30), 30)
    scale = np.exp(0.3 * random.normal(size=30))[debtor]
    days, age = 35 * scale * random.gamma(6.0, 1 / 6, debtor.size), random.uniform(0, 365, debtor.size)
    history = PaymentHistory(debtor, np.full(debtor.size, 30.0), np.minimum(days, age), days <= age)
    habits = payment_habits(history)
    held = [
        f.low_days <= days[place] - age[place] <= f.high_days
        for place in np.flatnonzero(~history.paid)
        for f in [forecast_payment(habits, OpenInvoice(int(debtor[place]), 1, 30.0, float(age[place])))]
    ]
    assert np.mean(held) == pytest.approx(0.80, abs=0.09)


def test_an_invoice_long_overdue_is_less_likely_paid_soon_than_a_fresh_one_when_due() -> None:
    fresh, old = OpenInvoice(0, 100, 30, 30), OpenInvoice(0, 100, 30, 400)
    assert probability_unpaid(HABITS, fresh, 14) < probability_unpaid(HABITS, old, 14)
    assert probability_unpaid(HABITS, fresh, 0) == pytest.approx(1)
    chances = paid_by_week(HABITS, fresh, 12)
    assert list(chances) == sorted(chances)
    assert chances[1] == pytest.approx(1 - probability_unpaid(HABITS, fresh, 14))


def test_money_expected_is_the_sum_of_chances() -> None:
    invoices = [OpenInvoice(0, 1_000, 30, 20), OpenInvoice(5, 3_000, 30, 40)]
    chances = [1 - probability_unpaid(HABITS, invoice, 21) for invoice in invoices]
    money, deviation = expected_within(HABITS, invoices, 21)
    assert money == round(1_000 * chances[0] + 3_000 * chances[1])
    variance = 1_000**2 * chances[0] * (1 - chances[0]) + 3_000**2 * chances[1] * (1 - chances[1])
    assert deviation == round(variance**0.5)
    assert expected_within(HABITS, [], 21) == (0, 0)


def known(days: float) -> PaymentHabits:
    """Everyone takes this many days on no terms, give or take little."""
    nodes, belief = np.array([np.log(days + 1)]), np.array([1.0])
    return PaymentHabits(float(nodes[0]), 0.0, 0.01, nodes, belief, {}, 10, 10)


def test_a_reminder_is_worth_what_it_was_measured_to_do() -> None:
    """10 000.00 nine days sooner at 8 % a year is 19.73; no more days than it would take; nothing if not measured."""
    invoice = OpenInvoice(1, 1_000_000, 0, 0)
    assert reminder_value(known(60), invoice, Reminder(9), 800) == round(1_000_000 * 9 * 0.08 / 365)
    assert reminder_value(known(3), invoice, Reminder(9), 800) == pytest.approx(1_000_000 * 3 * 0.08 / 365, rel=0.01)
    assert reminder_value(known(60), invoice, Reminder(), 800) == 0
    assert reminder_value(known(60), invoice, Reminder(0, 100), 800, cost_minor=500) == 9_500


def test_one_debtor_who_always_pays_alike_is_no_trouble() -> None:
    history = PaymentHistory(np.zeros(6, dtype=int), np.full(6, 30.0), np.full(6, 30.0), np.ones(6, dtype=bool))
    forecast = forecast_payment(payment_habits(history), OpenInvoice(0, 5, 30, 10))
    assert forecast.median_days == pytest.approx(20, abs=1)
    assert np.isfinite([forecast.low_days, forecast.high_days, forecast.mean_days]).all()


@pytest.mark.parametrize("column", [[-1.0] * 6, [np.nan] * 6, [1e6] * 6, [1.0] * 5])
def test_senseless_days_are_refused(column: list[float]) -> None:
    with pytest.raises(InvalidNumbers):
        PaymentHistory(np.zeros(6, dtype=int), np.full(6, 30.0), np.array(column), np.ones(6, dtype=bool))


def test_too_few_paid_invoices_are_refused() -> None:
    history = PaymentHistory(np.zeros(6, dtype=int), np.full(6, 30.0), np.full(6, 9.0), np.arange(6) < 4)
    with pytest.raises(InvalidNumbers):
        payment_habits(history)
    with pytest.raises(InvalidNumbers):
        probability_unpaid(HABITS, OpenInvoice(0, -5, 30, 3), 7)
    with pytest.raises(InvalidNumbers):
        probability_unpaid(HABITS, OpenInvoice(0, 5, 30, 3), float("nan"))
