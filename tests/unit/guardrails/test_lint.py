"""The lint names policies that say nothing, or not what they seem to say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actor import ActorKind
from domain.autonomy import Autonomy
from domain.pricing import PriceUpdateFacts
from guardrails.cedar import PolicyEngine
from guardrails.facts import DecisionFacts
from guardrails.lint import lint_policies


def forbid(clause: str, scope: str = "principal, action, resource", notes: str = "") -> str:
    return f'@id("a") @reason("r") {notes} forbid ({scope}) {clause};'


@pytest.mark.parametrize(
    "clause",
    [
        "when { false }",
        "when { 1 > 2 }",
        "unless { true }",
        "when { context.autonomy > 4 }",
        "when { context.autonomy < 0 }",
        "when { context.autonomy > 2 } unless { context.autonomy > 1 }",
        "when { context.autonomy > 2 && context.autonomy < 3 }",
        "when { context.autonomy == 2 && context.autonomy != 2 }",
        "when { context.margin_bps < context.min_margin_bps && context.min_margin_bps <= context.margin_bps }",
        "when { context.price_minor > context.change_bps && context.change_bps > context.margin_bps }"
        " when { context.margin_bps > context.price_minor }",
        "when { context.margin_bps + 5 < context.margin_bps }",
        "when { context.amount_minor > 9223372036854775807 }",
        "when { context.agent_stopped && !context.agent_stopped }",
        "when { if context.agent_stopped then !context.agent_stopped else context.agent_stopped }",
        'when { context.approvals.contains("x") } unless { context.approvals.contains("x") }',
        "when { principal is Agent && principal is Person }",
    ],
)
def test_a_policy_that_can_never_match_is_named(clause: str) -> None:
    assert "a: can never match" in lint_policies([forbid(clause)])


def test_a_policy_for_agents_that_are_none_is_named() -> None:
    text = forbid("when { principal is Person }", "principal is Agent, action, resource")
    assert "a: can never match" in lint_policies([text])


SIDES = st.sampled_from(["context.autonomy", "context.margin_bps", "context.min_margin_bps", "0", "2", "4"])
SIGNS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
ATOM = st.one_of(
    st.builds("{} {} {}".format, SIDES, SIGNS, SIDES),
    st.sampled_from(["context.agent_stopped", "principal is Agent", "true", "false"]),
)
CLAUSE = st.recursive(
    ATOM,
    lambda inner: st.one_of(
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("!({})".format, inner),
        st.builds("(if {} then {} else {})".format, inner, inner, inner),
    ),
    max_leaves=5,
)
CALM = dict.fromkeys(PriceUpdateFacts.model_fields, 0)


@given(
    clause=CLAUSE,
    autonomy=st.sampled_from(Autonomy),
    stopped=st.booleans(),
    kind=st.sampled_from([ActorKind.AGENT, ActorKind.PERSON]),
    margins=st.tuples(st.integers(-1, 5), st.integers(-1, 5)),
)
def test_no_policy_that_matches_is_called_unreachable(
    clause: str, autonomy: Autonomy, stopped: bool, kind: ActorKind, margins: tuple[int, int]
) -> None:
    text = f'@id("a") @reason("r") permit (principal, action == Action::"price.update", resource) when {{ {clause} }};'
    who = DecisionFacts(
        actor_kind=kind,
        autonomy=autonomy,
        agent_stopped=stopped,
        label_untrusted=False,
        contested=False,
        alone_limit_bps=0,
        alone_limit_minor=0,
    )
    facts = PriceUpdateFacts(**{**CALM, "margin_bps": margins[0], "min_margin_bps": margins[1]})
    if PolicyEngine([text]).decide("price.update", who, facts).decision == "allow":
        assert lint_policies([text]) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (forbid("", 'principal, action == Action::"price.delete", resource'), "unrecognized action"),
        (forbid("when { context.no_such_fact }"), "no_such_fact"),
        (forbid("", "principal is Robot, action, resource"), "Robot"),
        ("forbid (", "policy text 1, line 1"),
        (forbid("") + "\n" + forbid("when { context.agent_stopped }"), "a is the id of 2 policies"),
        ('@id("a") @reason("") forbid (principal, action, resource);', "has no @reason"),
        ('@id("a") @reason("{amount_minor} is much") forbid (principal, action, resource);', "anything but a rate"),
        ('@id("a") @reason("{colour}") forbid (principal, action, resource);', "anything but a rate"),
        ('@id("a") @reason("r") permit (principal == ?principal, action, resource);', "is a template"),
        (
            '@id("a") @reason("r") permit (principal, action, resource)'
            ' when { context.approvals.contains("operator") };',
            "written as a permit",
        ),
        (forbid('unless { context.approvals.contains("owner") }', notes='@gate("operator")'), "does not lift"),
        (forbid('when { context.approvals.contains("operator") }', notes='@gate("operator")'), "does not lift"),
        (
            forbid(
                'unless { context.approvals.contains("operator") && context.autonomy > 2 }', notes='@gate("operator")'
            ),
            "does not lift",
        ),
    ],
)
def test_what_is_not_what_it_seems_is_named(text: str, problem: str) -> None:
    assert any(problem in finding for finding in lint_policies([text]))
