"""Who decides, at random, and what nobody may do whatever it is about: shared by the truth tables."""

from hypothesis import strategies as st

from domain.actor import ActorKind
from domain.autonomy import Autonomy
from guardrails.facts import DecisionFacts

FEW = st.integers(-3, 3)
"""Small enough that facts often meet one another exactly, where `<` and `<=` part."""
SELDOM = st.sampled_from([False, False, False, True])


def deciders(agent: str) -> st.SearchStrategy[DecisionFacts]:
    """A person or this agent, with any autonomy, limits and approvals."""
    return st.builds(
        DecisionFacts,
        actor_kind=st.sampled_from([ActorKind.AGENT, ActorKind.PERSON]),
        agent=st.just(agent),
        autonomy=st.sampled_from(Autonomy),
        agent_stopped=SELDOM,
        label_untrusted=SELDOM,
        contested=SELDOM,
        alone_limit_bps=FEW,
        alone_limit_minor=FEW,
        approvals=st.frozensets(st.sampled_from(("operator", "owner"))),
    )


def is_agent(who: DecisionFacts) -> bool:
    return who.actor_kind is ActorKind.AGENT


def broken_by_anybody(who: DecisionFacts) -> dict[str, bool]:
    """The hard rules that hold for every kind, and whether they are broken."""
    return {
        "common.agent_stopped": is_agent(who) and who.agent_stopped,
        "common.observer": is_agent(who) and who.autonomy is Autonomy.OBSERVE,
    }
