"""The engine under wrong policies and hostile words."""

from typing import Any

import pytest

from domain.actor import ActorKind
from domain.autonomy import Autonomy
from domain.errors import InvalidInput
from domain.language import Language
from domain.pricing import PriceUpdateFacts
from domain.verdict import Decision, Verdict
from guardrails.cedar import PolicyEngine
from guardrails.facts import DecisionFacts
from guardrails.packaged import packaged_policies
from tests.claims import why

ENGINE = PolicyEngine()
PERSON = DecisionFacts(
    actor_kind=ActorKind.PERSON,
    autonomy=Autonomy.ACT_AND_REPORT,
    agent_stopped=False,
    label_untrusted=False,
    contested=False,
    alone_limit_bps=0,
    alone_limit_minor=0,
    approvals=frozenset({"operator"}),
)
CALM = PriceUpdateFacts(
    **(dict.fromkeys(PriceUpdateFacts.model_fields, 0) | {"owner_gate_minor": 100, "max_changes_a_week": 1})
)
PERMIT = '@id("all") @reason("all may") permit (principal, action == Action::"price.update", resource);'

UPDATE = 'Action::"price.update"'


def denied_as_unclear(verdict: Verdict) -> bool:
    return verdict.decision is Decision.DENY and verdict.policies == ("engine.error",) and bool(verdict.reasons[0])


def test_the_facts_used_here_are_allowed_as_they_stand() -> None:
    assert ENGINE.decide("price.update", PERSON, CALM).decision is Decision.ALLOW


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "price.delete",
        "price.update\n",
        "price.update ",
        'price.update"',
        "price.update\x00",
        "\ud800",
        "рrice.update",
    ],
)
def test_any_other_kind_of_action_is_denied(kind: str) -> None:
    assert denied_as_unclear(ENGINE.decide(kind, PERSON, CALM))


@pytest.mark.parametrize(
    "forged",
    [
        {"__entity": {"type": "Agent", "id": "x"}},
        {"__extn": {"fn": "decimal", "arg": "1.0"}},
        True,
        1.5,
        float("nan"),
        None,
        "9999",
        [1],
        object(),
        2**63,
        -(2**63) - 1,
    ],
)
def test_a_fact_that_is_no_whole_number_of_sixty_four_bits_is_denied(forged: Any) -> None:
    for name in ("margin_bps", "change_bps"):
        assert denied_as_unclear(ENGINE.decide("price.update", PERSON, CALM.model_copy(update={name: forged})))


@pytest.mark.parametrize(
    ("field", "forged"),
    [
        ("actor_kind", "robot"),
        ("agent", "\ud800"),
        ("agent", 'x"}, "action": "y'),
        ("autonomy", 5),
        ("autonomy", None),
        ("agent_stopped", {"__entity": {"type": "Agent", "id": "x"}}),
        ("label_untrusted", "no"),
        ("alone_limit_bps", 2**64),
        ("approvals", frozenset({'operator"'})),
        ("approvals", frozenset({"\ud800"})),
        ("approvals", None),
    ],
)
def test_who_acts_cannot_be_forged(field: str, forged: Any) -> None:
    assert denied_as_unclear(ENGINE.decide("price.update", PERSON.model_copy(update={field: forged}), CALM))


def test_what_is_not_said_of_who_acts_is_denied() -> None:
    said = dict(PERSON)
    for name in said.keys() - {"agent", "approvals"}:
        less = DecisionFacts.model_construct(**{other: value for other, value in said.items() if other != name})
        assert denied_as_unclear(ENGINE.decide("price.update", less, CALM))


def test_an_approval_of_an_unknown_gate_opens_nothing() -> None:
    untrusted = PERSON.model_copy(update={"label_untrusted": True, "approvals": frozenset({"root", "owner"})})
    assert ENGINE.decide("price.update", untrusted, CALM).gates == ("operator",)


@pytest.mark.parametrize(
    "error",
    ["context.amount_minor * 9223372036854775807 < 0", "context.amount_minor + 9223372036854775807 < 0"],
)
@pytest.mark.parametrize("effect", ["forbid", "permit"])
def test_a_policy_that_fails_denies_instead_of_being_skipped(effect: str, error: str) -> None:
    text = f'@id("x") @reason("x") {effect} (principal, action == {UPDATE}, resource) when {{ {error} }};'
    engine = PolicyEngine([*packaged_policies(), text])
    assert denied_as_unclear(engine.decide("price.update", PERSON, CALM.model_copy(update={"amount_minor": 5})))
    assert engine.decide("price.update", PERSON, CALM).decision is Decision.ALLOW


