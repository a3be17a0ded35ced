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
    found, trust = entries(session, agent, kind), trust_bps(session)
    return {
        "calibration": [_figures(one, trust) for one in calibrations(found)],
        "outcomes": [_outcome(entry) for entry in found[:limit]],
        "more": max(len(found) - limit, 0),
    }


def _figures(one: Calibration, trust: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    trusted = trust.get((one.agent, one.kind))
    held = _NONE
    if one.inside_bps is not None:
        held = f"{_rate(one.inside_bps)} (promised {_rate(one.promised_bps)})"
    return {
        **asdict(one),
        "trust_bps": trusted,
        "promised_text": Cell(value=one.promised, unit=one.unit).render() if one.measured else _NONE,
        "realised_text": Cell(value=one.realised, unit=one.unit).render() if one.measured else _NONE,
        "held_text": held,
        "apart_text": _rate(one.apart_bps),
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
    told = entry.predicted
    if not told:
        return _NONE
    value, low, high = (Cell(value=told[part], unit=told["unit"]).render() for part in ("value", "low", "high"))
    return f"{value} ({low} to {high})"
