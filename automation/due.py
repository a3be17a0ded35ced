"""Whether anything is due in a brand: one look, for who would otherwise open a lease, relay and claim for nothing."""

from collections.abc import Collection

from sqlalchemy import and_, bindparam, func, or_, select
from sqlmodel import col

from actions.items import OPEN
from automation.deadlines import lapses_soon
from automation.waits import RULES
from domain.action import ItemStatus
from store.jobs import LEASED, QUEUED
from store.session import BrandSession
from store.tables import ActionItem, Brand, EventCursor, Job, OutboxEvent
from store.tables.base import MOMENT

_NOW = bindparam("now", type_=MOMENT)
_RELAYED = (
    select(func.coalesce(func.max(col(EventCursor.seq)), 0)).where(col(EventCursor.consumer) == RULES).scalar_subquery()
)
_DUE = select(col(Brand.id)).where(
    or_(
        select(col(Job.id))
        .where(
            or_(
                and_(
                    col(Job.status) == QUEUED,
                    col(Job.run_at) <= _NOW,
                    col(Job.kind).in_(bindparam("kinds", expanding=True)),
                ),
                col(Job.status) == LEASED,
            )
        )
        .exists(),
        select(col(OutboxEvent.id)).where(col(OutboxEvent.seq) > _RELAYED).exists(),
        select(col(ActionItem.id))
        .where(
            or_(
                and_(col(ActionItem.status).in_(OPEN), col(ActionItem.expires_at) <= _NOW),
                and_(col(ActionItem.status) == ItemStatus.SNOOZED, col(ActionItem.snoozed_until) <= _NOW),
                lapses_soon(_NOW),
            )
        )
        .exists(),
    )
)


def anything_due(session: BrandSession, kinds: Collection[str]) -> bool:
    """Whether a job of these kinds is due, or one is leased (perhaps by somebody who is gone), an event is not relayed
    yet, or an action item's time has come."""
    return session.execute(_DUE, {"now": session.ctx.now(), "kinds": list(kinds)}).first() is not None
