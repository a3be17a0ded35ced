"""Routing of refill trips: which stands share a trip, and the trip's value after its cost."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from analytics.pricing.panel import Floats
from analytics.stands.refills import StandGain
from analytics.statistics.amounts import check_amounts
from analytics.statistics.errors import InvalidNumbers

EARTH_KM = 6_371.0
DETOUR = 1.3
"""Assumed ratio of the distance by road to the straight line."""


@dataclass(frozen=True)
class GeoPosition:
    """Latitude and longitude in degrees. Raises InvalidNumbers outside the globe."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (abs(self.latitude) <= 90 and abs(self.longitude) <= 180):
            raise InvalidNumbers(f"There is no place at {self.latitude}, {self.longitude}.")


@dataclass(frozen=True)
class RefillTripCost:
    """Cost of a trip in minor units: fixed, per kilometre, and per stop."""

    fixed_minor: float
    per_km_minor: float = 0.0
    per_stop_minor: float = 0.0

    def __post_init__(self) -> None:
        check_amounts(fixed=self.fixed_minor, per_km=self.per_km_minor, per_stop=self.per_stop_minor)


@dataclass(frozen=True)
class RefillTrip:
    """Stands in the order of the stops, and the trip's value after its cost, in minor units.

    `low..high` hold each stand's misses as independent of the others'. `kilometres` is 0 where no places are known.
    """

    stands: tuple[str, ...]
    units: int
    kilometres: float
    cost_minor: float
    gain_minor: float
    net_minor: float
    low_minor: float
    high_minor: float
    verdict: Literal["worth_it", "not_worth_it"]


@dataclass(frozen=True)
class Road:
    """The depot, where the stands lie (those that are known), and what going there costs."""

    cost: RefillTripCost
    depot: GeoPosition | None = None
    places: Mapping[str, GeoPosition] | None = None

    def kilometres(self, stops: Sequence[str]) -> float:
        """The round from the depot by these stops, in kilometres."""
        if self.depot is None or self.places is None or not stops:
            return 0.0
        waypoints = [self.depot, *(self.places[stop] for stop in stops if stop in self.places), self.depot]
        return sum(road_km(start, end) for start, end in pairwise(waypoints))

    def minor(self, stops: Sequence[str]) -> float:
        """Cost of the round trip, in minor units; 0 without stops."""
        if not stops:
            return 0.0
        driven = self.cost.per_km_minor * self.kilometres(stops)
        return self.cost.fixed_minor + driven + self.cost.per_stop_minor * len(stops)

    def knows(self, stand: str) -> bool:
        """True if the stand's position is known, so that it can share a trip."""
        return self.depot is not None and self.places is not None and stand in self.places


def road_km(start: GeoPosition, end: GeoPosition) -> float:
    """Kilometres by road: the great circle (haversine) times DETOUR."""
    north, east = (math.radians(d) for d in (end.latitude - start.latitude, end.longitude - start.longitude))
    widths = math.cos(math.radians(start.latitude)) * math.cos(math.radians(end.latitude))
    half = math.sin(north / 2) ** 2 + widths * math.sin(east / 2) ** 2
    return DETOUR * 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def plan_trips(
    gains: Sequence[StandGain],
    road: Road,
    van_units: int | None = None,
    most_stops: int | None = None,
) -> list[RefillTrip]:
    """Trips that earn most after their cost, best first; trips that earn nothing come last, marked as such.

    Stands start with a trip each. Two trips whose ends i and j save c(0,i) + c(0,j) - c(i,j) and the fixed cost by
    being one are joined, the largest saving first, while load and stops allow (Clarke & Wright 1964). Then a stop that
    earns less than leaving it out saves is left out, and judged as a trip of its own. A heuristic: it can miss the
    best route, above all with many stops. Stands without a known place go alone, and of their trip only the fixed
    cost and the stop are known. A stand that needs more than the van holds raises InvalidNumbers.
    """
    check_amounts(room_in_the_van=van_units, most_stops=most_stops)
    by_stand = {gain.stand: gain for gain in gains}
    if len(by_stand) < len(gains):
        raise InvalidNumbers("A stand occurs twice.")
    if van_units is not None and any(gain.units > van_units for gain in gains):
        raise InvalidNumbers("A stand needs more than the van holds.", remedy="Allot the van's room first.")
    due = [gain.stand for gain in gains if gain.units]
    routes: list[tuple[str, ...]] = []
    for route in _joined(due, by_stand, road, van_units, most_stops):
        route_kept, dropped = _pruned(route, by_stand, road)
        routes += [route_kept, *((stand,) for stand in dropped)] if route_kept else [(stand,) for stand in dropped]
    trips = [_trip(route, by_stand, road) for route in routes]
    return sorted(trips, key=lambda trip: -trip.net_minor)


