"""Works out a week's trips to stands: what each would lose until the next planned call, and what to bring it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from math import sqrt

from analytics.stands.refill_routes import GeoPosition, RefillTrip, RefillTripCost, Road, plan_trips
from analytics.stands.refills import ShelfRefill, StandGain, StandShelf, best_refills, gain_of_stand, shelf_refill
from domain.stands import REVIEW_DAYS, days_to_planned_call
from store.session import BrandSession
from tools.base import ToolEnv
from tools.stands.book import ShelfBook, StandBook, StandNow, stand_book

COVERAGE = 0.80
TRIP_LEAD_DAYS = 3
"""Days from the meeting to the driver's call: an approval may take two."""
HERE = GeoPosition(0.0, 0.0)
"""Trips cost by the trip and the stop: where a stand lies makes no difference to that."""
_DAY = timedelta(days=1)
_OLDEST_REPORT = timedelta(days=TRIP_LEAD_DAYS + 14)
"""What lies on a shelf is foreseen from its last report; after a fortnight without one, that is a guess."""
LONGEST_COVER_DAYS, SHELF_LIFE_SHARE = 90.0, 0.5


@dataclass(frozen=True)
class TripTerms:
    """The costs of a trip, and when it would be driven."""

    fixed_minor: int
    stop_minor: int
    most_stops: int
    arrives: datetime

    def road(self, stands: Iterable[str]) -> Road:
        """The way to these stands, with its costs."""
        return Road(RefillTripCost(self.fixed_minor, per_stop_minor=self.stop_minor), HERE, dict.fromkeys(stands, HERE))


@dataclass
class Visit:
    """One stand as it was analysed. `wait_days` runs from the trip to the next call by plan."""

    stand: StandNow
    lacking: str = ""
    wait_days: float = 0.0
    loss_minor: float = 0.0
    brought: Sequence[ShelfRefill] = ()
    gain: StandGain | None = None
    short: set[str] = field(default_factory=set)

    @property
    def code(self) -> str:
        return self.stand.place.code


@dataclass(frozen=True)
class RefillWeek:
    """All stands as they were looked at, and the trips that are worth their cost, best first.

    Without `terms` nothing could be worked out, and `lacking` says why.
    """

    terms: TripTerms | None
    lacking: Sequence[str] = ()
    visits: Sequence[Visit] = ()
    trips: Sequence[RefillTrip] = ()


def week_of_refills(session: BrandSession, env: ToolEnv) -> RefillWeek:
    """This week's calls and trips, worked out once a run."""
    return env.once(("week of refills",), lambda: _plan(session, stand_book(session, env)))


def _plan(session: BrandSession, book: StandBook) -> RefillWeek:
    terms, lacking = _terms(session, book)
    if terms is None:
        return RefillWeek(None, lacking)
    visits = [_analysed(book, stand, terms) for stand in book.stands]
    _allot(book, visits, terms)
    return RefillWeek(terms, (), visits, _trips(visits, terms))


def _terms(session: BrandSession, book: StandBook) -> tuple[TripTerms | None, list[str]]:
    rules = book.rules
    fixed, stop, most = rules.trip_fixed_minor, rules.trip_stop_minor, rules.trip_most_stops
    lacking = {
        "no_stands": not book.stands,
        "no_trip_cost": fixed is None or stop is None or most is None,
        "no_warehouse": not book.warehouse,
    }
    if any(lacking.values()) or fixed is None or stop is None or most is None:
        return None, [reason for reason, holds in lacking.items() if holds]
    day = session.ctx.known_until.date() + TRIP_LEAD_DAYS * _DAY
    return TripTerms(fixed, stop, most, datetime.combine(day, time(12), session.ctx.known_until.tzinfo)), []


def _analysed(book: StandBook, stand: StandNow, terms: TripTerms) -> Visit:
    """The stand as analysed: the loss until the next call by plan, or what is lacking."""
    visit = Visit(stand, lacking=_lacking(stand, terms))
    if visit.lacking:
        return visit
    visit.wait_days = _wait_days(stand, terms.arrives)
    shelves = [_shelf(book, stand, shelf, terms, visit.wait_days) for shelf in stand.shelves]
    without = [shelf_refill(shelf, 0) for shelf in shelves]
    visit.loss_minor = sum(refill.lost_units_without * refill.shelf.margin_minor for refill in without)
    if any(shelf.coming for shelf in stand.shelves):
        visit.lacking = "already_planned"
    return visit


