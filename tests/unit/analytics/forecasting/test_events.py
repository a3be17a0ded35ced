"""What an event sold is no new level, and comes on top in its own weeks only."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from analytics.forecasting.event_calendar import CHRISTMAS, country_of_zone, covered, holiday_weeks
from analytics.forecasting.events import SEASON, EventWeeks, apart_from_events
from analytics.pricing.price_shift import price_shift
from analytics.stock.weekly_demand import weekly_demand

SHOP = datetime(2026, 12, 13, tzinfo=UTC)
"""A Sunday in the Christmas season."""


def usual(weeks: int, seed: int = 3) -> np.ndarray:
    """Some eighty a week."""
    return np.random.default_rng(seed).normal(80, 8, weeks).round()


def christmas(weeks: int, ahead: int, end: datetime = SHOP) -> EventWeeks:
    return next(event for event in holiday_weeks("DE", end, weeks, ahead) if event.name == CHRISTMAS)


@pytest.mark.parametrize("weeks", [30, 70, 110, 150])
def test_a_christmas_peak_is_not_carried_on_into_january(weeks: int) -> None:
    """250 a week in the season, some 80 else, and a lead time of 62 days and a week: ten weeks are asked for."""
    event, units = christmas(weeks, 10), usual(weeks)
    units[event.past >= 0.5] = 250
    demand = weekly_demand(units, np.ones(weeks), 10, price_shift((), weeks), [event])
    assert demand.mean == pytest.approx(80, rel=0.12)
    assert demand.events == (CHRISTMAS,)
    assert (demand.event_units > 0).tolist() == [True, True, *[False] * 8], "until Christmas Eve"
    assert demand.events_within(14) == pytest.approx((250 - 80) * 1.6, rel=0.45)


def test_in_january_the_peak_before_it_is_forgotten() -> None:
    event, units = christmas(62, 9, datetime(2027, 1, 10, tzinfo=UTC)), usual(62)
    units[event.past >= 0.5] = 250
    told = apart_from_events(units, [event], 9)
    assert told.usual.max() < 130
    assert (told.more.tolist(), told.set_apart) == ([0.0] * 9, (CHRISTMAS,))


def test_a_peak_seen_once_is_expected_half_way_when_its_season_comes_again() -> None:
    """On a logarithmic scale: of four times the usual it is twice."""
    units = usual(70)
    units[24:34] = 320
    told = apart_from_events(units, [], 20)
    assert told.usual.max() < 130
    assert told.names == (SEASON,)
    assert told.more.tolist() == pytest.approx([0.0] * 6 + [1.0] * 10 + [0.0] * 4, rel=0.1)


def test_what_our_own_promotion_sold_is_no_level() -> None:
    days = (SHOP - timedelta(weeks=3), SHOP - timedelta(weeks=1))
    event, units = covered("promotion", [days], SHOP, 40, 4), usual(40)
    units[-3:-1] = 240
    told = apart_from_events(units, [event], 4)
    assert told.usual[-3:].mean() == pytest.approx(80, rel=0.2)
    assert (told.more.tolist(), told.set_apart) == ([0.0] * 4, ("promotion",))


def test_a_new_level_stays_one() -> None:
    """No calendar names it, and it goes on: growth is not taken for a peak."""
    units = usual(60)
    units[-20:] *= 3
    told = apart_from_events(units, [christmas(60, 4, datetime(2026, 9, 6, tzinfo=UTC))], 4)
    assert told.usual.tolist() == units.tolist()


def test_a_week_restated_for_an_empty_shelf_tells_of_no_event() -> None:
    event, units, sure = christmas(40, 4), usual(40), np.ones(40, bool)
    units[-1], sure[-1] = 200, False
    sold = apart_from_events(units, [event], 4, sure)
    assert sold.names == ()


def test_seldom_and_short_demand_is_left_as_it_is() -> None:
    rare = np.where(np.arange(60) % 4 == 0, 9.0, 0.0)
    for units in (rare, usual(8), np.full(30, np.nan)):
        told = apart_from_events(units, [christmas(len(units), 4)], 4)
        assert np.array_equal(told.usual, units, equal_nan=True)


def test_the_calendar_knows_countries_by_their_zone() -> None:
    assert [country_of_zone(zone) for zone in ("Europe/Berlin", "America/New_York", "UTC")] == ["DE", "US", ""]
    german = {event.name: event for event in holiday_weeks("DE", datetime(2026, 4, 6, tzinfo=UTC), 4, 40)}
    assert german[CHRISTMAS].ahead.sum() == pytest.approx(32 / 7, abs=0.01), "from 23 November to 24 December"
    (easter,) = (event for name, event in german.items() if name != CHRISTMAS)
    assert easter.past.sum() == pytest.approx(10 / 7, abs=0.01), "ten days before Good Friday"
    assert {event.name for event in holiday_weeks("TR", SHOP, 52, 4)}.isdisjoint({CHRISTMAS})
