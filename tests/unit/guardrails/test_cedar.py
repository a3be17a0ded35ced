"""The guardrails' truth table, written down apart from the policies that are tested against it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.actor import ActorKind
from domain.autonomy import Autonomy
from domain.errors import InvalidInput
from domain.pricing import PriceUpdateFacts
from domain.verdict import Decision
from guardrails.cedar import PolicyEngine
from guardrails.facts import DecisionFacts
from guardrails.lint import lint_policies
from guardrails.packaged import packaged_policies

ENGINE = PolicyEngine()
WHO: dict[str, Any] = {
    "actor_kind": ActorKind.AGENT,
    "agent": "pricing_director",
    "autonomy": Autonomy.ACT_WHEN_APPROVED,
    "agent_stopped": False,
    "label_untrusted": False,
    "contested": False,
    "alone_limit_bps": 200,
    "alone_limit_minor": 50_000,
}
WHAT: dict[str, Any] = {
    "price_minor": 1_010,
    "change_bps": 100,
    "abs_change_bps": 100,
    "changed_last_day_bps": 0,
    "margin_bps": 4_000,
    "min_margin_bps": 1_500,
    "max_change_bps_per_day": 1_000,
    "corridor_low_minor": 700,
    "corridor_high_minor": 1_300,
    "amount_minor": 10_000,
    "owner_gate_minor": 1_000_000,
    "prediction_low_minor": 10,
    "margin_now_bps": 4_000,
    "not_charged": 0,
    "measured_in_days": 0,
    "changes_this_week": 2,
    "max_changes_a_week": 3,
    "list_opens_in_days": 0,
}


def decide(
    who: dict[str, Any] | None = None, facts: dict[str, Any] | None = None, engine: PolicyEngine = ENGINE
) -> Any:
    return engine.decide(
        "price.update", DecisionFacts(**{**WHO, **(who or {})}), PriceUpdateFacts(**{**WHAT, **(facts or {})})
    )


HARD: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {"margin_bps": 1_499}, "price.margin_floor"),
    ({}, {"margin_bps": -300, "margin_now_bps": -300}, "price.margin_floor"),
    ({}, {"not_charged": 1}, "price.not_charged"),
    ({}, {"measured_in_days": 1}, "price.not_measured"),
    ({}, {"price_minor": 699}, "price.corridor"),
    ({}, {"price_minor": 1_301}, "price.corridor"),
    ({}, {"abs_change_bps": 1_001}, "price.daily_change"),
    ({}, {"abs_change_bps": 600, "changed_last_day_bps": 401}, "price.daily_change"),
    ({"agent_stopped": True}, {}, "common.agent_stopped"),
    ({"autonomy": Autonomy.OBSERVE}, {}, "common.observer"),
]
GATED: list[tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = [
    ({"autonomy": Autonomy.SUGGEST}, {}, ("operator", "owner")),
    ({"autonomy": Autonomy.ACT_WHEN_APPROVED}, {}, ("operator",)),
    ({"autonomy": Autonomy.ACT_WITHIN_LIMITS}, {}, ()),
    ({"autonomy": Autonomy.ACT_WITHIN_LIMITS}, {"abs_change_bps": 201}, ("operator",)),
    ({"autonomy": Autonomy.ACT_WITHIN_LIMITS}, {"amount_minor": 50_001}, ("operator",)),
    ({"autonomy": Autonomy.ACT_AND_REPORT}, {"abs_change_bps": 900}, ()),
    ({"autonomy": Autonomy.ACT_AND_REPORT, "label_untrusted": True}, {}, ("operator",)),
    ({"autonomy": Autonomy.ACT_AND_REPORT}, {"prediction_low_minor": -1}, ("operator",)),
    ({"autonomy": Autonomy.ACT_AND_REPORT}, {"amount_minor": 1_000_000}, ("owner",)),
    ({"autonomy": Autonomy.ACT_AND_REPORT}, {"changes_this_week": 3}, ("owner",)),
    ({"autonomy": Autonomy.ACT_AND_REPORT}, {"list_opens_in_days": 1}, ("owner",)),
    ({"autonomy": Autonomy.ACT_AND_REPORT}, {"margin_bps": -300, "margin_now_bps": -1_010}, ()),
    ({"actor_kind": ActorKind.PERSON, "agent": ""}, {}, ("operator",)),
    ({"actor_kind": ActorKind.PERSON, "agent": ""}, {"amount_minor": 1_000_000}, ("operator", "owner")),
]


@pytest.mark.parametrize(("who", "facts", "policy"), HARD)
@pytest.mark.parametrize("approvals", [frozenset(), frozenset({"operator", "owner"})])
def test_a_hard_rule_denies_whatever_was_approved(
    who: dict[str, Any], facts: dict[str, Any], policy: str, approvals: frozenset[str]
) -> None:
    verdict = decide({**who, "approvals": approvals}, facts)
    assert verdict.decision is Decision.DENY
    assert policy in verdict.policies
    assert verdict.reasons


@pytest.mark.parametrize(("who", "facts", "gates"), GATED)
def test_the_table_of_gates(who: dict[str, Any], facts: dict[str, Any], gates: tuple[str, ...]) -> None:
    verdict = decide(who, facts)
    assert (verdict.gates, verdict.decision) == (gates, Decision.NEEDS_APPROVAL if gates else Decision.ALLOW)
    assert decide({**who, "approvals": frozenset(gates)}, facts).decision is Decision.ALLOW
    for gate in gates:
        others = frozenset(gates) - {gate}
        assert decide({**who, "approvals": others}, facts).decision is Decision.NEEDS_APPROVAL


INT64 = st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(-2_000, 2_000))


@given(
    facts=st.fixed_dictionaries(dict.fromkeys(WHAT, INT64)), autonomy=st.sampled_from(Autonomy), person=st.booleans()
)
def test_extreme_numbers_end_in_a_verdict_and_never_pass_a_hard_limit(
    facts: dict[str, int], autonomy: Autonomy, person: bool
) -> None:
    who = {"autonomy": autonomy, "approvals": frozenset({"operator", "owner"})}
    if person:
        who |= {"actor_kind": ActorKind.PERSON, "agent": ""}
    within = (
        (facts["margin_bps"] >= facts["min_margin_bps"] or facts["margin_bps"] > facts["margin_now_bps"])
        and facts["not_charged"] <= 0
        and facts["measured_in_days"] <= 0
        and facts["corridor_low_minor"] <= facts["price_minor"] <= facts["corridor_high_minor"]
        and facts["abs_change_bps"] + facts["changed_last_day_bps"] <= facts["max_change_bps_per_day"]
    )
    verdict = decide(who, facts)
    assert verdict.decision is not Decision.ALLOW or within
    room = facts["max_change_bps_per_day"] - facts["changed_last_day_bps"]
    if within and (person or autonomy > Autonomy.OBSERVE) and -(2**63) <= room < 2**63:
        assert verdict.decision is Decision.ALLOW


@given(st.fixed_dictionaries({name: st.integers(-2_000, 2_000) for name in WHAT}))
def test_more_autonomy_is_never_stricter(facts: dict[str, int]) -> None:
    strictness = {Decision.ALLOW: 0, Decision.NEEDS_APPROVAL: 1, Decision.DENY: 2}
    verdicts = [strictness[decide({"autonomy": level}, facts).decision] for level in Autonomy]
    assert verdicts == sorted(verdicts, reverse=True)


def test_an_unknown_action_and_a_system_actor_are_denied() -> None:
    who, facts = DecisionFacts(**WHO), PriceUpdateFacts(**WHAT)
    assert ENGINE.decide("price.delete", who, facts).policies == ("engine.error",)
    assert decide({"actor_kind": ActorKind.SYSTEM, "agent": ""}).decision is Decision.DENY


def test_a_missing_or_foreign_fact_is_denied() -> None:
    who = DecisionFacts(**WHO)
    less = PriceUpdateFacts(**WHAT).model_construct(**{name: WHAT[name] for name in list(WHAT)[1:]})
    assert ENGINE.decide("price.update", who, less).decision is Decision.DENY
    forged = PriceUpdateFacts(**WHAT).model_copy(update={"margin_bps": {"__entity": {"type": "Agent", "id": "x"}}})
    assert ENGINE.decide("price.update", who, forged).policies == ("engine.error",)


def test_a_forbid_that_errors_denies_instead_of_being_skipped() -> None:
    overflow = """@id("x") @reason("x") forbid (principal, action == Action::"price.update", resource)
    when { context.amount_minor * 9223372036854775807 > 1 };"""
    verdict = decide({"autonomy": 4}, {"amount_minor": 5}, PolicyEngine([*packaged_policies(), overflow]))
    assert verdict.policies == ("engine.error",)
    assert verdict.decision is Decision.DENY


@pytest.mark.parametrize(
    "text", ["permit (", "permit (principal, action, resource) when { context.no_such_fact > 1 };"]
)
def test_policies_that_cannot_be_read_or_do_not_fit_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        PolicyEngine([text])


def test_the_version_changes_with_the_text() -> None:
    assert PolicyEngine([*packaged_policies(), "// a word"]).policy_version != ENGINE.policy_version
    assert PolicyEngine().policy_version == ENGINE.policy_version


@pytest.mark.parametrize("field", ["agent", "approvals"])
def test_hostile_strings_do_not_become_facts(field: str) -> None:
    value: Any = 'x"]; permit' if field == "agent" else frozenset({'operator"'})
    with pytest.raises(ValidationError):
        DecisionFacts(**{**WHO, field: value})


def test_the_packaged_policies_are_without_fault() -> None:
    assert lint_policies() == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("forbid (principal, action, resource);", "has no @id"),
        ('@id("a") forbid (principal, action, resource);', "has no @reason"),
        ('@id("a") @reason("r") @gate("g") permit (principal, action, resource);', "written as a permit"),
        ('@id("a") @reason("r") @gate("g") forbid (principal, action, resource);', "does not lift"),
        (
            '@id("a") @reason("r") forbid (principal, action, resource) unless { context.approvals.contains("g") };',
            "names no @gate",
        ),
    ],
)
def test_the_lint_finds(text: str, problem: str) -> None:
    assert any(problem in finding for finding in lint_policies([text]))
