"""The oracle's messages against customers' days added up one by one, and against the world's own customers."""

from dataclasses import replace

import numpy as np
import pytest

from evals.twin.oracle_mail import READ_DAYS, MailTerms, People, audience, people_of, terms_of
from simulation.truth import draw_truth
from tests.unit.simulation.lives import live, new_world

TRUTH = draw_truth(3)
TERMS = MailTerms(cost=0.012, orders_a_day=0.005, earned_a_day=0.08, days_ahead=91)
PEOPLE = People(
    rate=np.array([0.05, 0.8, 3.0, 6.0, 3.0]),
    fatigue=np.array([0.0, 0.0, 0.0, 0.0, 0.9]),
    leaves_after=np.array([0.1, 0.05, 0.05, 0.2, 0.05]),
)


def day_by_day(at: int, *, mailed: bool) -> float:
    """Euros that one customer brings over the days ahead, a day at a time by the rules of `simulation/customers`."""
    rate, tired, leaves = PEOPLE.rate[at], PEOPLE.fatigue[at], PEOPLE.leaves_after[at]
    there = 1 - mailed * TRUTH.mail_leave * (1 + 6 * tired**2)
    tired += mailed * TRUTH.mail_fatigue
    earned = -TERMS.cost * mailed
    for day in range(TERMS.days_ahead):
        lift = TRUTH.mail_lift * max(1 - tired, 0.0) if mailed and day < READ_DAYS else 0.0
        earned += there * rate * (1 + lift) * TERMS.earned_a_day
        there *= 1 - rate * TERMS.orders_a_day * leaves
        tired *= 0.97
    return earned


def test_what_a_mail_brings_is_what_the_days_add_up_to() -> None:
    _, gain = audience(TRUTH, PEOPLE, TERMS)
    by_hand = [day_by_day(at, mailed=True) - day_by_day(at, mailed=False) for at in range(len(PEOPLE.rate))]
    assert gain == pytest.approx(by_hand, abs=0.02)
    assert gain[4] < gain[2]  # the tired one


def test_only_those_are_written_to_who_bring_more_than_they_cost() -> None:
    chosen, gain = audience(TRUTH, PEOPLE, TERMS)
    assert (gain[chosen] > 0).all() and set(chosen) == set(np.flatnonzero(gain > 0))
    assert 0 not in chosen  # buys too seldom for what a mail costs
    forever, _ = audience(TRUTH, PEOPLE, replace(TERMS, days_ahead=3_650))
    nobody, _ = audience(replace(TRUTH, mail_lift=0.0), PEOPLE, TERMS)
    assert len(forever) < len(chosen) and not len(nobody)


def test_the_worlds_customers_can_be_asked_about() -> None:
    world = new_world(3, 28)
    live(world, 28)
    _, people = people_of(world.customers)
    terms = terms_of(world, 91)
    sold = sum(float(day.online_units[:, 0].sum()) for day in live(world, 28)) / 28
    expected = float((people.rate * terms.orders_a_day).sum()) * 1.9
    assert expected == pytest.approx(sold, rel=0.2)
