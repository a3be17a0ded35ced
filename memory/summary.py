"""The journal as the command line and other faces show it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from domain.figure import Cell
from domain.money import BPS
from memory.calibration import Calibration, calibrations
from memory.journal import JournalEntry, entries, trust_bps
from store.session import BrandSession

_NONE = "-"


def journal_document(session: BrandSession, agent: str = "", kind: str = "", limit: int = 20) -> dict[str, Any]:
    """`calibration` by agent and kind over all outcomes, `outcomes` newest first, and how many `more` there are."""
    outcomes, trust = entries(session, agent, kind), trust_bps(session)
    return {
        "calibration": [_figures(calibration, trust) for calibration in calibrations(outcomes)],
        "outcomes": [_outcome(entry) for entry in outcomes[:limit]],
        "more": max(len(outcomes) - limit, 0),
    }


def _figures(calibration: Calibration, trust: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    trusted = trust.get((calibration.agent, calibration.kind))
    held = _NONE
    if calibration.inside_bps is not None:
        held = f"{_rate(calibration.inside_bps)} (promised {_rate(calibration.promised_bps)})"
    return {
        **asdict(calibration),
        "trust_bps": trusted,
        "promised_text": Cell(value=calibration.promised, unit=calibration.unit).render()
        if calibration.measured
        else _NONE,
        "realised_text": Cell(value=calibration.realised, unit=calibration.unit).render()
        if calibration.measured
        else _NONE,
        "held_text": held,
        "apart_text": _rate(calibration.apart_bps),
        "trust_text": _rate(trusted),
    }


def _rate(bps: int | None) -> str:
    return _NONE if bps is None else f"{100 * bps / BPS:.0f} %"


def _outcome(entry: JournalEntry) -> dict[str, Any]:
    return {
        "id": str(entry.item_id),
        "agent": entry.agent,
        "kind": entry.kind,
        "subject": entry.subject,
        "predicted": entry.predicted,
        "status": entry.outcome.status,
        "effect": entry.outcome.effect,
        "low": entry.outcome.low,
        "high": entry.outcome.high,
        "unit": entry.outcome.unit,
        "method": entry.outcome.method,
        "measured_at": entry.measured_at.isoformat(),
        "promised_text": _promised(entry),
        "outcome_text": entry.outcome.message().document(),
    }


def _promised(entry: JournalEntry) -> str:
    predicted = entry.predicted
    if not predicted:
        return _NONE
    value, low, high = (
        Cell(value=predicted[part], unit=predicted["unit"]).render() for part in ("value", "low", "high")
    )
    return f"{value} ({low} to {high})"