def _joined(
    stands: Sequence[str],
    gains: Mapping[str, StandGain],
    road: Road,
    van_units: int | None,
    most_stops: int | None,
) -> list[tuple[str, ...]]:
    route_of: dict[str, tuple[str, ...]] = {stand: (stand,) for stand in stands}
    near = [stand for stand in stands if road.knows(stand)]
    most = len(stands) if most_stops is None else most_stops
    for i, j in _pairs_worth_joining(near, road):
        head, tail = route_of[i], route_of[j]
        if len(head) + len(tail) > most or head == tail:
            continue
        if i not in (head[0], head[-1]) or j not in (tail[0], tail[-1]):
            continue
        together = (head if head[-1] == i else head[::-1]) + (tail if tail[0] == j else tail[::-1])
        if van_units is not None and sum(gains[stand].units for stand in together) > van_units:
            continue
        for stand in together:
            route_of[stand] = together
    return list(dict.fromkeys(route_of.values()))


def _pairs_worth_joining(near: Sequence[str], road: Road) -> Iterator[tuple[str, str]]:
    """Pairs of stands that are cheaper on one trip than on two, the largest saving first."""
    if len(near) < 2 or road.depot is None or road.places is None:
        return
    spots = np.radians(
        [(spot.latitude, spot.longitude) for spot in (road.depot, *(road.places[stand] for stand in near))]
    )
    latitude, longitude = spots.T
    first, second = np.triu_indices(len(near), 1)
    there = _road_km(latitude[:1], longitude[:1], latitude[1:], longitude[1:])
    between = _road_km(*spots[first + 1].T, *spots[second + 1].T)
    cost = road.cost
    alone = cost.fixed_minor + cost.per_km_minor * (there + there) + cost.per_stop_minor
    driven = cost.per_km_minor * (there[first] + between + there[second])
    saving = alone[first] + alone[second] - (cost.fixed_minor + driven + cost.per_stop_minor * 2)
    best = np.argsort(-saving, kind="stable")[: np.count_nonzero(saving > 0)]
    for i, j in zip(first[best], second[best], strict=True):
        yield near[int(i)], near[int(j)]


def _road_km(latitude: Floats, longitude: Floats, to_latitude: Floats, to_longitude: Floats) -> Floats:
    """As `road_km`, of many pairs, in radians."""
    north, east = to_latitude - latitude, to_longitude - longitude
    half = np.sin(north / 2) ** 2 + np.cos(latitude) * np.cos(to_latitude) * np.sin(east / 2) ** 2
    return DETOUR * 2 * EARTH_KM * np.arcsin(np.minimum(1.0, np.sqrt(half)))


def _pruned(
    route: tuple[str, ...], gains: Mapping[str, StandGain], road: Road
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The route without stops that cost more than they earn, the worst first, and those stops."""
    kept, dropped = list(route), list[str]()
    while len(kept) > 1:
        full_cost = road.minor(kept)
        nets = {
            stop: gains[stop].value_minor - full_cost + road.minor([other for other in kept if other != stop])
            for stop in kept
        }
        worst = min(kept, key=lambda stop: nets[stop])
        if nets[worst] >= 0:
            break
        kept.remove(worst)
        dropped.append(worst)
    return tuple(kept), tuple(dropped)


def _trip(route: tuple[str, ...], gains: Mapping[str, StandGain], road: Road) -> RefillTrip:
    stops = [gains[stand] for stand in route]
    cost, gain = road.minor(route), sum(stop.value_minor for stop in stops)
    below = math.sqrt(sum((stop.value_minor - stop.low_minor) ** 2 for stop in stops))
    above = math.sqrt(sum((stop.high_minor - stop.value_minor) ** 2 for stop in stops))
    return RefillTrip(
        stands=route,
        units=sum(stop.units for stop in stops),
        kilometres=road.kilometres(route),
        cost_minor=cost,
        gain_minor=gain,
        net_minor=gain - cost,
        low_minor=gain - below - cost,
        high_minor=gain + above - cost,
        verdict="worth_it" if gain > cost else "not_worth_it",
    )
