"""A message is worth what it changes, less what it gives to those who would have bought anyway."""

from dataclasses import replace

import numpy as np
import pytest

from analytics.customers.message_value import MessageTerms, value_message
from analytics.customers.response import ResponseEstimate, estimate_response
from analytics.statistics.errors import InvalidNumbers
from analytics.statistics.proportions import Interval

RESPONSE = ResponseEstimate(True, (), 0.90, 3, 0, Interval(0.03, 0.02, 0.04), 0.0)
TERMS = MessageTerms(2_000, 300, 5, Interval(0.002, 0.001, 0.004))
BASELINE, WORTH = np.full(1_000, 0.05), np.full(1_000, 4_000.0)


def test_the_parts_make_the_net() -> None:
    message = value_message(BASELINE, RESPONSE, TERMS, WORTH)
    assert message.incremental_orders == pytest.approx(30)
    assert message.anyway_orders == pytest.approx(50)
    assert message.incremental_margin_minor == 30 * 1_700
    assert message.discount_to_anyway_minor == 50 * 300
    assert message.message_cost_minor == 5_000
    assert message.lifetime_value_lost_minor == 8_000
    assert message.net_minor == 51_000 - 15_000 - 5_000 - 8_000
    assert message.status == "worth_it"


def test_the_interval_squares_and_adds_both_doubts() -> None:
    message = value_message(BASELINE, RESPONSE, TERMS, WORTH)
    assert message.low_minor == round(23_000 - np.hypot(17_000, 8_000))
    assert message.high_minor == round(23_000 + np.hypot(17_000, 4_000))
    assert 0.95 < (message.probability_of_gain or 0) < 1


def test_it_breaks_even_at_the_uplift_it_names() -> None:
    even = value_message(BASELINE, RESPONSE, TERMS, WORTH).break_even_uplift
    assert even == pytest.approx((0.05 * 300 + 5 + 0.002 * 4_000) / 1_700)
    response = replace(RESPONSE, uplift=Interval(even or 0, 0.0, 0.04))
    message = value_message(BASELINE, response, TERMS, WORTH)
    assert (message.net_minor, message.status) == (0, "uncertain")
    assert message.probability_of_gain == pytest.approx(0.5)


def test_the_likelier_they_buy_anyway_the_less_a_discount_pays() -> None:
    nets = [value_message(np.full(1_000, b), RESPONSE, TERMS, WORTH).net_minor or 0 for b in (0.0, 0.1, 0.5, 0.99)]
    assert nets == sorted(nets, reverse=True)
    assert value_message(np.full(1_000, 0.5), RESPONSE, TERMS, WORTH).status == "not_worth_it"


def test_nobody_buys_more_surely_than_surely() -> None:
    assert value_message(np.full(1_000, 0.99), RESPONSE, TERMS, WORTH).incremental_orders == pytest.approx(10)


def test_a_discount_that_eats_the_margin_never_pays() -> None:
    message = value_message(BASELINE, RESPONSE, replace(TERMS, discount_per_order_minor=2_500), WORTH)
    assert message.break_even_uplift is None
    assert message.status == "not_worth_it"
    assert (message.low_minor or 0) < (message.net_minor or 0) < (message.high_minor or 0) < 0


def test_without_a_holdout_there_is_no_value() -> None:
    message = value_message(BASELINE, estimate_response([]), TERMS, WORTH)
    assert (message.status, message.reasons, message.net_minor) == ("not_measurable", ("no_campaigns",), None)


def test_questions_that_make_no_sense_are_refused() -> None:
    for baseline, worth in (([], []), ([1.5], [1.0]), ([0.5], [-1.0]), ([0.5], [1.0, 2.0]), ([np.nan], [1.0])):
        with pytest.raises(InvalidNumbers):
            value_message(np.array(baseline, dtype=float), RESPONSE, TERMS, np.array(worth, dtype=float))
    for bad in ({"cost_per_message_minor": -1}, {"unsubscribe_rate": Interval(0.5, 0.6, 0.7)}):
        with pytest.raises(InvalidNumbers):
            replace(TERMS, **bad)
    with pytest.raises(InvalidNumbers):
        replace(TERMS, margin_per_order_minor=float("nan"))
