"""Reads for the sales pipeline: leads, and whether they are open."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col

from domain.errors import NotFound
from store.session import BrandSession
from store.snapshot import read_once
from store.tables import Lead


@read_once
def leads(session: BrandSession) -> Sequence[Lead]:
    """Every lead opened by now, oldest first."""
    return session.scalars(
        select(Lead).where(col(Lead.opened_at) <= session.ctx.known_until).order_by(col(Lead.opened_at), col(Lead.code))
    ).all()


def lead_by_code(session: BrandSession, code: str) -> Lead:
    """The lead with this code. Raises NotFound."""
    lead = session.scalars(select(Lead).where(col(Lead.code) == code)).first()
    if lead is None:
        raise NotFound(f"No lead {code} in brand {session.ctx.brand}.", remedy="See your leads file.")
    return lead


def is_open(session: BrandSession, lead: Lead) -> bool:
    """True if the lead is neither won nor lost by now."""
    return not any(at is not None and at <= session.ctx.known_until for at in (lead.won_at, lead.lost_at))
