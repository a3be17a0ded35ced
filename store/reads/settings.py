"""The brand's rules and its agents' settings, as they stood at the Context's moment."""

from sqlalchemy import bindparam, select
from sqlmodel import col

from domain.language import Language
from store.session import BrandSession
from store.snapshot import read_once
from store.tables import AIConfig, Brand, BrandRules

_RULES = "rules"


@read_once
def brand_of(session: BrandSession) -> Brand:
    """The brand's row."""
    return session.scalars(select(Brand).where(col(Brand.id) == session.ctx.brand_id)).one()


@read_once
def rules_of(session: BrandSession) -> BrandRules:
    """The newest version of the rules by this moment; the first where it lies before any; the defaults without one.

    In a snapshot they are read once.
    """
    kept = session.kept.get(_RULES) if session.kept is not None else None
    if kept is not None:
        return kept
    rules = _rules_of(session)
    if session.kept is not None:
        session.kept[_RULES] = rules
    return rules


def _rules_of(session: BrandSession) -> BrandRules:
    rules = session.scalars(_NEWEST, {"until": session.ctx.known_until}).first()
    return rules or session.scalars(_FIRST).first() or BrandRules(version=0, created_at=session.ctx.now())


_NEWEST = (
    select(BrandRules)
    .where(col(BrandRules.created_at) <= bindparam("until"))
    .order_by(col(BrandRules.version).desc())
    .limit(1)
)
_FIRST = select(BrandRules).order_by(col(BrandRules.version)).limit(1)


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
