"""Truth table of price updates, as plain Python that has never read the policies."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.actor import ActorKind
from domain.autonomy import Autonomy
from domain.pricing import PriceUpdateFacts
from domain.verdict import Decision, Verdict
from guardrails.cedar import PolicyEngine
from guardrails.facts import DecisionFacts
from tests.examples import examples

ENGINE = PolicyEngine()
GATES = ("operator", "owner")
STRICTNESS = {Decision.ALLOW: 0, Decision.NEEDS_APPROVAL: 1, Decision.DENY: 2}

FEW = st.integers(-3, 3)
"""Small enough that facts often meet one another exactly, where `<` and `<=` part."""
NAMES = tuple(PriceUpdateFacts.model_fields)
LAWFUL = {
    "margin_bps": st.integers(0, 3),
    "min_margin_bps": st.integers(-3, 0),
    "max_change_bps_per_day": st.integers(6, 9),
    "corridor_low_minor": st.just(-3),
    "corridor_high_minor": st.just(3),
    "not_charged": st.integers(-1, 0),
    "measured_in_days": st.integers(-1, 0),
}
"""Facts drawn apart break some hard rule nearly always, and then no gate is ever asked for."""
WHAT = st.one_of(
    st.builds(PriceUpdateFacts, **dict.fromkeys(NAMES, FEW)),
    st.builds(PriceUpdateFacts, **(dict.fromkeys(NAMES, FEW) | LAWFUL)),
    st.builds(PriceUpdateFacts, **(dict.fromkeys(NAMES, FEW) | LAWFUL | {"prediction_low_minor": st.integers(0, 1)})),
)
APPROVALS = st.frozensets(st.sampled_from(GATES))
WHO = st.builds(
    DecisionFacts,
    actor_kind=st.sampled_from([ActorKind.AGENT, ActorKind.PERSON]),
    agent=st.just("pricing_director"),
    autonomy=st.sampled_from(Autonomy),
    agent_stopped=st.sampled_from([False, False, False, True]),
    label_untrusted=st.sampled_from([False, False, True]),
    contested=st.sampled_from([False, False, True]),
    alone_limit_bps=FEW,
    alone_limit_minor=FEW,
    approvals=APPROVALS,
)


def broken_rules(who: DecisionFacts, facts: PriceUpdateFacts) -> set[str]:
    """The hard rules that forbid this, whatever is approved."""
    agent = who.actor_kind is ActorKind.AGENT
    breaches = {
        "common.agent_stopped": agent and who.agent_stopped,
        "common.observer": agent and who.autonomy is Autonomy.OBSERVE,
        "price.margin_floor": facts.margin_bps < min(facts.min_margin_bps, facts.margin_now_bps + 1),
        "price.corridor": not facts.corridor_low_minor <= facts.price_minor <= facts.corridor_high_minor,
        "price.daily_change": facts.changed_last_day_bps + facts.abs_change_bps > facts.max_change_bps_per_day,
        "price.not_charged": facts.not_charged > 0,
        "price.not_measured": facts.measured_in_days > 0,
    }
    return {rule for rule, broken in breaches.items() if broken}


def wanted_gates(who: DecisionFacts, facts: PriceUpdateFacts) -> set[str]:
    """The approvals that this needs in all, granted or not."""
    gates = {"operator"} if who.label_untrusted or who.contested else set()
    many = facts.changes_this_week >= facts.max_changes_a_week
    gates |= (
        {"owner"} if facts.amount_minor >= facts.owner_gate_minor or many or facts.list_opens_in_days > 0 else set()
    )
    if who.actor_kind is not ActorKind.AGENT:
        return gates | {"operator"}
    within = facts.abs_change_bps <= who.alone_limit_bps and facts.amount_minor <= who.alone_limit_minor
    by_autonomy = {
        Autonomy.SUGGEST: {"operator", "owner"},
        Autonomy.ACT_WHEN_APPROVED: {"operator"},
        Autonomy.ACT_WITHIN_LIMITS: set() if within else {"operator"},
    }
    gates |= by_autonomy.get(who.autonomy, set())
    return gates | ({"operator"} if facts.prediction_low_minor < 0 else set())


def decide(who: DecisionFacts, facts: PriceUpdateFacts, **changed: Any) -> Verdict:
    return ENGINE.decide("price.update", who.model_copy(update=changed), facts)


@settings(max_examples=examples(1_000))
@given(who=WHO, facts=WHAT)
def test_every_verdict_is_the_one_in_the_table(who: DecisionFacts, facts: PriceUpdateFacts) -> None:
    verdict = decide(who, facts)
    broken, missing = broken_rules(who, facts), wanted_gates(who, facts) - who.approvals
    if broken:
        assert (verdict.decision, verdict.gates, set(verdict.policies)) == (Decision.DENY, (), broken)
    elif missing:
        assert (verdict.decision, set(verdict.gates)) == (Decision.NEEDS_APPROVAL, missing)
    else:
        assert (verdict.decision, verdict.gates) == (Decision.ALLOW, ())
    assert len(verdict.reasons) == len(verdict.policies)


@given(who=WHO, facts=WHAT, short_by=st.integers(1, 20_000))
def test_below_the_margin_floor_everyone_is_denied(who: DecisionFacts, facts: PriceUpdateFacts, short_by: int) -> None:
    below = facts.model_copy(
        update={"margin_bps": facts.min_margin_bps - short_by, "margin_now_bps": facts.min_margin_bps}
    )
    verdict = decide(who, below)
    assert verdict.decision is Decision.DENY
    assert "price.margin_floor" in verdict.policies


@given(who=WHO, facts=WHAT)
def test_no_approval_turns_a_deny_into_anything_else(who: DecisionFacts, facts: PriceUpdateFacts) -> None:
    if decide(who, facts).decision is Decision.DENY:
        assert decide(who, facts, approvals=frozenset(GATES)).decision is Decision.DENY
        assert decide(who, facts, approvals=frozenset()).decision is Decision.DENY


@given(who=WHO, facts=WHAT)
def test_the_gates_named_suffice_and_none_can_be_spared(who: DecisionFacts, facts: PriceUpdateFacts) -> None:
    verdict = decide(who, facts)
    if verdict.decision is not Decision.NEEDS_APPROVAL:
        return
    assert decide(who, facts, approvals=who.approvals | set(verdict.gates)).decision is Decision.ALLOW
    for spared in verdict.gates:
        fewer = who.approvals | set(verdict.gates) - {spared}
        assert decide(who, facts, approvals=fewer).gates == (spared,)


@given(who=WHO, facts=WHAT)
@example(
    who=DecisionFacts(
        actor_kind=ActorKind.AGENT,
        autonomy=Autonomy.SUGGEST,
        agent_stopped=False,
        label_untrusted=False,
        contested=False,
        alone_limit_bps=0,
        alone_limit_minor=0,
        approvals=frozenset({"owner"}),
    ),
    facts=PriceUpdateFacts(
        **{
            name: 3 if name in {"corridor_high_minor", "owner_gate_minor", "max_changes_a_week"} else 0
            for name in NAMES
        }
    ),
)
def test_more_autonomy_is_never_stricter_whatever_is_approved(who: DecisionFacts, facts: PriceUpdateFacts) -> None:
    strictness = [STRICTNESS[decide(who, facts, autonomy=level).decision] for level in Autonomy]
    assert strictness == sorted(strictness, reverse=True)


@given(who=WHO, facts=WHAT, more=APPROVALS)
def test_another_approval_is_never_stricter(who: DecisionFacts, facts: PriceUpdateFacts, more: frozenset[str]) -> None:
    assert (
        STRICTNESS[decide(who, facts, approvals=who.approvals | more).decision]
        <= STRICTNESS[decide(who, facts).decision]
    )


EXTREMES = st.sampled_from([-(2**63), -(2**63) + 1, -1, 0, 1, 2**63 - 2, 2**63 - 1])


@given(who=WHO, facts=st.builds(PriceUpdateFacts, **dict.fromkeys(NAMES, EXTREMES)))
def test_the_largest_numbers_are_judged_rightly_or_denied(who: DecisionFacts, facts: PriceUpdateFacts) -> None:
    verdict = decide(who, facts)
    if verdict.policies == ("engine.error",):
        assert verdict.decision is Decision.DENY
    else:
        assert (verdict.decision is Decision.DENY) == bool(broken_rules(who, facts))


@pytest.mark.parametrize("missing", NAMES)
def test_each_fact_is_needed(missing: str) -> None:
    who = DecisionFacts(
        actor_kind=ActorKind.PERSON,
        autonomy=Autonomy.ACT_AND_REPORT,
        agent_stopped=False,
        label_untrusted=False,
        contested=False,
        alone_limit_bps=0,
        alone_limit_minor=0,
        approvals=frozenset(GATES),
    )
    rest: dict[str, Any] = {name: 0 for name in NAMES if name != missing}
    assert decide(who, PriceUpdateFacts(**rest, **{missing: 0})).decision is Decision.ALLOW
    verdict = decide(who, PriceUpdateFacts.model_construct(**rest))
    assert (verdict.decision, verdict.policies) == (Decision.DENY, ("engine.error",))
