"""Truth table of orders to suppliers, as plain Python that has never read the policies."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.actor import ActorKind
from domain.autonomy import Autonomy
from domain.stock import PurchaseOrderFacts
from domain.verdict import Decision, Verdict
from guardrails.cedar import PolicyEngine
from guardrails.facts import DecisionFacts
from tests.examples import examples
from tests.unit.guardrails.deciders import FEW, SELDOM, broken_by_anybody, deciders

ENGINE = PolicyEngine()
GATES = ("operator", "owner")
STRICTNESS = {Decision.ALLOW: 0, Decision.NEEDS_APPROVAL: 1, Decision.DENY: 2}

FLAGS = ("below_minimum", "outlives_shelf", "exceeds_cash")
NAMES = tuple(PurchaseOrderFacts.model_fields)
WHAT = st.builds(PurchaseOrderFacts, **(dict.fromkeys(NAMES, FEW) | dict.fromkeys(FLAGS, SELDOM)))
APPROVALS = st.frozensets(st.sampled_from(GATES))
WHO = deciders("inventory_forecaster")


def broken_rules(who: DecisionFacts, facts: PurchaseOrderFacts) -> set[str]:
    """The hard rules that forbid this, whatever is approved."""
    breaches = {
        **broken_by_anybody(who),
        "purchase.minimum": facts.below_minimum,
        "purchase.expires": facts.outlives_shelf,
    }
    return {rule for rule, broken in breaches.items() if broken}


def wanted_gates(who: DecisionFacts, facts: PurchaseOrderFacts) -> set[str]:
    """The approvals that this needs in all, granted or not."""
    gates = {"operator"} if who.label_untrusted or who.contested else set()
    lasts_too_long = facts.cover_days > facts.max_cover_days
    if lasts_too_long or facts.exceeds_cash or facts.amount_minor >= facts.owner_gate_minor:
        gates |= {"owner"}
    if who.actor_kind is not ActorKind.AGENT:
        return gates | {"operator"}
    by_autonomy = {
        Autonomy.SUGGEST: {"operator", "owner"},
        Autonomy.ACT_WHEN_APPROVED: {"operator"},
        Autonomy.ACT_WITHIN_LIMITS: {"operator"} if facts.amount_minor > who.alone_limit_minor else set(),
    }
    gates |= by_autonomy.get(who.autonomy, set())
    return gates | ({"operator"} if facts.prediction_low_minor < 0 else set())


def decide(who: DecisionFacts, facts: PurchaseOrderFacts, **changed: Any) -> Verdict:
    return ENGINE.decide("purchase_order.create", who.model_copy(update=changed), facts)


@settings(max_examples=examples(600), deadline=None)
@given(who=WHO, facts=WHAT)
def test_every_verdict_is_the_one_in_the_table(who: DecisionFacts, facts: PurchaseOrderFacts) -> None:
    verdict = decide(who, facts)
    broken, missing = broken_rules(who, facts), wanted_gates(who, facts) - who.approvals
    if broken:
        assert (verdict.decision, verdict.gates, set(verdict.policies)) == (Decision.DENY, (), broken)
    elif missing:
        assert (verdict.decision, set(verdict.gates)) == (Decision.NEEDS_APPROVAL, missing)
    else:
        assert (verdict.decision, verdict.gates) == (Decision.ALLOW, ())
    assert len(verdict.reasons) == len(verdict.policies)


@pytest.mark.parametrize("flag", ["below_minimum", "outlives_shelf"])
@settings(deadline=None)
@given(who=WHO, facts=WHAT)
def test_too_little_or_too_much_to_sell_in_time_is_denied_to_everyone(
    flag: str, who: DecisionFacts, facts: PurchaseOrderFacts
) -> None:
    verdict = decide(who, facts.model_copy(update={flag: True}), approvals=frozenset(GATES))
    assert (verdict.decision, verdict.gates) == (Decision.DENY, ())


@settings(deadline=None)
@given(who=WHO, facts=WHAT)
def test_the_gates_named_suffice_and_none_can_be_spared(who: DecisionFacts, facts: PurchaseOrderFacts) -> None:
    verdict = decide(who, facts)
    if verdict.decision is not Decision.NEEDS_APPROVAL:
        return
    assert decide(who, facts, approvals=who.approvals | set(verdict.gates)).decision is Decision.ALLOW
    for spared in verdict.gates:
        fewer = who.approvals | set(verdict.gates) - {spared}
        assert decide(who, facts, approvals=fewer).gates == (spared,)


@settings(deadline=None)
@given(who=WHO, facts=WHAT, more=APPROVALS)
def test_more_autonomy_or_another_approval_is_never_stricter(
    who: DecisionFacts, facts: PurchaseOrderFacts, more: frozenset[str]
) -> None:
    strictness = [STRICTNESS[decide(who, facts, autonomy=level).decision] for level in Autonomy]
    assert strictness == sorted(strictness, reverse=True)
    with_more = STRICTNESS[decide(who, facts, approvals=who.approvals | more).decision]
    assert with_more <= STRICTNESS[decide(who, facts).decision]


@settings(deadline=None)
@given(who=WHO, facts=WHAT, cost=st.integers(0, 2**63 - 1))
def test_a_dearer_order_is_never_judged_more_leniently(
    who: DecisionFacts, facts: PurchaseOrderFacts, cost: int
) -> None:
    cheaper, dearer = sorted([facts.amount_minor, cost])
    lenient, strict = (decide(who, facts.model_copy(update={"amount_minor": cost})) for cost in (cheaper, dearer))
    assert STRICTNESS[lenient.decision] <= STRICTNESS[strict.decision]
    assert strict.decision is Decision.DENY or set(lenient.gates) <= set(strict.gates)


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
    calm: dict[str, Any] = {name: name not in FLAGS and 0 for name in NAMES}
    assert decide(who, PurchaseOrderFacts(**calm)).decision is Decision.ALLOW
    rest = {name: value for name, value in calm.items() if name != missing}
    verdict = decide(who, PurchaseOrderFacts.model_construct(**rest))
    assert (verdict.decision, verdict.policies) == (Decision.DENY, ("engine.error",))


@pytest.mark.parametrize("flag", FLAGS)
def test_a_flag_is_true_or_false_and_nothing_else(flag: str) -> None:
    facts: dict[str, Any] = {name: name not in FLAGS and 0 for name in NAMES}
    facts[flag] = 1
    with pytest.raises(ValueError, match=flag):
        PurchaseOrderFacts(**facts)