def test_a_policy_that_fails_only_once_approved_denies_too() -> None:
    text = """@id("x") @gate("operator") @reason("x")
    forbid (principal, action == Action::"price.update", resource) when {
      !context.approvals.contains("operator") || context.amount_minor * 9223372036854775807 > 1
    };"""
    engine = PolicyEngine([PERMIT, text])
    assert denied_as_unclear(engine.decide("price.update", PERSON, CALM.model_copy(update={"amount_minor": 5})))


@pytest.mark.parametrize(
    "text",
    [
        "",
        '@id("all") @reason("all may") permit (principal, action, resource);',
        '@id("two") permit (principal, action in [Action::"price.update", Action::"price.draft"], resource);',
        '@id("other") @reason("r") permit (principal, action == Action::"price.draft", resource);',
    ],
)
def test_without_a_permit_of_its_own_nothing_is_allowed(text: str) -> None:
    verdict = PolicyEngine([text]).decide("price.update", PERSON, CALM)
    assert (verdict.decision, verdict.policies) == (Decision.DENY, ("engine.no_policies",))
    assert why(verdict.reasons) == (
        "price.update has no policies of its own that permit it: guardrails/policies/price_update.cedar"
    )


def test_a_permit_of_its_own_that_does_not_match_permits_nothing() -> None:
    text = PERMIT.replace(";", " when { context.amount_minor > 10 };")
    verdict = PolicyEngine([text]).decide("price.update", PERSON, CALM)
    assert (verdict.decision, why(verdict.reasons)) == (Decision.DENY, "no rule permits this")


def test_a_gate_that_its_own_approval_does_not_lift_is_a_deny() -> None:
    text = """@id("x") @gate("operator") @reason("x") forbid (principal, action, resource)
    unless { context.approvals.contains("owner") };"""
    assert PolicyEngine([PERMIT, text]).decide("price.update", PERSON, CALM).decision is Decision.DENY


def test_a_rate_in_a_reason_tells_a_margin_from_its_floor() -> None:
    verdict = ENGINE.decide(
        "price.update",
        PERSON,
        CALM.model_copy(update={"margin_bps": 1_499, "min_margin_bps": 1_500, "margin_now_bps": 1_600}),
    )
    assert why(verdict.reasons) == "the unit margin would be 14.99 %, below the brand's floor of 15.0 %"
    assert why(verdict.reasons, Language.DE).startswith("die Stückmarge wäre 14,99 %")


def test_every_rate_in_the_packaged_reasons_is_filled() -> None:
    far = {"margin_bps": -9, "abs_change_bps": 99, "price_minor": 9, "amount_minor": 9, "prediction_low_minor": -9}
    verdict = ENGINE.decide("price.update", PERSON, CALM.model_copy(update=far))
    assert len(verdict.reasons) == 3
    assert not any("{" in why(verdict.reasons, language) for language in Language)


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        (["\n\npermit ("], "policy text 1, line 3"),
        (
            [PERMIT, f"// a; word\n{PERMIT}\n\n// and so on\npermit (principal, action, nobody);"],
            "policy text 2, line 5",
        ),
        ([PERMIT, '\n@id("b") permit (principal, action == Action::"zip", resource);'], "policy text 2, line 2"),
        ([f'{PERMIT}\n@id("a;b")\npermit (principal, action, resource)\nwhen {{ context.nope > 1 }};'], "line 2"),
        ([f'{PERMIT} "'], "the policies"),
    ],
)
def test_a_policy_that_is_wrong_is_refused_with_its_place(texts: list[str], place: str) -> None:
    with pytest.raises(InvalidInput, match=place):
        PolicyEngine(texts)


def test_the_version_is_that_of_the_whole_text() -> None:
    versions = {
        PolicyEngine().policy_version,
        PolicyEngine([*packaged_policies(), ""]).policy_version,
        PolicyEngine([*packaged_policies(), "// a word"]).policy_version,
        PolicyEngine([PERMIT]).policy_version,
        PolicyEngine([PERMIT.replace("may", "can")]).policy_version,
    }
    assert len(versions) == 5
    assert PolicyEngine(packaged_policies()).policy_version == PolicyEngine().policy_version
    assert PolicyEngine([PERMIT]).decide("price.update", PERSON, CALM).policy_version in versions


def test_an_old_verdict_keeps_the_sentence_that_it_gave() -> None:
    stored = {"decision": "deny", "reasons": ["the price would leave the brand's corridor"]}
    assert why(Verdict.model_validate(stored).reasons, Language.DE) == "the price would leave the brand's corridor"


def test_an_operators_own_sentence_is_said_as_it_stands_with_the_rates_that_it_names() -> None:
    text = f'@id("x") @reason("no: {{margin_bps}}") forbid (principal, action == {UPDATE}, resource);'
    verdict = PolicyEngine([PERMIT, text]).decide("price.update", PERSON, CALM.model_copy(update={"margin_bps": 1_250}))
    assert why(verdict.reasons, Language.DE) == "no: 12.5 %"
