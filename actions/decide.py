"""Asks the guardrails about an action, with facts that the server gathers itself."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from actions.handler import Look
from domain.actor import Actor, ActorKind, Permission, Role
from domain.autonomy import Autonomy, effective_autonomy
from domain.labels import Label
from domain.verdict import Verdict
from guardrails.dial import dial_limits
from guardrails.facts import DecisionFacts
from store.reads.settings import ai_config_of
from store.session import BrandSession
from store.tables import ActionItem

if TYPE_CHECKING:
    from guardrails.cedar import PolicyEngine

OWNER_ROLES = frozenset({Role.BRAND_OWNER, Role.COMPANY_ADMIN, Role.SUPER_ADMIN})


def decide(
    session: BrandSession, engine: "PolicyEngine", item: ActionItem, look: Look, granted: Iterable[str] = ()
) -> Verdict:
    """The verdict on this item as things stand now, with the approvals that were granted."""
    return engine.decide(item.kind, decision_facts(session, item, granted), look.guard_facts)


def gates_for(actor: Actor) -> list[str]:
    """Which gates this person's yes opens."""
    if not actor.can(Permission.ACTION_APPROVE):
        return []
    return ["operator", "owner"] if actor.roles & OWNER_ROLES else ["operator"]


def decision_facts(session: BrandSession, item: ActionItem, granted: Iterable[str]) -> DecisionFacts:
    """The principal of every decision: who acts, how far they may go alone, and who has agreed."""
    kind, name = item.proposer.split(":", 1)
    config = ai_config_of(session, name, item.kind)
    limits = dial_limits(config.aggressiveness)
    autonomy = effective_autonomy(
        Autonomy(item.charter_cap), limits.autonomy_cap, Autonomy(min(config.earned_autonomy, Autonomy.ACT_AND_REPORT))
    )
    return DecisionFacts(
        actor_kind=ActorKind(kind),
        agent=name if kind == ActorKind.AGENT else "",
        autonomy=autonomy,
        agent_stopped=config.stopped,
        label_untrusted=item.label == Label.UNTRUSTED,
        contested=bool(item.dissent),
        alone_limit_bps=limits.alone_limit_bps,
        alone_limit_minor=limits.alone_limit_minor,
        approvals=frozenset(granted) | frozenset(item.proposer_gates),
    )
