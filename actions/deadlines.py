"""Until when a new action item can be answered."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.action import kind_of, parse_action
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import ActionItem


def last_moment(session: BrandSession, item: ActionItem) -> datetime:
    """The last moment at which a yes to a new item still works: before the day that it is planned for begins."""
    kind, now = kind_of(item.kind), session.ctx.now()
    valid_until = now + kind.approval_valid_for
    if not kind.planned_for:
        return valid_until
    zone = ZoneInfo(brand_of(session).zone)
    day: date = getattr(parse_action(item.action), kind.planned_for)
    begins, ends = (datetime.combine(day + timedelta(days=days), time(), zone) for days in (0, 1))
    return min(valid_until, begins if begins > now else ends) if ends > now else valid_until
