"""The weeks behind each product's demand figure: units used, the share with stock, and the events that move it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Protocol
from uuid import UUID

import numpy as np

from analytics.forecasting.event_calendar import PROMOTION, Period, country_of_zone, covered, holiday_weeks
from analytics.forecasting.events import EventWeeks
from analytics.stock.weekly_use import Flow, Move, WeeksOfUse, derived_weeks, known_until, weeks_of_use

HISTORY_WEEKS, AHEAD_WEEKS = 156, 78
_NO_WEEKS = WeeksOfUse(np.zeros(0), np.zeros(0))


class RecordedHistory(Protocol):
    """What is on record, as `store.reads.stock.history` reads it."""

    @property
    def now(self) -> datetime: ...
    @property
    def zone(self) -> str: ...
    @property
    def derived(self) -> bool: ...
    @property
    def moved(self) -> Sequence[Move]: ...
    @property
    def sold(self) -> Sequence[Flow]: ...
    @property
    def received(self) -> Sequence[Flow]: ...
    @property
    def newest_report(self) -> datetime | None: ...
    @property
    def promoted(self) -> Mapping[UUID, Sequence[Period]]: ...


class DemandHistory:
    """Weeks and events by product, from what is on record."""

    def __init__(self, recorded: RecordedHistory) -> None:
        self._recorded = recorded
        newest = recorded.moved[-1].moved_at if recorded.moved else None
        self.end = known_until(recorded.now, newest, recorded.newest_report)
        if recorded.derived:
            self.end = min(recorded.newest_report or recorded.now, recorded.now)

    @cached_property
    def weeks(self) -> Mapping[UUID, WeeksOfUse]:
        """By product that moved."""
        recorded = self._recorded
        if recorded.derived:
            return derived_weeks(recorded.sold, recorded.received, recorded.moved, self.end, HISTORY_WEEKS)
        return weeks_of_use(recorded.moved, self.end)

    def of(self, product: UUID) -> WeeksOfUse:
        """A product's weeks, none where nothing of it moved."""
        return self.weeks.get(product, _NO_WEEKS)

    def events(self, product: UUID) -> tuple[EventWeeks, ...]:
        """The holidays and promotions that a product's weeks, and those ahead, lie in."""
        periods = self._recorded.promoted.get(product)
        if not periods:
            return self._holidays
        return (covered(PROMOTION, periods, self.end, HISTORY_WEEKS, AHEAD_WEEKS), *self._holidays)

    @cached_property
    def _holidays(self) -> tuple[EventWeeks, ...]:
        country = country_of_zone(self._recorded.zone)
        return tuple(holiday_weeks(country, self.end, HISTORY_WEEKS, AHEAD_WEEKS))
