"""Calibration of predictions, counted by hand."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from domain.prediction import Outcome, OutcomeStatus
from memory.calibration import calibrations
from memory.journal import JournalEntry

WHEN = datetime(2026, 3, 2, tzinfo=UTC)


def entry(value: int, low: int, high: int, realised: tuple[int, int, int] | None, **more: str) -> JournalEntry:
    effect, effect_low, effect_high = realised or (None, None, None)
    return JournalEntry(
        item_id=uuid4(),
        agent=more.get("agent", "pricing_director"),
        kind=more.get("kind", "price.update"),
        subject="A @ shop",
        predicted={"value": value, "low": low, "high": high, "unit": "EUR.minor", "coverage_bps": 8_000},
        outcome=Outcome(
            status=OutcomeStatus.MEASURED if realised else OutcomeStatus.NOT_MEASURABLE,
            unit=more.get("unit", "EUR.minor"),
            effect=effect,
            low=effect_low,
            high=effect_high,
        ),
        measured_at=WHEN,
    )


def test_inside_apart_sums_and_scores_are_counted() -> None:
    """Inside: the first. Outside yet not contradicted: the second. Contradicted: the third, 60 below its low end.

    Scores at 80 %: widths of 100, and ten times what lies outside: 100, 100 + 10 * 20, 100 + 10 * 60.
    """
    [calibration] = calibrations(
        [
            entry(100, 50, 150, (120, 80, 160)),
            entry(100, 50, 150, (30, -40, 90)),
            entry(100, 50, 150, (-10, -30, 20)),
            entry(100, 50, 150, None),
        ]
    )
    assert (calibration.measured, calibration.not_measurable) == (3, 1)
    assert (calibration.inside_bps, calibration.apart_bps, calibration.promised_bps) == (3_333, 3_333, 8_000)
    assert (calibration.promised, calibration.realised) == (300, 140)
    assert calibration.interval_score == round((100 + 300 + 700) / 3)


def test_agents_kinds_and_units_stay_apart() -> None:
    by_agent = calibrations(
        [
            entry(1, 0, 2, (1, 0, 2)),
            entry(1, 0, 2, (1, 0, 2), agent="stand_coach", kind="stand.refill"),
            entry(1, 0, 2, (1, 0, 2), kind="price.draft"),
        ]
    )
    assert [(calibration.agent, calibration.kind) for calibration in by_agent] == [
        ("pricing_director", "price.draft"), ("pricing_director", "price.update"), ("stand_coach", "stand.refill"),
    ]  # fmt: skip


def test_an_outcome_in_another_unit_than_its_promise_is_not_measured_against_it() -> None:
    [calibration] = calibrations([entry(1, 0, 2, (5, 4, 6), unit="USD.minor")])
    assert (calibration.measured, calibration.not_measurable, calibration.inside_bps) == (0, 1, None)


def test_without_a_promise_or_an_outcome_there_is_nothing_to_count() -> None:
    assert calibrations([]) == []


@pytest.mark.parametrize("effect", [50, 150])
def test_the_ends_belong_to_the_interval(effect: int) -> None:
    [calibration] = calibrations([entry(100, 50, 150, (effect, effect, effect))])
    assert calibration.inside_bps == 10_000
    assert calibration.interval_score == 100
