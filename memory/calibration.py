"""Calibration of predictions against outcomes, by agent and action kind."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from domain.money import BPS
from memory.journal import JournalEntry


@dataclass(frozen=True)
class Calibration:
    """The promises of one agent and action kind, in one unit.

    `measured` and `not_measurable` count outcomes. Of the measured, `inside_bps` is the share whose effect lies inside
    the promised interval, to be compared with `promised_bps`, the promised coverage on average; `apart_bps` is
    the share whose measured interval does not touch the promised one: only these contradict a prediction, as an
    effect is itself known to an interval. `promised` and `realised` are sums in `unit` over the measured outcomes.
    `interval_score` is the mean of Gneiting & Raftery 2007, equation 43, in `unit`: the promised interval's width, and
    2 / alpha times how far the effect lies outside; less is better.
    """

    agent: str
    kind: str
    unit: str
    measured: int
    not_measurable: int
    inside_bps: int | None
    apart_bps: int | None
    promised_bps: int | None
    promised: int
    realised: int
    interval_score: int | None


def calibrations(entries: Sequence[JournalEntry]) -> list[Calibration]:
    """Calibrations by agent, kind and unit, in that order; actions without a prediction are left out."""
    groups: dict[tuple[str, str, str], list[JournalEntry]] = defaultdict(list)
    for entry in entries:
        if entry.predicted:
            groups[entry.agent, entry.kind, str(entry.predicted["unit"])].append(entry)
    return [_calibration(*key, group) for key, group in sorted(groups.items())]


def _calibration(agent: str, kind: str, unit: str, entries: Sequence[JournalEntry]) -> Calibration:
    measured = [_Pair.of(entry) for entry in entries if entry.outcome.effect is not None and entry.outcome.unit == unit]
    count = len(measured)
    return Calibration(
        agent=agent,
        kind=kind,
        unit=unit,
        measured=count,
        not_measurable=len(entries) - count,
        inside_bps=_share(sum(pair.inside for pair in measured), count),
        apart_bps=_share(sum(pair.apart for pair in measured), count),
        promised_bps=round(sum(pair.coverage_bps for pair in measured) / count) if count else None,
        promised=sum(pair.promised for pair in measured),
        realised=sum(pair.effect for pair in measured),
        interval_score=round(sum(pair.interval_score for pair in measured) / count) if count else None,
    )


def _share(part: int, total: int) -> int | None:
    return round(BPS * part / total) if total else None


@dataclass(frozen=True)
class _Pair:
    promised: int
    low: int
    high: int
    coverage_bps: int
    effect: int
    effect_low: int
    effect_high: int

    @classmethod
    def of(cls, entry: JournalEntry) -> "_Pair":
        assert entry.predicted is not None and entry.outcome.effect is not None
        predicted, outcome = entry.predicted, entry.outcome
        effect = entry.outcome.effect
        return cls(
            promised=int(predicted["value"]),
            low=int(predicted["low"]),
            high=int(predicted["high"]),
            coverage_bps=int(predicted.get("coverage_bps", 8_000)),
            effect=effect,
            effect_low=effect if outcome.low is None else outcome.low,
            effect_high=effect if outcome.high is None else outcome.high,
        )

    @property
    def inside(self) -> bool:
        return self.low <= self.effect <= self.high

    @property
    def apart(self) -> bool:
        return self.effect_high < self.low or self.effect_low > self.high

    @property
    def interval_score(self) -> float:
        alpha = max(1 - self.coverage_bps / BPS, 1 / BPS)
        outside = max(self.low - self.effect, self.effect - self.high, 0)
        return self.high - self.low + 2 / alpha * outside
