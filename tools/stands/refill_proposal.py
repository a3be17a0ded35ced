"""Proposes trips to stands: stops, goods and promise come from the run's own analysis, never from who asks."""

from datetime import date, timedelta

from domain.prediction import Prediction
from domain.stands import RefillLine, StandRefill
from store.session import BrandSession
from store.tables import Receipt
from tools import cells
from tools.base import GaveUp, Retry, ToolAnswer, ToolEnv
from tools.proposals import Draft, receipt_of_tool, store_proposal
from tools.stands.arguments import TripArguments
from tools.stands.results import ProposedTrip, RefillAdvice, TripAdvice

_TIME_TO_SEE = timedelta(days=14)
"""After the planned occasion: for the sales of its week to be reported, and for the next count."""


def propose_stand_refill(session: BrandSession, env: ToolEnv, args: TripArguments) -> ToolAnswer:
    """Propose a trip that refill_advice found worth its cost in this run: name its receipt, the trip's letter, and say
    why. Stops, quantities, what the trip costs and should bring, and when that is checked are taken from the receipt.
    Refused where the analysis did not advise that trip."""
    analysis = receipt_of_tool(session, env, args.analysis_receipt, "refill_advice")
    advice = RefillAdvice.model_validate(analysis.result)
    trip = _trip(analysis, advice, args.trip)
    action, prediction = _action(advice, trip), _prediction(session, trip)
    draft = Draft(
        action=action,
        prediction=prediction,
        expected_minor=prediction.value,
        rationale=args.rationale,
        receipts=[analysis.id],
        names=frozenset({*trip.stands, *(line.sku for line in action.lines)}),
    )
    row = store_proposal(session, env, "propose_stand_refill", args, draft)
    return ToolAnswer(
        ProposedTrip(
            proposal=str(row.id),
            trip=trip.trip,
            cost=cells.money(action.trip_cost_minor, action.currency),
            expected=cells.money(prediction.value, action.currency),
            check_at=prediction.check_at.isoformat(),
        )
    )


def _trip(analysis: Receipt, advice: RefillAdvice, wanted: str) -> TripAdvice:
    if not advice.trips:
        raise GaveUp(
            "The analysis does not advise a trip.", remedy="Report it as a finding instead.", reasons=advice.reasons
        )
    trip = next((trip for trip in advice.trips if trip.trip == wanted), None)
    if trip is None:
        raise Retry(f"{analysis.id} has no trip {wanted}: {', '.join(trip.trip for trip in advice.trips)}.")
    return trip


def _action(advice: RefillAdvice, trip: TripAdvice) -> StandRefill:
    by_stand = {stand.stand: stand for stand in advice.stands}
    lines = [
        RefillLine(stand=stand, sku=line.sku, quantity=int(line.quantity.value))
        for stand in trip.stands
        for line in by_stand[stand].lines
    ]
    return StandRefill(
        planned_day=date.fromisoformat(trip.planned_day),
        lines=tuple(lines),
        trip_cost_minor=int(trip.cost.value),
        currency=advice.currency,
    )


def _prediction(session: BrandSession, trip: TripAdvice) -> Prediction:
    days = timedelta(days=int(trip.horizon.value))
    return Prediction(
        value=int(trip.net.value),
        low=int(trip.net_low.value),
        high=int(trip.net_high.value),
        unit=trip.net.unit,
        coverage_bps=int(trip.coverage.value),
        horizon_days=days.days,
        check_at=session.ctx.known_until + days + _TIME_TO_SEE,
    )
