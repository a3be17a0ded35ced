"""Truth table of messages and follow-ups, as plain Python that has never read the policies."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.actor import ActorKind
from domain.autonomy import Autonomy
from domain.customers import LeadFollowUpFacts, SegmentMessageFacts
from domain.verdict import Decision
from guardrails.cedar import PolicyEngine
from guardrails.facts import DecisionFacts
from tests.examples import examples
from tests.unit.guardrails.deciders import FEW, SELDOM, broken_by_anybody, deciders

ENGINE = PolicyEngine()
MESSAGE = st.builds(SegmentMessageFacts, **dict.fromkeys(SegmentMessageFacts.model_fields, FEW))
LEAD = st.builds(LeadFollowUpFacts, amount_minor=FEW, owner_gate_minor=FEW, is_closed=SELDOM, is_in_hand=SELDOM)
WHO = deciders("crm_manager")


def broken_by_message(facts: SegmentMessageFacts) -> set[str]:
    breaches = {
        "message.weekly_limit": facts.recipients + facts.recipients_this_week > facts.max_messages_a_week,
        "message.rest": facts.written_lately > 0,
        "message.left_alone": facts.opted_out > 0 or facts.complaining > 0,
        "message.holdout": facts.held_out < 1,
    }
    return {rule for rule, broken in breaches.items() if broken}


def gates(who: DecisionFacts, amount: int, owner_gate: int, low: int = 0) -> set[str]:
    """The approvals that this needs in all, granted or not."""
    needed = {"operator"} if who.label_untrusted or (who.contested and who.actor_kind is ActorKind.AGENT) else set()
    needed |= {"owner"} if amount >= owner_gate else set()
    if who.actor_kind is not ActorKind.AGENT:
        return needed | {"operator"}
    by_autonomy = {
        Autonomy.SUGGEST: {"operator", "owner"},
        Autonomy.ACT_WHEN_APPROVED: {"operator"},
        Autonomy.ACT_WITHIN_LIMITS: {"operator"} if amount > who.alone_limit_minor else set(),
    }
    return needed | by_autonomy.get(who.autonomy, set()) | ({"operator"} if low < 0 else set())


def check(
    kind: str, who: DecisionFacts, facts: SegmentMessageFacts | LeadFollowUpFacts, broken: set[str], wanted: set[str]
) -> None:
    verdict = ENGINE.decide(kind, who, facts)
    missing = wanted - who.approvals
    if broken:
        assert (verdict.decision, verdict.gates, set(verdict.policies)) == (Decision.DENY, (), broken)
    elif missing:
        assert (verdict.decision, set(verdict.gates)) == (Decision.NEEDS_APPROVAL, missing)
    else:
        assert (verdict.decision, verdict.gates) == (Decision.ALLOW, ())


@settings(max_examples=examples(400), deadline=None)
@given(who=WHO, facts=MESSAGE)
def test_every_verdict_on_a_message_is_the_one_in_the_table(who: DecisionFacts, facts: SegmentMessageFacts) -> None:
    wanted = gates(who, facts.amount_minor, facts.owner_gate_minor, facts.prediction_low_minor)
    check(
        "segment.message",
        who,
        facts,
        {rule for rule, broken in broken_by_anybody(who).items() if broken} | broken_by_message(facts),
        wanted,
    )


@settings(max_examples=examples(200), deadline=None)
@given(who=WHO, facts=LEAD)
def test_every_verdict_on_a_follow_up_is_the_one_in_the_table(who: DecisionFacts, facts: LeadFollowUpFacts) -> None:
    broken = {rule for rule, broken in broken_by_anybody(who).items() if broken}
    broken |= {"lead.closed"} if facts.is_closed else set()
    broken |= {"lead.in_hand"} if facts.is_in_hand else set()
    check("lead.follow_up", who, facts, broken, gates(who, facts.amount_minor, facts.owner_gate_minor))


CALM = {
    "amount_minor": 0, "recipients": 100, "held_out": 25, "recipients_this_week": 0, "max_messages_a_week": 100,
    "written_lately": 0, "opted_out": 0, "complaining": 0, "owner_gate_minor": 1, "prediction_low_minor": 0,
}  # fmt: skip


@pytest.mark.parametrize("name", CALM)
def test_each_fact_is_needed(name: str) -> None:
    who = DecisionFacts(
        actor_kind=ActorKind.PERSON, autonomy=Autonomy.ACT_AND_REPORT, agent_stopped=False, label_untrusted=False,
        contested=False,
        alone_limit_bps=0, alone_limit_minor=0, approvals=frozenset({"operator", "owner"}),
    )  # fmt: skip
    assert ENGINE.decide("segment.message", who, SegmentMessageFacts(**CALM)).decision is Decision.ALLOW
    rest = {key: value for key, value in CALM.items() if key != name}
    verdict = ENGINE.decide("segment.message", who, SegmentMessageFacts.model_construct(**rest))
    assert (verdict.decision, verdict.policies) == (Decision.DENY, ("engine.error",))
