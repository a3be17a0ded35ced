"""Recomputes a trip to stands by what the warehouse needs itself until suppliers can bring more."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analytics.stands.refill_routes import RefillTrip, plan_trips
from analytics.stands.refills import ShelfRefill, gain_by_unit, gain_of_stand, shelf_refill
from analytics.statistics.errors import InvalidNumbers
from analytics.stock.contested_stock import ShelfUntilSupply
from domain.errors import DomainError
from domain.figure import Cell
from domain.message import Message, verbatim
from domain.prediction import Prediction
from domain.stands import STAND_REFILL, RefillLine, StandRefill
from store.reads.pricing.prices import product_by_sku
from store.session import BrandSession
from tools import cells
from tools.base import ToolAnswer, ToolEnv
from tools.challenge_results import MATERIAL, ChallengeArguments, ChallengeView
from tools.proposals import proposal_of_run
from tools.stands.book import stand_book
from tools.stands.refill_visits import COVERAGE, TRIP_LEAD_DAYS, RefillWeek, TripTerms, week_of_refills
from tools.stands.sources import sources_of_refills
from tools.stock.book import StockBook, stock_book
from tools.stock.shelf_supply import ShelfSupply, shelf_supply
from tools.stock.sources import sources_of_shelf

_NOTHING_MISSED = 0.05
"""Units: where all that is taken makes no more difference than this, the warehouse has enough."""


@dataclass(frozen=True)
class _Drawn:
    """A trip after the challenge: units by shelf, and what those miss elsewhere, in minor units by stand."""

    kept: Sequence[ShelfRefill]
    missed_minor: Mapping[str, float]

    @property
    def units(self) -> int:
        return sum(refill.units for refill in self.kept)

    def taken(self, stands: Sequence[str]) -> float:
        """Contribution that the other channels miss for these stands, in minor units."""
        return sum(self.missed_minor.get(stand, 0.0) for stand in stands)


def recompute_refill_within_stock(session: BrandSession, env: ToolEnv, args: ChallengeArguments) -> ToolAnswer:
    """Recompute a proposed trip to stands by what the warehouse's own channels would miss of the goods it takes, until
    an order placed today would be in: a unit goes to a stand only where it earns more there than it would elsewhere.
    Says whether the trip stands, takes less, or is not worth driving any more."""
    proposal = proposal_of_run(session, env, args.proposal, STAND_REFILL.name)
    action, prediction = StandRefill.model_validate(proposal.action), Prediction.model_validate(proposal.prediction)
    promised = Cell(value=prediction.value, unit=prediction.unit)
    blank = ChallengeView(proposal=str(proposal.id), subject=action.subject, status="abstained", promised=promised)
    try:
        book, week = stock_book(session, env), week_of_refills(session, env)
        supplies = _supplies(session, env, book, action)
        if week.terms is None or not supplies:
            raise InvalidNumbers("How the warehouse is supplied with these goods is not known well enough.")
        asked = _asked(week, action)
    except DomainError as error:
        return ToolAnswer(blank.model_copy(update={"reasons": [verbatim(error.message)]}))
    waits = {visit.code: visit.wait_days for visit in week.visits}
    whole, drawn = _all_of(asked, supplies, waits), _worth_taking(asked, supplies, waits)
    sources = sources_of_refills(session, stand_book(session, env))
    for sku, supply in supplies.items():
        sources += sources_of_shelf(session, book, supply.supplier, product_by_sku(session, sku).id)
    return ToolAnswer(_view(blank, action, week.terms, whole, drawn), sources)


def _supplies(session: BrandSession, env: ToolEnv, book: StockBook, action: StandRefill) -> dict[str, ShelfSupply]:
    """Supply by SKU, without goods of which too little is known: those go as they were proposed."""
    supplies = {}
    for sku in dict.fromkeys(line.sku for line in action.lines):
        product = product_by_sku(session, sku)
        costs = [
            shelf.unit_cost_minor
            for stand in stand_book(session, env).stands
            for shelf in stand.shelves
            if shelf.product.id == product.id
        ]
        try:
            supply = shelf_supply(session, env, book, product.id, sku, next(iter(costs), None))
        except InvalidNumbers:
            continue
        if supply.shelf.rate.units_per_day > 0:
            supplies[sku] = supply
    return supplies


def _asked(week: RefillWeek, action: StandRefill) -> list[tuple[str, ShelfRefill]]:
    """Each line's SKU and shelf, as many units as proposed. Raises InvalidNumbers where a shelf is not known."""
    by_shelf = {
        (visit.code, book.product.sku): refill.shelf
        for visit in week.visits
        for book, refill in zip(visit.stand.shelves, visit.brought, strict=False)
    }
    try:
        return [(line.sku, shelf_refill(by_shelf[line.stand, line.sku], line.quantity)) for line in action.lines]
    except KeyError as missing:
        raise InvalidNumbers(f"The stands no longer hold {missing.args[0][1]}.") from missing


def _drain(refill: ShelfRefill, supply: ShelfSupply, wait_days: float) -> list[float]:
    """For each unit brought, the units that the warehouse lacks for it until supply comes, from 0 to 1.

    A unit that does not sell until the stand's next planned call is one less to bring then.
    """
    if TRIP_LEAD_DAYS + wait_days >= supply.shelf.supply_days:
        return [1.0] * refill.units
    lacking = refill.shelf.demand.shortage(refill.shelf.on_hand + np.arange(refill.units + 1))
    return (lacking[:-1] - lacking[1:]).tolist()


