"""Each kind has a policy file of its own, and with it taken away all of the kind is denied."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.action import ACTION_KINDS
from domain.stands import STAND_BONUS, StandBonusFacts
from domain.verdict import Decision
from guardrails.cedar import PolicyEngine
from guardrails.facts import DecisionFacts
from guardrails.packaged import POLICIES, policy_files
from guardrails.policy_files import SHARED, lint_policy_files
from guardrails.schema import cedar_schema
from tests.claims import why
from tests.unit.guardrails.deciders import FEW, SELDOM, deciders


@pytest.fixture(scope="module")
def without_bonus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copied") / "policies"
    shutil.copytree(POLICIES, folder)
    (folder / "stand_bonus.cedar").unlink()
    return folder


HUGE = 10**9
BONUS = st.builds(
    StandBonusFacts,
    **{name: FEW for name in StandBonusFacts.model_fields if name != "already_running"}
    | {"already_running": SELDOM, "amount_minor": FEW | st.just(HUGE)},
)


@given(who=deciders("stand_coach"), facts=BONUS)
def test_a_kind_whose_policies_were_deleted_is_denied_whoever_asks(
    without_bonus: Path, who: DecisionFacts, facts: StandBonusFacts
) -> None:
    verdict = _engine(without_bonus).decide("stand.bonus", who, facts)
    assert (verdict.decision, verdict.gates) == (Decision.DENY, ())
    assert why(verdict.reasons) == (
        "stand.bonus has no policies of its own that permit it: guardrails/policies/stand_bonus.cedar"
    )


_ENGINES: dict[Path, PolicyEngine] = {}


def _engine(folder: Path) -> PolicyEngine:
    return _ENGINES.setdefault(folder, PolicyEngine(list(policy_files(folder).values())))


def test_the_others_are_judged_as_before(without_bonus: Path) -> None:
    who = DecisionFacts.model_validate(
        {"actor_kind": "person", "autonomy": 0, "agent_stopped": False, "label_untrusted": False, "contested": False,
         "alone_limit_bps": 0, "alone_limit_minor": 0, "approvals": ["operator", "owner"]}
    )  # fmt: skip
    for kind in ACTION_KINDS.values():
        calm = kind.facts.model_validate(
            {name: False if info.annotation is bool else 0 for name, info in kind.facts.model_fields.items()}
        )
        now, before = (engine.decide(kind.name, who, calm) for engine in (_engine(without_bonus), PolicyEngine()))
        if kind.name != "stand.bonus":
            assert (now.decision, now.policies, now.gates) == (before.decision, before.policies, before.gates)
        assert before.policies != ("engine.no_policies",)


def test_the_lint_names_the_deleted_file(without_bonus: Path) -> None:
    assert lint_policy_files(policy_files(without_bonus)) == [
        "guardrails/policies/stand_bonus.cedar is missing: stand.bonus has no policies of its own, "
        "so all of it is denied."
    ]


BONUS_TEXT = policy_files()["stand_bonus"]


def _without(annotation: str) -> str:
    """The bonus's policies but the one with this id."""
    policies = BONUS_TEXT.split("\n\n")
    rest = [policy for policy in policies if f'@id("{annotation}")' not in policy]
    assert len(rest) == len(policies) - 1
    return "\n\n".join(rest)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (_without("bonus.may_be_asked"), "has no permit for stand.bonus"),
        (_without("bonus.much_money"), "has no owner's gate"),
        (_without("bonus.beyond_alone_limits"), "has no limit of what an agent may do alone"),
        (
            BONUS_TEXT.replace("context.amount_minor >= context.owner_gate_minor", "context.share_bps > 5"),
            "has no owner's gate",
        ),
        (
            BONUS_TEXT.replace("(principal is Agent, action", "(principal is Person, action"),
            "has no limit of what an agent may do alone",
        ),
        (BONUS_TEXT.replace('Action::"stand.bonus"', 'Action::"stand.visit"'), "has no permit for stand.bonus"),
        ("", "has no permit for stand.bonus"),
        (
            BONUS_TEXT + '@id("b") @reason("r") permit (principal, action == Action::"stand.visit", resource);',
            'b does not name action == Action::"stand.bonus"',
        ),
        (
            BONUS_TEXT + '@id("b") @reason("r") permit (principal, action, resource);',
            'b does not name action == Action::"stand.bonus"',
        ),
        (
            BONUS_TEXT
            + '@id("b") @reason("r") permit (principal, action in [Action::"stand.bonus", Action::"a.b"], resource);',
            'b does not name action == Action::"stand.bonus"',
        ),
    ],
)
def test_what_a_kinds_file_lacks_or_should_not_hold_is_named(text: str, problem: str) -> None:
    problems = lint_policy_files({"stand_bonus": text}, [STAND_BONUS])
    assert any(problem in sentence and "guardrails/policies/stand_bonus.cedar" in sentence for sentence in problems), (
        problems
    )


def test_a_permit_for_all_and_a_file_of_no_kind_are_named() -> None:
    permit = '@id("all") @reason("r") permit (principal, action == Action::"stand.bonus", resource);'
    files = {"stand_bonus": BONUS_TEXT, SHARED: permit, "coffee_brew": permit}
    assert lint_policy_files(files, [STAND_BONUS]) == [
        "guardrails/policies/common.cedar: all is a permit, which belongs in the file of its kind",
        "guardrails/policies/coffee_brew.cedar: belongs to no kind",
    ]


def test_a_kind_without_money_says_so_and_needs_no_gate_on_it() -> None:
    draft = ACTION_KINDS["price.draft"]
    files = {"price_draft": policy_files()["price_draft"]}
    assert lint_policy_files(files, [draft]) == []
    assert len(lint_policy_files(files, [replace(draft, money_at_stake=True)])) == 2


def test_the_schema_knows_each_kind_with_its_facts_and_those_of_who_acts() -> None:
    (bonus,) = (part for part in cedar_schema().split("\n\n") if part.startswith('action "stand.bonus"'))
    facts = dict(line.strip().rstrip(",").split(": ") for line in bonus.split("context: {")[1].splitlines()[1:-2])
    assert facts == {
        "autonomy": "Long", "agent_stopped": "Bool", "label_untrusted": "Bool", "contested": "Bool",
        "alone_limit_bps": "Long", "alone_limit_minor": "Long", "approvals": "Set<String>",
        "amount_minor": "Long", "share_bps": "Long", "bonus_gate_bps": "Long", "already_running": "Bool",
        "owner_gate_minor": "Long", "prediction_low_minor": "Long",
    }  # fmt: skip
    assert cedar_schema().count("appliesTo") == len(ACTION_KINDS)
