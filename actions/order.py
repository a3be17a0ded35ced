"""A brand's actions happen in the order of time: the past can be read, never acted in."""

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from domain.action import ItemStatus
from domain.errors import Conflict
from store.session import BrandSession
from store.tables import ActionItem, Approval, Effect

_SETTLED = (ItemStatus.REJECTED, ItemStatus.MEASURED)


def last_acted(session: BrandSession) -> datetime | None:
    """When somebody last answered, or something was last carried out or measured, in this brand."""
    settled = select(func.max(col(ActionItem.updated_at))).where(col(ActionItem.status).in_(_SETTLED))
    newest = (select(func.max(col(Effect.created_at))), select(func.max(col(Approval.created_at))), settled)
    return max(filter(None, map(session.scalar, newest)), default=None)


def is_behind(session: BrandSession) -> bool:
    """Whether the Context's clock was moved to before what this brand has already done.

    A running clock is never behind: those of two machines may differ by a little.
    """
    last = last_acted(session) if session.ctx.as_of is not None else None
    return last is not None and session.ctx.now() < last


def require_present(session: BrandSession) -> None:
    """Raises Conflict where the Context's moment lies before what this brand has already done."""
    if is_behind(session):
        raise Conflict(
            f"Brand {session.ctx.brand} has already acted after {session.ctx.now():%Y-%m-%d %H:%M}: its past can be "
            "read, not changed.",
            remedy="Leave --as-of out, or give a later moment. To replay history, import it into a brand of its own.",
        )