def _missed(shelf: ShelfUntilSupply, taken: float, more: float) -> float:
    """Units that other channels miss because of `more` units taken after `taken`."""
    return shelf.without(taken).sold(shelf.supply_days) - shelf.without(taken + more).sold(shelf.supply_days)


def _scarce(asked: Sequence[tuple[str, ShelfRefill]], supplies: Mapping[str, ShelfSupply]) -> set[str]:
    units: dict[str, int] = defaultdict(int)
    for sku, refill in asked:
        units[sku] += refill.units
    return {sku for sku, supply in supplies.items() if _missed(supply.shelf, 0, units[sku]) > _NOTHING_MISSED}


def _all_of(
    asked: Sequence[tuple[str, ShelfRefill]], supplies: Mapping[str, ShelfSupply], waits: Mapping[str, float]
) -> _Drawn:
    """The trip as it was proposed, and what others miss for it."""
    missed: dict[str, float] = defaultdict(float)
    for sku in _scarce(asked, supplies):
        supply, taken = supplies[sku], 0.0
        for refill in (refill for own, refill in asked if own == sku):
            drain = sum(_drain(refill, supply, waits[refill.shelf.stand]))
            missed[refill.shelf.stand] += _missed(supply.shelf, taken, drain) * max(supply.left_elsewhere, 0.0)
            taken += drain
    return _Drawn([refill for _, refill in asked], missed)


def _worth_taking(
    asked: Sequence[tuple[str, ShelfRefill]], supplies: Mapping[str, ShelfSupply], waits: Mapping[str, float]
) -> _Drawn:
    """The units of each product that earn more at a stand than elsewhere, those that earn most there first."""
    scarce, missed = _scarce(asked, supplies), defaultdict[str, float](float)
    kept = {at: refill.units for at, (sku, refill) in enumerate(asked) if sku not in scarce}
    for sku in sorted(scarce):
        supply, taken = supplies[sku], 0.0
        units = [
            (gain, at, drain)
            for at, (own, refill) in enumerate(asked)
            if own == sku
            for gain, drain in zip(
                gain_by_unit(refill.shelf, refill.units), _drain(refill, supply, waits[refill.shelf.stand]), strict=True
            )
        ]
        for gain, at, drain in sorted(units, key=lambda unit: -unit[0]):
            lost = _missed(supply.shelf, taken, drain) * max(supply.left_elsewhere, 0.0)
            if gain <= lost:
                break
            kept[at] = kept.get(at, 0) + 1
            missed[asked[at][1].shelf.stand] += lost
            taken += drain
    return _Drawn([shelf_refill(refill.shelf, kept.get(at, 0)) for at, (_, refill) in enumerate(asked)], missed)


def _trip(terms: TripTerms, drawn: _Drawn) -> RefillTrip | None:
    """The best trip with what is left; None where none is worth its cost."""
    by_stand: dict[str, list[ShelfRefill]] = defaultdict(list)
    for refill in drawn.kept:
        if refill.units:
            by_stand[refill.shelf.stand].append(refill)
    gains = []
    for stand, refills in by_stand.items():
        gain, missed = gain_of_stand(refills, COVERAGE), drawn.missed_minor.get(stand, 0.0)
        gains.append(
            replace(gain, value_minor=gain.value_minor - missed, low_minor=gain.low_minor - missed,
                    high_minor=gain.high_minor - missed)
        )  # fmt: skip
    trips = plan_trips(gains, terms.road(by_stand), most_stops=terms.most_stops)
    return next((trip for trip in trips if trip.verdict == "worth_it"), None)


def _view(blank: ChallengeView, action: StandRefill, terms: TripTerms, whole: _Drawn, drawn: _Drawn) -> ChallengeView:
    trip, lost = _trip(terms, drawn), whole.taken(action.stands)
    view = {"missed": cells.money(lost, action.currency), "units_before": Cell(value=whole.units, unit="units")}
    if trip is None:
        nothing = Cell(value=0, unit=blank.promised.unit)
        return blank.model_copy(
            update={"status": "changed", "value": nothing, "low": nothing, "high": nothing, "cells": view,
                    "message": Message(key="stands.challenge.not_worth_it")}
        )  # fmt: skip
    promised = float(blank.promised.value)
    if set(trip.stands) == set(action.stands) and trip.units == whole.units and lost <= MATERIAL * abs(promised):
        return blank.model_copy(update={"status": "stands"})
    still = drawn.taken(trip.stands)
    changed = _changed(action, trip, drawn, round(still))
    value, low, high = (round(amount) for amount in (trip.net_minor, trip.low_minor, trip.high_minor))
    unit = blank.promised.unit
    return blank.model_copy(
        update={
            "status": "changed",
            "value": Cell(value=value, unit=unit),
            "low": Cell(value=min(low, value), unit=unit),
            "high": Cell(value=max(high, value), unit=unit),
            "cells": {**view, "units": Cell(value=trip.units, unit="units"),
                      "still": cells.money(still, action.currency)},
            "message": Message(key="stands.challenge.changed"),
            "action": changed.model_dump(mode="json"),
        }
    )  # fmt: skip


def _changed(action: StandRefill, trip: RefillTrip, drawn: _Drawn, missed_minor: int) -> StandRefill:
    """The trip with what is left of each line, in the order of the proposal, and what others lose by it."""
    lines = [
        RefillLine(stand=line.stand, sku=line.sku, quantity=refill.units)
        for line, refill in zip(action.lines, drawn.kept, strict=True)
        if refill.units and line.stand in trip.stands
    ]
    amounts = {"trip_cost_minor": round(trip.cost_minor), "missed_elsewhere_minor": missed_minor}
    return action.model_copy(update={"lines": tuple(lines), **amounts})
