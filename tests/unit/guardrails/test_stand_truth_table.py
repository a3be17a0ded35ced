"""Truth table of trips, bonuses and visits to stands, as plain Python that never read the policies."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.actor import ActorKind
from domain.autonomy import Autonomy
from domain.stands import StandBonusFacts, StandRefillFacts, StandVisitFacts
from domain.verdict import Decision
from guardrails.cedar import PolicyEngine
from guardrails.facts import DecisionFacts
from tests.examples import examples
from tests.unit.guardrails.deciders import FEW, SELDOM, broken_by_anybody, deciders

Facts = StandRefillFacts | StandBonusFacts | StandVisitFacts
ENGINE = PolicyEngine()
HARD: dict[str, dict[str, str]] = {
    "stand.refill": {
        "cost_unknown": "refill.unknown_cost",
        "too_many_stops": "refill.too_many_stops",
        "exceeds_warehouse": "refill.exceeds_warehouse",
        "outlives_shelf": "refill.expires",
        "already_planned": "refill.already_planned",
    },
    "stand.bonus": {"already_running": "bonus.already_running"},
    "stand.visit": {"already_planned": "visit.already_planned"},
}
"""Facts that deny an action whoever approves it, each with the rule that says so."""
KINDS: dict[str, type[Facts]] = {
    "stand.refill": StandRefillFacts, "stand.bonus": StandBonusFacts, "stand.visit": StandVisitFacts
}  # fmt: skip
WHO = deciders("stand_coach")


def any_facts(kind: str) -> st.SearchStrategy[Facts]:
    names = KINDS[kind].model_fields
    return st.builds(KINDS[kind], **{name: SELDOM if name in HARD[kind] else FEW for name in names})


def broken_rules(who: DecisionFacts, rules: dict[str, str], facts: Facts) -> set[str]:
    breaches = {
        **broken_by_anybody(who),
        **{rule: getattr(facts, flag) for flag, rule in rules.items()},
    }
    return {rule for rule, broken in breaches.items() if broken}


def wanted_gates(who: DecisionFacts, facts: Facts) -> set[str]:
    """The approvals that this needs in all, granted or not."""
    gates = {"operator"} if who.label_untrusted else set()
    if facts.amount_minor >= facts.owner_gate_minor:
        gates |= {"owner"}
    if isinstance(facts, StandBonusFacts) and facts.share_bps > facts.bonus_gate_bps:
        gates |= {"owner"}
    if who.actor_kind is not ActorKind.AGENT:
        return gates | {"operator"}
    by_autonomy = {
        Autonomy.SUGGEST: {"operator", "owner"},
        Autonomy.ACT_WHEN_APPROVED: {"operator"},
        Autonomy.ACT_WITHIN_LIMITS: {"operator"} if facts.amount_minor > who.alone_limit_minor else set(),
    }
    gates |= by_autonomy.get(who.autonomy, set())
    return gates | ({"operator"} if who.contested or facts.prediction_low_minor < 0 else set())


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=examples(300), deadline=None)
@given(data=st.data(), who=WHO)
def test_every_verdict_is_the_one_in_the_table(kind: str, data: st.DataObject, who: DecisionFacts) -> None:
    facts = data.draw(any_facts(kind))
    verdict = ENGINE.decide(kind, who, facts)
    broken, missing = broken_rules(who, HARD[kind], facts), wanted_gates(who, facts) - who.approvals
    if broken:
        assert (verdict.decision, verdict.gates, set(verdict.policies)) == (Decision.DENY, (), broken)
    elif missing:
        assert (verdict.decision, set(verdict.gates)) == (Decision.NEEDS_APPROVAL, missing)
    else:
        assert (verdict.decision, verdict.gates) == (Decision.ALLOW, ())
    assert len(verdict.reasons) == len(verdict.policies)


ALONE = DecisionFacts(
    actor_kind=ActorKind.AGENT, agent="stand_coach", autonomy=Autonomy.ACT_WITHIN_LIMITS, agent_stopped=False,
    label_untrusted=False, contested=False, alone_limit_bps=0, alone_limit_minor=4_000,
)  # fmt: skip
"""May spend 40.00 alone."""
MONEY: dict[str, Any] = {"amount_minor": 4_000, "owner_gate_minor": 10_000, "prediction_low_minor": 0}
CALM: dict[str, Facts] = {
    "stand.refill": StandRefillFacts(**MONEY, **dict.fromkeys(HARD["stand.refill"], False)),
    "stand.bonus": StandBonusFacts(**MONEY, share_bps=500, bonus_gate_bps=500, already_running=False),
    "stand.visit": StandVisitFacts(**MONEY, already_planned=False),
}
"""Actions that it may just take alone: each fact stands at the edge of what is allowed."""
DENY, ASK = Decision.DENY, Decision.NEEDS_APPROVAL
BEYOND_THE_EDGE = [
    *((kind, {flag: True}, DENY, set(), rule) for kind, rules in HARD.items() for flag, rule in rules.items()),
    ("stand.refill", {"amount_minor": 4_001}, ASK, {"operator"}, "refill.beyond_alone_limits"),
    ("stand.refill", {"prediction_low_minor": -1}, ASK, {"operator"}, "refill.may_lose_money"),
    ("stand.refill", {"owner_gate_minor": 4_000}, ASK, {"owner"}, "refill.much_money"),
    ("stand.bonus", {"amount_minor": 4_001}, ASK, {"operator"}, "bonus.beyond_alone_limits"),
    ("stand.bonus", {"prediction_low_minor": -1}, ASK, {"operator"}, "bonus.may_lose_money"),
    ("stand.bonus", {"owner_gate_minor": 4_000}, ASK, {"owner"}, "bonus.much_money"),
    ("stand.bonus", {"share_bps": 501}, ASK, {"owner"}, "bonus.large_share"),
    ("stand.bonus", {"bonus_gate_bps": 499}, ASK, {"owner"}, "bonus.large_share"),
    ("stand.visit", {"amount_minor": 4_001}, ASK, {"operator"}, "visit.beyond_alone_limits"),
    ("stand.visit", {"prediction_low_minor": -1}, ASK, {"operator"}, "visit.may_lose_money"),
    ("stand.visit", {"owner_gate_minor": 4_000}, ASK, {"owner"}, "visit.much_money"),
]


@pytest.mark.parametrize("kind", CALM)
def test_within_its_limits_it_acts_alone(kind: str) -> None:
    assert ENGINE.decide(kind, ALONE, CALM[kind]).decision is Decision.ALLOW


@pytest.mark.parametrize("kind", CALM)
def test_who_acts_and_reports_has_no_limit_of_its_own(kind: str) -> None:
    reports = ALONE.model_copy(update={"autonomy": Autonomy.ACT_AND_REPORT})
    more = CALM[kind].model_copy(update={"amount_minor": 4_001})
    assert ENGINE.decide(kind, reports, more).decision is Decision.ALLOW
    assert ENGINE.decide(kind, ALONE, more).gates == ("operator",)


@pytest.mark.parametrize(("kind", "moved", "decision", "gates", "policy"), BEYOND_THE_EDGE)
def test_one_step_beyond_an_edge_flips_the_verdict(
    kind: str, moved: dict[str, Any], decision: Decision, gates: set[str], policy: str
) -> None:
    verdict = ENGINE.decide(kind, ALONE, CALM[kind].model_copy(update=moved))
    assert (verdict.decision, set(verdict.gates), verdict.policies) == (decision, gates, (policy,))


@pytest.mark.parametrize("kind", CALM)
def test_every_fact_has_an_edge(kind: str) -> None:
    """A fact that can flip a verdict and stands in no row above would be one that nobody looked at."""
    assert {name for of, moved, *_ in BEYOND_THE_EDGE if of == kind for name in moved} == set(KINDS[kind].model_fields)


@pytest.mark.parametrize("kind", KINDS)
def test_both_yeses_open_every_gate_and_no_hard_rule(kind: str) -> None:
    both = ALONE.model_copy(update={"approvals": frozenset({"operator", "owner"})})
    moved = {"amount_minor": 10_000, "prediction_low_minor": -1}
    assert ENGINE.decide(kind, both, CALM[kind].model_copy(update=moved)).decision is Decision.ALLOW
    for flag in HARD[kind]:
        assert ENGINE.decide(kind, both, CALM[kind].model_copy(update={flag: True})).decision is Decision.DENY


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in KINDS for name in KINDS[kind].model_fields])
def test_each_fact_is_needed(kind: str, name: str) -> None:
    rest = {key: value for key, value in CALM[kind].model_dump().items() if key != name}
    verdict = ENGINE.decide(kind, ALONE, KINDS[kind].model_construct(**rest))
    assert (verdict.decision, verdict.policies) == (Decision.DENY, ("engine.error",))
