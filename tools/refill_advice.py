"""Advises trips to stands: what each would lose until the next planned call, and which calls pay for the trip."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from math import sqrt

from analytics.refill_routes import Place, RefillTrip, Road, TripCost, plan_trips
from analytics.refills import ShelfRefill, StandGain, StandShelf, best_refills, gain_of_stand, shelf_refill
from analytics.surplus import Batch, expiring_stock
from domain.figure import Cell
from domain.stands import REVIEW_DAYS, days_to_planned_call
from store.session import BrandSession
from tools import cells
from tools.base import NoArguments, ToolAnswer, ToolEnv
from tools.stand_book import ShelfBook, StandBook, StandNow, stand_book
from tools.stand_results import (
    RefillAdvice,
    RefillLineView,
    ShortProduct,
    StandAdvice,
    Stands,
    StandView,
    TripAdvice,
)
from tools.stand_sources import sources_of_refills, sources_of_stands
from tools.stand_words import in_german, in_words

COVERAGE = 0.80
TRIP_LEAD_DAYS = 3
"""From the meeting to the driver's call: an approval may take two days."""
_HERE = Place(0.0, 0.0)
"""Trips cost by the trip and the stop: where a stand lies makes no difference to that."""
_DAY = timedelta(days=1)
_LONGEST_COVER_DAYS, _SHELF_LIFE_SHARE = 90.0, 0.5


@dataclass(frozen=True)
class Terms:
    """What a trip costs, and when it would be driven."""

    fixed_minor: int
    stop_minor: int
    most_stops: int
    arrives: datetime


@dataclass
class Visit:
    """What was found out about one stand. `wait_days` runs from the trip to the next call by plan."""

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


def list_stands(session: BrandSession, env: ToolEnv, args: NoArguments) -> ToolAnswer:
    """List the brand's stands: what should lie there (the last count, what came and what was sold since), what a week
    asks for, what is on its way, when somebody called last, how often by plan; and what a driver's trip costs."""
    book = stand_book(session, env)
    fixed, stop = book.rules.trip_fixed_minor, book.rules.trip_stop_minor
    view = Stands(
        currency=book.currency,
        trip_fixed=None if fixed is None else cells.money(fixed, book.currency),
        trip_stop=None if stop is None else cells.money(stop, book.currency),
        stands=[_stand_view(session, stand) for stand in book.stands],
    )
    return ToolAnswer(view, sources_of_stands(session, book))