def _lacking(stand: StandNow, terms: TripTerms) -> str:
    if not stand.shelves:
        return "never_counted"
    if not stand.place.visit_every_days:
        return "no_visit_rhythm"
    if not any(shelf.rate.units_per_day for shelf in stand.shelves):
        return "no_sales"
    if max(shelf.level.reported_until for shelf in stand.shelves) < terms.arrives - _OLDEST_REPORT:
        return "reports_are_old"
    return "no_margin" if all(shelf.margin_minor is None for shelf in stand.shelves) else ""


def _wait_days(stand: StandNow, arrives: datetime) -> float:
    """Days from the trip to the next call by plan."""
    every = float(stand.place.visit_every_days or 0)
    assert stand.called_at is not None
    return days_to_planned_call((arrives - stand.called_at) / _DAY, every)


def _shelf(book: StandBook, stand: StandNow, shelf: ShelfBook, terms: TripTerms, days: float) -> StandShelf:
    left = shelf.units_at(terms.arrives)
    life = shelf.product.shelf_life_days
    keeps = LONGEST_COVER_DAYS if life is None else min(LONGEST_COVER_DAYS, life * SHELF_LIFE_SHARE)
    return StandShelf(
        stand=stand.place.code,
        product=str(shelf.product.id),
        on_hand=int(left),
        rate=shelf.rate,
        days_to_visit=days,
        room_units=max(int(shelf.rate.units_per_day * keeps - left) + 1, 0),
        margin_minor=max(shelf.margin_minor or 0.0, 0.0),
        carrying_minor_per_day=book.carrying_minor_per_day(shelf),
    )


def _allot(book: StandBook, visits: Sequence[Visit], terms: TripTerms) -> None:
    """Sets the units to bring to each stand that may be worth a call, largest loss first, as the warehouse lasts."""
    left = {str(product): units for product, units in book.warehouse.items()}
    for visit in sorted(visits, key=lambda visit: (-visit.loss_minor, visit.code)):
        if visit.lacking:
            continue
        if visit.loss_minor <= terms.stop_minor:
            visit.lacking = "call_costs_more"
            continue
        cover = [
            _shelf(book, visit.stand, shelf, terms, _cover_days(book, visit, terms)) for shelf in visit.stand.shelves
        ]
        room = max(visit.stand.held - sum(shelf.on_hand for shelf in cover), 0)
        planned = best_refills(cover, left, room)
        until_then = [_shelf(book, visit.stand, shelf, terms, visit.wait_days) for shelf in visit.stand.shelves]
        visit.brought = [shelf_refill(shelf, refill.units) for shelf, refill in zip(until_then, planned, strict=True)]
        visit.short = {
            book_shelf.product.sku
            for book_shelf, shelf in zip(visit.stand.shelves, cover, strict=True)
            if left.get(shelf.product, 0) < shelf.demand.mean - shelf.on_hand
        }
        for refill in visit.brought:
            left[refill.shelf.product] = left.get(refill.shelf.product, 0) - refill.units
        if any(refill.units for refill in visit.brought):
            visit.gain = gain_of_stand([refill for refill in visit.brought if refill.units], COVERAGE)
        else:
            visit.lacking = "warehouse_is_short"


def _cover_days(book: StandBook, visit: Visit, terms: TripTerms) -> float:
    """Days that a call should last: sqrt(2 K / (d h)), Harris 1913, K a share of the trip; at least until the next.

    d h is what the stand's daily sales cost a day that they lie there.
    """
    flow = sum(shelf.rate.units_per_day * book.carrying_minor_per_day(shelf) for shelf in visit.stand.shelves)
    cost = terms.stop_minor + terms.fixed_minor / terms.most_stops
    economic = sqrt(2 * cost / flow) if flow > 0 else LONGEST_COVER_DAYS
    longest = min(LONGEST_COVER_DAYS, float(book.rules.max_cover_days))
    return max(min(economic, longest), visit.wait_days + REVIEW_DAYS)


def _trips(visits: Sequence[Visit], terms: TripTerms) -> list[RefillTrip]:
    """The trips that are worth their cost, best first; whose stops are not on one are told why."""
    ready = sorted((visit for visit in visits if visit.gain), key=lambda visit: (-visit.loss_minor, visit.code))
    gains = [visit.gain for visit in ready if visit.gain]
    trips = plan_trips(gains, terms.road([visit.code for visit in ready]), most_stops=terms.most_stops)
    driven = {stand for trip in trips if trip.verdict == "worth_it" for stand in trip.stands}
    for visit in ready:
        if visit.code not in driven:
            visit.lacking = "trip_costs_more"
    return [trip for trip in trips if trip.verdict == "worth_it"]
