"""When a channel's list may change: dealers' on their own days, and none in a peak of its season."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np

from analytics.pricing.panel import Floats
from domain.pricing import dealer_list_opens
from store.reads.pricing import windows
from store.reads.settings import brand_of, rules_of
from store.session import BrandSession
from store.tables import Channel
from tools.base import ToolEnv
from tools.pricing.deal_panel import sold_by_week

DEALERS, PEAK_SEASON = "dealer_list_closed", "in_a_peak"
PEAK = 1.3
"""Times the units of a middling week of the quarter before."""
_BEFORE, _YEAR, _STALE_WEEKS = 12, 52, 4
_DEVIATIONS, _TO_DEVIATION = 3.0, 1.4826
"""So many deviations of those weeks beside it are no chance; and how many median deviations make one."""


def waits_for(session: BrandSession, env: ToolEnv, channel: Channel) -> str:
    """The reason why no price of a channel's list changes now, of those above the margin floor; empty where one may."""
    if opens_in_days(session, channel):
        return DEALERS
    return PEAK_SEASON if in_peak(session, env, channel) else ""


def opens_in_days(session: BrandSession, channel: Channel) -> int:
    """Days until a dealers' list may change; 0 of other lists, and on its days."""
    if channel.id not in windows.dealers_lists(session):
        return 0
    today = session.ctx.known_until.astimezone(ZoneInfo(brand_of(session).zone)).date()
    return (dealer_list_opens(today, rules_of(session).dealer_list_months) - today).days


def in_peak(session: BrandSession, env: ToolEnv, channel: Channel) -> bool:
    """Whether the channel's newest reported week, or one of the two that follow it a year ago, is a peak. Reports that
    are long past tell nothing of today."""
    weeks = sold_by_week(session, env, channel)
    if weeks is None or session.ctx.known_until - weeks.first > timedelta(weeks=len(weeks.units) + _STALE_WEEKS):
        return False
    return is_peak(weeks.units, weeks.deal)


def is_peak(units: Floats, deal: Floats) -> bool:
    """The same of units by week and product (T, P), the newest week last; `deal` is the share of it under a deal: what
    deals sell more is no season. A level that has held for a quarter is no peak."""
    plain = np.where(deal > 0, np.nan, units)
    newest = len(units) - 1
    return any(_stands_out(plain, at) for at in (newest, newest - _YEAR + 1, newest - _YEAR + 2))


def _stands_out(plain: Floats, at: int) -> bool:
    """Whether a week's units are far above those of the same products in the quarter before."""
    if at < _BEFORE:
        return False
    before = plain[at - _BEFORE : at]
    told = np.isfinite(plain[at]) & (np.isfinite(before).sum(axis=0) > _BEFORE / 2)
    if not told.any():
        return False
    usual = np.nanmedian(before[:, told], axis=0)
    weeks = np.where(np.isfinite(before[:, told]), before[:, told], usual).sum(axis=1)
    middle = np.median(weeks)
    stray = _TO_DEVIATION * np.median(np.abs(weeks - middle))
    return bool(middle > 0 and plain[at][told].sum() >= max(PEAK * middle, middle + _DEVIATIONS * stray))
