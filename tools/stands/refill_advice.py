"""Advises trips to stands: what each would lose until the next planned call, and which calls pay for the trip."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from analytics.stands.refill_routes import RefillTrip
from analytics.stock.surplus import StockBatch, expiring_stock
from domain.figure import Cell
from store.session import BrandSession
from tools import cells
from tools.base import NoArguments, ToolAnswer, ToolEnv
from tools.reasons import reason_keys
from tools.stands.book import ShelfBook, StandBook, StandNow, stand_book
from tools.stands.refill_visits import COVERAGE, SHELF_LIFE_SHARE, TRIP_LEAD_DAYS, TripTerms, Visit, week_of_refills
from tools.stands.results import (
    RefillAdvice,
    RefillLineView,
    ShortProduct,
    StandAdvice,
    StandList,
    StandView,
    TripAdvice,
)
from tools.stands.sources import sources_of_refills, sources_of_stands

_DAY = timedelta(days=1)


def list_stands(session: BrandSession, env: ToolEnv, args: NoArguments) -> ToolAnswer:
    """List the brand's stands: what should lie there (the last count, what came and what was sold since), what a week
    asks for, what is on its way, when somebody called last, how often by plan; and what a driver's trip costs."""
    book = stand_book(session, env)
    fixed, stop = book.rules.trip_fixed_minor, book.rules.trip_stop_minor
    view = StandList(
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
    book, week = stand_book(session, env), week_of_refills(session, env)
    if week.terms is None:
        view = RefillAdvice(
            currency=book.currency,
            status="abstained",
            reasons=reason_keys("stands", week.lacking),
            trips=[],
            stands=[],
        )
        return ToolAnswer(view, sources_of_refills(session, book))
    return ToolAnswer(_view(book, week.terms, week.visits, week.trips), sources_of_refills(session, book))


def _view(book: StandBook, terms: TripTerms, visits: Sequence[Visit], trips: Sequence[RefillTrip]) -> RefillAdvice:
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
        reasons=reason_keys("stands", reasons),
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


def _trip_view(book: StandBook, terms: TripTerms, trip: RefillTrip, waits: Mapping[str, float], at: int) -> TripAdvice:
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


def _stand_advice(book: StandBook, terms: TripTerms, visit: Visit, driven: bool) -> StandAdvice:
    waiting = visit.wait_days > 0
    reasons = ["runs_low"] if driven else [visit.lacking or "call_costs_more"]
    base = StandAdvice(
        stand=visit.code,
        title=visit.stand.place.title or visit.code,
        decision="refill" if driven else "wait" if waiting else "abstained",
        reasons=reason_keys("stands", reasons),
    )
    if not waiting:
        return base
    shelves = visit.stand.shelves
    return base.model_copy(
        update={
            "on_hand": Cell(value=round(sum(shelf.units_at(terms.arrives) for shelf in shelves)), unit="units"),
            "demand": cells.units_a_week(7 * sum(shelf.rate.units_per_day for shelf in shelves)),
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
            on_hand=Cell(value=refill.shelf.on_hand, unit="units"),
            demand=cells.units_a_week(7 * refill.shelf.rate.units_per_day),
            out_without=cells.share(refill.empty_probability_without),
            quantity=Cell(value=refill.units, unit="units"),
        )
        for book_shelf, refill in zip(visit.stand.shelves, visit.brought, strict=True)
        if refill.units
    ]


def _expiring(shelves: Sequence[ShelfBook]) -> Cell | None:
    """Units there that will hardly sell before they expire, as if they had come today; None where there are none."""
    expected = 0.0
    for shelf in shelves:
        life, units = shelf.product.shelf_life_days, int(shelf.level.units)
        if life and units > shelf.rate.units_per_day * life * SHELF_LIFE_SHARE:
            batch = StockBatch(shelf.product.sku, units, float(life), float(shelf.unit_cost_minor or 0))
            expected += expiring_stock([batch], shelf.rate)[0].expected_units
    return Cell(value=round(expected), unit="units") if expected >= 1 else None
