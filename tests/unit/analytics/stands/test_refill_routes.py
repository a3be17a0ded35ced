"""A trip is driven when what it earns is more than what it costs."""

import itertools

import numpy as np
import pytest

from analytics.stands.refill_routes import GeoPosition, RefillTripCost, Road, plan_trips, road_km
from analytics.stands.refills import StandGain
from analytics.statistics.errors import InvalidNumbers

DEPOT = GeoPosition(52.52, 13.40)
EAST, NEAR_EAST, WEST = GeoPosition(52.52, 13.80), GeoPosition(52.53, 13.82), GeoPosition(52.52, 12.90)
PLACES = {"east": EAST, "near_east": NEAR_EAST, "west": WEST}


def gain(stand: str, value: float, units: int = 20) -> StandGain:
    return StandGain(stand, units, value, 0.6 * value, 1.5 * value, 0.8)


def test_kilometres_are_those_of_the_globe_with_a_detour() -> None:
    """A degree of latitude is 111.2 km, Berlin to Munich 504 km as the crow flies."""
    assert road_km(GeoPosition(50, 10), GeoPosition(51, 10)) == pytest.approx(1.3 * 111.2, rel=0.001)
    assert road_km(DEPOT, GeoPosition(48.137, 11.575)) == pytest.approx(1.3 * 504, rel=0.01)
    assert road_km(DEPOT, DEPOT) == 0


def test_a_trip_that_costs_more_than_it_earns_is_not_worth_it() -> None:
    road = Road(RefillTripCost(2_800))
    poor, rich = plan_trips([gain("a", 2_000)], road)[0], plan_trips([gain("a", 5_000)], road)[0]
    assert (poor.verdict, poor.net_minor) == ("not_worth_it", -800)
    assert (rich.verdict, rich.net_minor, rich.low_minor, rich.high_minor) == ("worth_it", 2_200, 200, 4_700)


def test_neighbours_are_served_on_one_trip_and_may_be_worth_it_only_together() -> None:
    road = Road(RefillTripCost(2_000, 50, 100), DEPOT, PLACES)
    alone = [plan_trips([gain(name, 4_000)], road)[0].verdict for name in ("east", "near_east")]
    assert alone == ["not_worth_it", "not_worth_it"]
    (trip,) = plan_trips([gain("east", 4_000), gain("near_east", 4_000)], road)
    assert set(trip.stands) == {"east", "near_east"}
    assert trip.verdict == "worth_it"
    assert trip.cost_minor == pytest.approx(2_000 + 50 * trip.kilometres + 200)
    assert trip.gain_minor - trip.cost_minor == trip.net_minor


def test_a_stop_that_earns_less_than_its_way_is_left_out() -> None:
    road = Road(RefillTripCost(0, 100), DEPOT, PLACES)
    east, west = plan_trips([gain("east", 50_000), gain("west", 300)], road)
    assert (east.stands, east.verdict) == (("east",), "worth_it")
    assert (west.stands, west.verdict) == (("west",), "not_worth_it")


def test_a_van_holds_no_more_than_it_holds() -> None:
    road = Road(RefillTripCost(2_000, 50), DEPOT, PLACES)
    both = [gain("east", 9_000, 60), gain("near_east", 9_000, 60)]
    assert len(plan_trips(both, road, van_units=100)) == 2
    assert len(plan_trips(both, road, van_units=120)) == 1
    assert len(plan_trips(both, road, most_stops=1)) == 2
    with pytest.raises(InvalidNumbers):
        plan_trips(both, road, van_units=50)


def test_stands_without_a_place_go_alone_and_those_without_need_not_at_all() -> None:
    road = Road(RefillTripCost(1_000), DEPOT, PLACES)
    trips = plan_trips([gain("east", 5_000), gain("nowhere", 5_000), gain("west", 0, 0)], road)
    assert sorted(trip.stands for trip in trips) == [("east",), ("nowhere",)]
    assert plan_trips([], road) == []


def test_routes_are_near_the_shortest_of_all() -> None:
    """Six stands and one van for all: within ten percent of the best of 720 orders, on average over ten towns."""
    random = np.random.default_rng(17)
    ratios = []
    for _ in range(10):
        places = {str(i): GeoPosition(52 + random.random(), 13 + random.random()) for i in range(6)}
        road = Road(RefillTripCost(0, 100), DEPOT, places)
        (trip,) = plan_trips([gain(name, 1e7) for name in places], road)
        best = min(road.kilometres(order) for order in itertools.permutations(places))
        ratios.append(trip.kilometres / best)
    assert min(ratios) >= 1 - 1e-9
    assert np.mean(ratios) < 1.10


def test_senseless_places_and_costs_are_refused() -> None:
    with pytest.raises(InvalidNumbers):
        GeoPosition(95, 0)
    with pytest.raises(InvalidNumbers):
        GeoPosition(float("nan"), 0)
    with pytest.raises(InvalidNumbers):
        RefillTripCost(-1)
    with pytest.raises(InvalidNumbers):
        plan_trips([gain("a", 1), gain("a", 2)], Road(RefillTripCost(1)))


@pytest.mark.parametrize("seed", range(6))
def test_trips_are_those_of_the_savings_taken_one_pair_at_a_time(seed: int) -> None:
    random = np.random.default_rng(seed)
    stands = [f"s{number}" for number in range(14)]
    places = {stand: GeoPosition(*(random.random(2) * [1.0, 1.5] + [52, 13])) for stand in stands}
    road = Road(RefillTripCost(1_500, 40.0, 90), DEPOT, places)
    gains = [gain(stand, 1e9, int(random.integers(1, 9))) for stand in stands]
    units = {each.stand: each.units for each in gains}
    route: dict[str, tuple[str, ...]] = {stand: (stand,) for stand in stands}
    pairs = itertools.combinations(stands, 2)
    savings = {pair: road.minor(pair[:1]) + road.minor(pair[1:]) - road.minor(pair) for pair in pairs}
    for (i, j), saving in sorted(savings.items(), key=lambda entry: -entry[1]):
        head, tail = route[i], route[j]
        if saving <= 0 or head == tail or i not in (head[0], head[-1]) or j not in (tail[0], tail[-1]):
            continue
        joined = (head if head[-1] == i else head[::-1]) + (tail if tail[0] == j else tail[::-1])
        if sum(units[stand] for stand in joined) <= 20 and len(joined) <= 5:
            route |= dict.fromkeys(joined, joined)
    trips = plan_trips(gains, road, van_units=20, most_stops=5)
    assert {trip.stands for trip in trips} == set(route.values())
