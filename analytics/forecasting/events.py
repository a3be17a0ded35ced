"""Demand told apart into a usual level and events on top: holidays, promotions, and peaks that one season saw."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from analytics.pricing.panel import Floats

PEAK, PEAK_DEVIATIONS = 1.3, 4.0
"""An event counts where it sold so many times the usual, so many of its deviations above it."""
SEASON = "season"
"""The name of a peak that no calendar names."""
_SEASON_PEAK, _SEASON_DEVIATIONS = 1.5, 4.0
_LONGEST_PEAK, _SHORTEST_SEASON = 13, 4
_YEAR, _REACH = 52, 13
Flags = NDArray[np.bool_]
_FEWEST, _FEWEST_USUAL = 12, 6
_MOST_ZEROS = 0.25
_LEAST_SWAY, _TO_DEVIATION = 0.05, 1.4826
_COVERED = 0.5


@dataclass(frozen=True, eq=False)
class EventWeeks:
    """One event: the share of each week that it covers, of past ones (T,), the newest last, and of those ahead (H,)."""

    name: str
    past: Floats
    ahead: Floats


@dataclass(frozen=True, eq=False)
class EventDemand:
    """Units (T,) as they would have been without events, and by what share (H,) events raise the weeks ahead.

    `names` are the events behind `more`, `set_apart` those that were taken out of the past.
    """

    usual: Floats
    more: Floats
    names: tuple[str, ...] = ()
    set_apart: tuple[str, ...] = ()


def apart_from_events(
    units: Floats, events: Sequence[EventWeeks], ahead: int, sure: Flags | None = None
) -> EventDemand:
    """Tell the usual level of `units` (T,), NaN where unknown, from what events brought, `ahead` weeks being asked for.

    Only weeks that are `sure` (T,), all by default, tell what an event brings: a week restated for an empty shelf is
    high by itself.

    An event's weeks are compared with the median of the weeks round them that no event covers; where they stand out
    (`PEAK`, `PEAK_DEVIATIONS`) they are divided by how much they do. The same event ahead brings the mean of what it
    brought so far, on a logarithmic scale, drawn halfway to nothing where it was seen once (n / (n + 1)) and is not on
    now. A peak of up to a quarter that no calendar names and that is over is no level either; one of a month and more
    may come again a year later, as an event of its own. Demand that is often zero is left as it is.
    """
    plain = EventDemand(units, np.zeros(ahead))
    known = np.isfinite(units)
    if known.sum() < _FEWEST or (units[known] == 0).mean() > _MOST_ZEROS:
        return plain
    named = [_within(event, len(units), ahead) for event in events]
    covered = np.any([event.past >= _COVERED for event in named], axis=0) if named else np.zeros(len(units), bool)
    level = _usual_level(units, covered)
    if level is None:
        return plain
    sure = known if sure is None else known & sure
    sway = _sway(units / level, known & ~covered, level)
    seasons = list(_season_peaks(units / level, sway, ~covered & sure))
    if not covered.any() and not seasons and not any(event.ahead.any() for event in named):
        return plain
    echo = [_echo(run, covered, ahead) for run in seasons if run.stop - run.start >= _SHORTEST_SEASON]
    usual, more = units.copy(), np.zeros(ahead)
    names, set_apart = list[str](), list[str]()
    for run in seasons:
        usual[run] = units[run] / _ratio(units[run], level[run])
        set_apart.append(SEASON)
    for event in (*named, *echo):
        seen, on_now = list[float](), False
        for run in _runs(event.past >= _COVERED):
            told = sure[run] if sure[run].any() else known[run]
            if not told.any():
                continue
            lift = _ratio(units[run][told], level[run][told])
            is_peak = _stands_out(lift, sway, int(told.sum()))
            if is_peak:
                usual[run] = units[run] / lift
                set_apart.append(event.name)
            if sure[run].any():
                seen.append(log(lift) if is_peak else 0.0)
                on_now = is_peak and run.stop == len(units)
        if event.name == SEASON and not any(seen):
            seen = [log(max(_ratio(units[run], level[run]), 1.0)) for run in seasons[:1]]
        lift = exp(sum(seen) / (len(seen) + (0 if on_now else 1)))
        if lift > 1 and event.ahead.any():
            more = np.maximum(more, (lift - 1) * event.ahead)
            names.append(event.name)
    return EventDemand(usual, more, tuple(dict.fromkeys(names)), tuple(dict.fromkeys(set_apart)))


def _within(event: EventWeeks, weeks: int, ahead: int) -> EventWeeks:
    """The event over just these weeks; weeks that it says nothing of are not covered."""
    past = np.zeros(weeks)
    shares = event.past[-weeks:]
    past[weeks - len(shares) :] = shares
    coming = np.zeros(ahead)
    coming[: len(event.ahead)] = event.ahead[:ahead]
    return EventWeeks(event.name, past, coming)


def _usual_level(units: Floats, covered: Flags) -> Floats | None:
    """(T,) the median of the uncovered weeks within a quarter either side; None where none is above zero.

    Where an event leaves too few of them, the level of the nearest week that has enough.
    """
    free = np.where(covered, np.nan, units)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(free, _REACH, constant_values=np.nan), 2 * _REACH + 1)
    ordered, count = np.sort(windows, axis=1), np.isfinite(windows).sum(axis=1)
    rows, half = np.arange(len(units)), np.maximum(count - 1, 0)
    level = (ordered[rows, half // 2] + ordered[rows, (half + 1) // 2]) / 2
    told = np.flatnonzero((count >= min(_FEWEST_USUAL, np.isfinite(free).sum())) & (level > 0))
    if not told.size:
        return None
    nearest = told[np.abs(rows[:, None] - told[None, :]).argmin(axis=1)]
    return level[nearest]


def _sway(ratio: Floats, usual: Flags, level: Floats) -> float:
    """The deviation of a usual week round the level, as a share of it: by the median, and not below chance's own."""
    strays = np.abs(ratio[usual] - 1)
    chance = float(np.sqrt(1 / np.maximum(np.median(level), 1.0)))
    return max(_TO_DEVIATION * float(np.median(strays)) if strays.size else 0.0, chance, _LEAST_SWAY)


def _ratio(units: Floats, level: Floats) -> float:
    return float(units.sum() / level.sum())


def _stands_out(lift: float, sway: float, weeks: int) -> bool:
    return lift >= PEAK and lift - 1 >= PEAK_DEVIATIONS * sway * float(np.sqrt(1 / weeks + 1 / _REACH))


def _season_peaks(ratio: Floats, sway: float, free: Flags) -> Iterator[slice]:
    """Runs of weeks that no event covers, far above the level, over again and no longer than a quarter."""
    high = free & (np.nan_to_num(ratio) >= max(_SEASON_PEAK, 1 + _SEASON_DEVIATIONS * sway))
    for run in _runs(high):
        if 2 <= run.stop - run.start <= _LONGEST_PEAK and run.stop < len(ratio):
            yield run


def _echo(run: slice, covered: Flags, ahead: int) -> EventWeeks:
    """The same weeks a year later."""
    shares = np.zeros(len(covered) + ahead)
    shares[run.start + _YEAR : run.stop + _YEAR] = 1.0
    past = np.where(covered, 0.0, shares[: len(covered)])
    return EventWeeks(SEASON, past, shares[len(covered) :])


def _runs(flags: Flags) -> Iterator[slice]:
    """The stretches of consecutive true ones."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        yield slice(int(start), int(stop))
