"""Stock on hand over time: movements, stockouts, and the replay of a later delivery."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers


class StockEvent(NamedTuple):
    """Units received (above 0) or issued on a `day`; or with `is_count`, the units counted, at one `place`."""

    day: int
    units: int
    is_count: bool = False
    is_use: bool = False
    """True if the units issued met demand: sold, or transferred to where they are sold."""
    place: Hashable = None


@dataclass(frozen=True, eq=False)
class DailyStock:
    """By day (T,): units used, units on hand at its end, and the share of the day with stock."""

    used: Floats
    on_hand: Floats
    available: Floats

    def by_week(self) -> tuple[Floats, Floats]:
        """Units used (W,) and share available (W,) of whole weeks, the newest ending with the last day."""
        weeks = len(self.used) // 7
        tail = slice(len(self.used) - weeks * 7, None)
        return self.used[tail].reshape(weeks, 7).sum(axis=1), self.available[tail].reshape(weeks, 7).mean(axis=1)


def pooled(events: Sequence[StockEvent]) -> list[StockEvent]:
    """Events of several places, in the order of time, as those of one: a count at one of them becomes that of all."""
    by_place: dict[Hashable, list[StockEvent]] = defaultdict(list)
    for event in events:
        by_place[event.place].append(event)
    levels = {place: _opening(of_place) for place, of_place in by_place.items()}
    pooled_events = []
    for event in events:
        levels[event.place] = event.units if event.is_count else levels[event.place] + event.units
        units = sum(levels.values()) if event.is_count else event.units
        pooled_events.append(event._replace(units=units, place=None))
    return pooled_events


def daily_stock(events: Sequence[StockEvent], days: int) -> DailyStock:
    """Stock by day from events in the order of time, over `days` from day 0; counts set it right.

    Before the first count stock is what the movements make of an opening that they never take below zero. A day counts
    as available as a whole, or not at all; by half when the last unit went on it or the first one came. While stock is
    below zero customers buy and wait, so that nothing is lost.
    Raises InvalidNumbers for an event outside the days.
    """
    used, closing = np.zeros(days), np.zeros(days)
    opening = _opening(events)
    level, at = float(opening), 0
    for event in events:
        if not 0 <= event.day < days:
            raise InvalidNumbers(f"A movement on day {event.day} lies outside {days} days.")
        closing[at : event.day] = level
        at = max(at, event.day)
        level = float(event.units) if event.is_count else level + event.units
        if event.is_use and not event.is_count:
            used[event.day] -= event.units
    closing[at:] = level
    before = np.concatenate([[float(opening)], closing[:-1]])
    available = ((before != 0).astype(float) + (closing != 0)) / 2
    return DailyStock(np.maximum(used, 0.0), closing, available)


def _opening(events: Sequence[StockEvent]) -> int:
    """Least opening stock that the movements up to the first count never take below zero."""
    level = lowest = 0
    for event in events:
        if event.is_count:
            return max(event.units - level, -lowest, 0)
        level += event.units
        lowest = min(lowest, level)
    return -lowest


@dataclass(frozen=True)
class Replay:
    """Units used only because a delivery arrived when it did, and the unit-days that it was held longer.

    `missed` are the units saved by event, in the order in which the events were given.
    """

    units_saved: float
    unit_days: float
    missed: tuple[float, ...] = ()


def replay_later(events: Sequence[StockEvent], opening: int, quantity: int, arrival_day: int, later: int) -> Replay:
    """Replay of the same movements with a delivery of `quantity` units arriving `later` days after `arrival_day`.

    In the replay each use takes the stock on hand and the rest is lost; corrections found by counts stay as they were.
    Events from `arrival_day` on, in the order of time, the delivery itself left out; `opening` is stock just before it.
    Raises InvalidNumbers for a quantity or delay below zero.
    """
    if quantity < 0 or later < 0:
        raise InvalidNumbers("A delivery and its delay must not be below zero.")
    real, replayed, day = float(opening + quantity), float(opening), arrival_day
    unit_days, missed = 0.0, list[float]()
    arrived = False
    for event in (*events, StockEvent(max([arrival_day + later, *(event.day for event in events)]), 0)):
        if not arrived and event.day >= arrival_day + later:
            unit_days += (real - replayed) * max(arrival_day + later - day, 0)
            replayed, day, arrived = replayed + quantity, arrival_day + later, True
        unit_days += (real - replayed) * (event.day - day)
        day = event.day
        missed.append(0.0)
        if event.is_count:
            replayed, real = max(replayed + event.units - real, 0.0), float(event.units)
        elif event.is_use and event.units < 0:
            served = min(-event.units, max(replayed, 0.0))
            missed[-1] = -event.units - served
            real, replayed = real + event.units, replayed - served
        else:
            real, replayed = real + event.units, max(replayed + event.units, 0.0)
    return Replay(sum(missed), unit_days, tuple(missed[: len(events)]))
