"""Whether a channel is in a peak: its newest week, or the coming ones a year ago, stand far above those before."""

import numpy as np

from analytics.pricing.panel import Floats
from store.session import BrandSession
from store.tables import Channel
from tools.base import ToolEnv
from tools.pricing.deal_panel import sold_by_week

PEAK = 1.3
"""Times the units of a middling week of the quarter before."""
_BEFORE, _YEAR = 12, 52
_DEVIATIONS, _TO_DEVIATION = 3.0, 1.4826
"""So many deviations of those weeks beside it are no chance; and how many median deviations make one."""


def in_peak(session: BrandSession, env: ToolEnv, channel: Channel) -> bool:
    """Whether the channel's newest reported week, or one of the two that follow it a year ago, is a peak."""
    weeks = sold_by_week(session, env, channel)
    return weeks is not None and is_peak(np.nansum(weeks.units, axis=1))


def is_peak(units: Floats) -> bool:
    """The same of units by week (T,), the newest last. A level that has held for a quarter is no peak."""
    newest = len(units) - 1
    return any(_stands_out(units, at) for at in (newest, newest - _YEAR + 1, newest - _YEAR + 2))


def _stands_out(units: Floats, at: int) -> bool:
    if at < _BEFORE:
        return False
    before = units[at - _BEFORE : at]
    middle = np.median(before)
    usual = _TO_DEVIATION * np.median(np.abs(before - middle))
    return bool((before > 0).all() and units[at] >= max(PEAK * middle, middle + _DEVIATIONS * usual))
