"""The brand's rules and its agents' settings, as they stood at the Context's moment."""

from sqlalchemy import select
from sqlmodel import col

from domain.language import Language
from store.session import BrandSession
from store.snapshot import read_once
from store.tables import AIConfig, Brand, BrandRules


@read_once
def brand_of(session: BrandSession) -> Brand:
    """The brand's row."""
    return session.scalars(select(Brand).where(col(Brand.id) == session.ctx.brand_id)).one()


@read_once
def rules_of(session: BrandSession) -> BrandRules:
    """The newest version of the rules by this moment; the first where it lies before any; the defaults without one."""
    by_age = select(BrandRules).order_by(col(BrandRules.version).desc())
    known = by_age.where(col(BrandRules.created_at) <= session.ctx.known_until)
    rules = session.scalars(known.limit(1)).first()
    first = select(BrandRules).order_by(col(BrandRules.version)).limit(1)
    return rules or session.scalars(first).first() or BrandRules(version=0, created_at=session.ctx.now())


def language_of(session: BrandSession) -> Language:
    """The language that the brand wants its minutes in."""
    return Language(rules_of(session).language)


def ai_config_of(session: BrandSession, agent: str, action_kind: str) -> AIConfig:
    """The newest setting for this agent and action kind; the defaults where the SuperAdmin set none."""
    config = session.scalars(
        select(AIConfig)
        .where(col(AIConfig.agent) == agent, col(AIConfig.action_kind) == action_kind)
        .where(col(AIConfig.created_at) <= session.ctx.known_until)
        .order_by(col(AIConfig.version).desc())
        .limit(1)
    ).first()
    return config or AIConfig(agent=agent, action_kind=action_kind, version=0, created_at=session.ctx.now())