def _stand_view(session: BrandSession, stand: StandNow) -> StandView:
    now, every = session.ctx.known_until, stand.place.visit_every_days
    levels = [shelf.level.units for shelf in stand.shelves]
    return StandView(
        stand=stand.place.code,
        title=stand.place.title or stand.place.code,
        products=cells.count(len(stand.shelves)),
        on_hand=Cell(value=round(sum(levels)), unit="units"),
        demand=cells.units_a_week(7 * sum(shelf.rate.units_per_day for shelf in stand.shelves)),
        empty=cells.count(sum(level < 1 for level in levels)),
        coming=Cell(value=sum(shelf.coming for shelf in stand.shelves), unit="units"),
        last_call=None if stand.called_at is None else cells.days((now - stand.called_at) // _DAY),
        visit_every=cells.days(every) if every else None,
    )


def refill_advice(session: BrandSession, env: ToolEnv, args: NoArguments) -> ToolAnswer:
    """Work out this week's trips to stands: for each stand what it would lose until somebody calls there by plan (its
    last count, sales since, what is asked for, empty shelves counted in), what to bring within what the warehouse can
    spare and the stand has held before, and which stands share a trip so that it earns more than it costs, with an
    80 % interval. A call or trip that costs more than it brings is not advised. Abstains where data are lacking."""
    book = stand_book(session, env)
    terms, lacking = _terms(session, book)
    if terms is None:
        view = RefillAdvice(
            currency=book.currency,
            status="abstained",
            reasons=lacking,
            because=in_words(lacking),
            because_german=in_german(lacking),
            trips=[],
            stands=[],
        )
        return ToolAnswer(view, sources_of_refills(session, book))
    visits = [_looked_at(book, stand, terms) for stand in book.stands]
    _allot(book, visits, terms)
    trips = _trips(visits, terms)
    return ToolAnswer(_view(book, terms, visits, trips), sources_of_refills(session, book))


def _terms(session: BrandSession, book: StandBook) -> tuple[Terms | None, list[str]]:
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
    return Terms(fixed, stop, most, datetime.combine(day, time(12), session.ctx.known_until.tzinfo)), []


def _looked_at(book: StandBook, stand: StandNow, terms: Terms) -> Visit:
    """What the stand would lose until the next call by plan."""
    visit = Visit(stand, lacking=_lacking(stand))
    if visit.lacking:
        return visit
    visit.wait_days = _wait_days(stand, terms.arrives)
    shelves = [_shelf(book, stand, shelf, terms, visit.wait_days) for shelf in stand.shelves]
    without = [shelf_refill(shelf, 0) for shelf in shelves]
    visit.loss_minor = sum(one.lost_units_without * one.shelf.margin_minor for one in without)
    if any(shelf.coming for shelf in stand.shelves):
        visit.lacking = "already_planned"
    return visit


def _lacking(stand: StandNow) -> str:
    if not stand.shelves:
        return "never_counted"
    if not stand.place.visit_every_days:
        return "no_visit_rhythm"
    if not any(shelf.rate.units_per_day for shelf in stand.shelves):
        return "no_sales"
    return "no_margin" if all(shelf.margin_minor is None for shelf in stand.shelves) else ""


def _wait_days(stand: StandNow, arrives: datetime) -> float:
    """From the trip to the next call by plan."""
    every = float(stand.place.visit_every_days or 0)
    assert stand.called_at is not None
    return days_to_planned_call((arrives - stand.called_at) / _DAY, every)


def _shelf(book: StandBook, stand: StandNow, shelf: ShelfBook, terms: Terms, days: float) -> StandShelf:
    left = shelf.units_at(terms.arrives)
    life = shelf.product.shelf_life_days
    keeps = _LONGEST_COVER_DAYS if life is None else min(_LONGEST_COVER_DAYS, life * _SHELF_LIFE_SHARE)
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


def _allot(book: StandBook, visits: Sequence[Visit], terms: Terms) -> None:
    """What to bring to each stand that may be worth a call, who would lose most first, as the warehouse lasts."""
    left = {str(product): units for product, units in book.warehouse.items()}
    for visit in sorted(visits, key=lambda one: (-one.loss_minor, one.code)):
        if visit.lacking:
            continue
        if visit.loss_minor <= terms.stop_minor:
            visit.lacking = "call_costs_more"
            continue
        cover = [_shelf(book, visit.stand, one, terms, _cover_days(book, visit, terms)) for one in visit.stand.shelves]
        room = max(visit.stand.held - sum(shelf.on_hand for shelf in cover), 0)
        planned = best_refills(cover, left, room)
        until_then = [_shelf(book, visit.stand, one, terms, visit.wait_days) for one in visit.stand.shelves]
        visit.brought = [shelf_refill(shelf, one.units) for shelf, one in zip(until_then, planned, strict=True)]
        visit.short = {
            book_shelf.product.sku
            for book_shelf, shelf in zip(visit.stand.shelves, cover, strict=True)
            if left.get(shelf.product, 0) < shelf.demand.mean - shelf.on_hand
        }
        for one in visit.brought:
            left[one.shelf.product] = left.get(one.shelf.product, 0) - one.units
        if any(one.units for one in visit.brought):
            visit.gain = gain_of_stand([one for one in visit.brought if one.units], COVERAGE)
        else:
            visit.lacking = "warehouse_is_short"


def _cover_days(book: StandBook, visit: Visit, terms: Terms) -> float:
    """How long a call should last: sqrt(2 K / (d h)), Harris 1913, for a share K of the trip; at least until the next.

    d h is what the stand's daily sales cost a day that they lie there.
    """
    flow = sum(one.rate.units_per_day * book.carrying_minor_per_day(one) for one in visit.stand.shelves)
    cost = terms.stop_minor + terms.fixed_minor / terms.most_stops
    economic = sqrt(2 * cost / flow) if flow > 0 else _LONGEST_COVER_DAYS
    longest = min(_LONGEST_COVER_DAYS, float(book.rules.max_cover_days))
    return max(min(economic, longest), visit.wait_days + REVIEW_DAYS)


def _trips(visits: Sequence[Visit], terms: Terms) -> list[RefillTrip]:
    """The trips that are worth their cost, best first; whose stops are not on one are told why."""
    ready = sorted((visit for visit in visits if visit.gain), key=lambda one: (-one.loss_minor, one.code))
    gains = [visit.gain for visit in ready if visit.gain]
    road = Road(
        TripCost(terms.fixed_minor, per_stop_minor=terms.stop_minor), _HERE, {visit.code: _HERE for visit in ready}
    )
    trips = plan_trips(gains, road, most_stops=terms.most_stops)
    driven = {stand for trip in trips if trip.verdict == "worth_it" for stand in trip.stands}
    for visit in ready:
        if visit.code not in driven:
            visit.lacking = "trip_costs_more"
    return [trip for trip in trips if trip.verdict == "worth_it"]


def _view(book: StandBook, terms: Terms, visits: Sequence[Visit], trips: Sequence[RefillTrip]) -> RefillAdvice:
    driven = {stand for trip in trips for stand in trip.stands}
    waits = {visit.code: visit.wait_days for visit in visits}
    known = any(visit.wait_days for visit in visits)
    if trips:
        status, reasons = "refill", ["runs_low"]
    else:
        hindered = {visit.lacking for visit in visits}
        status = "wait" if known else "abstained"
        reasons = ["nothing_is_due"] if known else sorted(hindered)
        if known and "trip_costs_more" in hindered:
            reasons = ["trip_costs_more"]
    return RefillAdvice(
        currency=book.currency,
        status=status,
        reasons=reasons,
        because=in_words(reasons),
        because_german=in_german(reasons),
        lead=cells.days(TRIP_LEAD_DAYS),
        trips=[_trip_view(book, terms, trip, waits, at) for at, trip in enumerate(trips)],
        stands=[_stand_advice(book, terms, visit, visit.code in driven) for visit in visits],
        short=[
            ShortProduct(sku=sku)
            for sku in sorted({sku for visit in visits if visit.code in driven for sku in visit.short})
        ],
    )


def letters(at: int) -> str:
    """A, B ... Z, AA: the names of a week's trips."""
    return (letters(at // 26 - 1) if at >= 26 else "") + chr(ord("A") + at % 26)


def _trip_view(book: StandBook, terms: Terms, trip: RefillTrip, waits: Mapping[str, float], at: int) -> TripAdvice:
    def money(amount: float) -> Cell:
        return cells.money(amount, book.currency)

    return TripAdvice(
        trip=letters(at),
        planned_day=terms.arrives.date().isoformat(),
        stands=sorted(trip.stands),
        stops=cells.count(len(trip.stands)),
        units=Cell(value=trip.units, unit="units"),
        gain=money(trip.gain_minor),
        cost=money(trip.cost_minor),
        net=money(trip.net_minor),
        net_low=money(trip.low_minor),
        net_high=money(trip.high_minor),
        coverage=cells.share(COVERAGE),
        horizon=cells.days(TRIP_LEAD_DAYS + round(max(waits[stand] for stand in trip.stands))),
        verdict=trip.verdict,
    )


def _stand_advice(book: StandBook, terms: Terms, visit: Visit, driven: bool) -> StandAdvice:
    waiting = visit.wait_days > 0
    reasons = ["runs_low"] if driven else [visit.lacking or "call_costs_more"]
    base = StandAdvice(
        stand=visit.code,
        title=visit.stand.place.title or visit.code,
        decision="refill" if driven else "wait" if waiting else "abstained",
        reasons=reasons,
        because=in_words(reasons),
        because_german=in_german(reasons),
    )
    if not waiting:
        return base
    shelves = visit.stand.shelves
    return base.model_copy(
        update={
            "on_hand": Cell(value=round(sum(one.units_at(terms.arrives) for one in shelves)), unit="units"),
            "demand": cells.units_a_week(7 * sum(one.rate.units_per_day for one in shelves)),
            "wait": cells.days(round(visit.wait_days)),
            "loss": cells.money(visit.loss_minor, book.currency),
            "gain": None if visit.gain is None else cells.money(visit.gain.value_minor, book.currency),
            "units": None if visit.gain is None else Cell(value=visit.gain.units, unit="units"),
            "expiring": _expiring(shelves),
            "lines": _lines(visit) if driven else [],
        }
    )


def _lines(visit: Visit) -> list[RefillLineView]:
    return [
        RefillLineView(
            sku=book_shelf.product.sku,
            title=book_shelf.product.title,
            on_hand=Cell(value=one.shelf.on_hand, unit="units"),
            demand=cells.units_a_week(7 * one.shelf.rate.units_per_day),
            out_without=cells.share(one.empty_probability_without),
            quantity=Cell(value=one.units, unit="units"),
        )
        for book_shelf, one in zip(visit.stand.shelves, visit.brought, strict=True)
        if one.units
    ]


def _expiring(shelves: Sequence[ShelfBook]) -> Cell | None:
    """Units there that will hardly sell before they expire, as if they had come today; None where there are none."""
    expected = 0.0
    for shelf in shelves:
        life, units = shelf.product.shelf_life_days, int(shelf.level.units)
        if life and units > shelf.rate.units_per_day * life * _SHELF_LIFE_SHARE:
            batch = Batch(shelf.product.sku, units, float(life), float(shelf.unit_cost_minor or 0))
            expected += expiring_stock([batch], shelf.rate)[0].expected_units
    return Cell(value=round(expected), unit="units") if expected >= 1 else None
