"""Truth table of reminders, budgets and flagged expenses, as Python that never read the policies."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.actor import ActorKind
from domain.autonomy import Autonomy
from domain.finance import ExpenseFlagFacts, InvoiceRemindFacts
from domain.marketing import BudgetReallocateFacts
from domain.verdict import Decision
from guardrails.cedar import PolicyEngine
from guardrails.facts import DecisionFacts
from tests.examples import examples
from tests.unit.guardrails.deciders import FEW, SELDOM, broken_by_anybody, deciders, is_agent

Facts = InvoiceRemindFacts | BudgetReallocateFacts | ExpenseFlagFacts
ENGINE = PolicyEngine()
REMIND = st.builds(
    InvoiceRemindFacts, **(dict.fromkeys(InvoiceRemindFacts.model_fields, FEW)
    | {"has_paid": SELDOM, "has_undue": SELDOM, "level": st.integers(1, 5)}),
)  # fmt: skip
BUDGET = st.builds(BudgetReallocateFacts, **dict.fromkeys(BudgetReallocateFacts.model_fields, FEW))
FLAG = st.builds(ExpenseFlagFacts, amount_minor=FEW, already_flagged=SELDOM, owner_gate_minor=FEW)
WHO = deciders("finance_analyst")


def gates_of_anybody(who: DecisionFacts, amount: int, owner_gate: int, *, beyond_alone: bool) -> set[str]:
    """The approvals that an action of this amount needs whatever it does, granted or not."""
    needed = {"operator"} if who.label_untrusted or not is_agent(who) else set()
    needed |= {"owner"} if amount >= owner_gate else set()
    if not is_agent(who):
        return needed
    by_autonomy = {
        Autonomy.SUGGEST: {"operator", "owner"},
        Autonomy.ACT_WHEN_APPROVED: {"operator"},
        Autonomy.ACT_WITHIN_LIMITS: {"operator"} if beyond_alone else set(),
    }
    return needed | by_autonomy.get(who.autonomy, set()) | ({"operator"} if who.contested else set())


def check(kind: str, who: DecisionFacts, facts: Facts, rules: dict[str, bool], wanted: set[str]) -> None:
    verdict = ENGINE.decide(kind, who, facts)
    broken = {rule for rule, holds in (broken_by_anybody(who) | rules).items() if holds}
    missing = wanted - who.approvals
    if broken:
        assert (verdict.decision, verdict.gates, set(verdict.policies)) == (Decision.DENY, (), broken)
    elif missing:
        assert (verdict.decision, set(verdict.gates)) == (Decision.NEEDS_APPROVAL, missing)
    else:
        assert (verdict.decision, verdict.gates) == (Decision.ALLOW, ())
    assert len(verdict.reasons) == len(verdict.policies)


@settings(max_examples=examples(400), deadline=None)
@given(who=WHO, facts=REMIND)
def test_every_verdict_on_a_reminder_is_the_one_in_the_table(who: DecisionFacts, facts: InvoiceRemindFacts) -> None:
    """Never of what is paid or not due, nor too soon, nor a fourth time; the third is a person's to send."""
    rules = {
        "remind.paid": facts.has_paid,
        "remind.not_due": facts.has_undue,
        "remind.too_soon": facts.days_since_reminder < facts.reminder_every_days,
        "remind.no_more": facts.level in (4, 5),
    }
    beyond = facts.amount_minor > who.alone_limit_minor
    wanted = gates_of_anybody(who, facts.amount_minor, facts.owner_gate_minor, beyond_alone=beyond)
    check("invoice.remind", who, facts, rules, wanted | ({"operator"} if is_agent(who) and facts.level == 3 else set()))


@settings(max_examples=examples(400), deadline=None)
@given(who=WHO, facts=BUDGET)
def test_every_verdict_on_budgets_is_the_one_in_the_table(who: DecisionFacts, facts: BudgetReallocateFacts) -> None:
    """The total never grows, no campaign moves by more than the step; what may lose money is a person's to decide."""
    rules = {
        "budget.grows": facts.total_minor > facts.total_before_minor,
        "budget.step": facts.largest_change_bps > facts.max_budget_change_bps,
    }
    beyond = facts.amount_minor > who.alone_limit_minor or facts.largest_change_bps > who.alone_limit_bps
    wanted = gates_of_anybody(who, facts.amount_minor, facts.owner_gate_minor, beyond_alone=beyond)
    may_lose = is_agent(who) and facts.prediction_low_minor < 0
    check("budget.reallocate", who, facts, rules, wanted | ({"operator"} if may_lose else set()))


@settings(max_examples=examples(200), deadline=None)
@given(who=WHO, facts=FLAG)
def test_every_verdict_on_a_flag_is_the_one_in_the_table(who: DecisionFacts, facts: ExpenseFlagFacts) -> None:
    """Nothing is flagged twice; large expenses are questioned by who may decide on so much."""
    beyond = facts.amount_minor > who.alone_limit_minor
    wanted = gates_of_anybody(who, facts.amount_minor, facts.owner_gate_minor, beyond_alone=beyond)
    check("expense.flag", who, facts, {"flag.already": facts.already_flagged}, wanted)


ALONE = DecisionFacts(
    actor_kind=ActorKind.AGENT, agent="finance_analyst", autonomy=Autonomy.ACT_WITHIN_LIMITS, agent_stopped=False,
    label_untrusted=False, contested=False, alone_limit_bps=1_000, alone_limit_minor=50_000,
)  # fmt: skip
"""May act alone on as much as 500.00 and a tenth."""
CALM: dict[str, Facts] = {
    "invoice.remind": InvoiceRemindFacts(
        amount_minor=50_000, has_paid=False, has_undue=False, days_since_reminder=14, reminder_every_days=14, level=2,
        owner_gate_minor=100_000,
    ),
    "budget.reallocate": BudgetReallocateFacts(
        amount_minor=50_000, total_minor=200_000, total_before_minor=200_000, largest_change_bps=1_000,
        max_budget_change_bps=2_000, owner_gate_minor=100_000, prediction_low_minor=0,
    ),
    "expense.flag": ExpenseFlagFacts(amount_minor=50_000, already_flagged=False, owner_gate_minor=100_000),
}  # fmt: skip
"""Actions that it may just take alone: each fact stands at the edge of what is allowed."""
DENY, ASK = Decision.DENY, Decision.NEEDS_APPROVAL
BEYOND_THE_EDGE = [
    ("invoice.remind", {"has_paid": True}, DENY, set(), "remind.paid"),
    ("invoice.remind", {"has_undue": True}, DENY, set(), "remind.not_due"),
    ("invoice.remind", {"days_since_reminder": 13}, DENY, set(), "remind.too_soon"),
    ("invoice.remind", {"reminder_every_days": 15}, DENY, set(), "remind.too_soon"),
    ("invoice.remind", {"level": 3}, ASK, {"operator"}, "remind.last"),
    ("invoice.remind", {"level": 4}, DENY, set(), "remind.no_more"),
    ("invoice.remind", {"amount_minor": 50_001}, ASK, {"operator"}, "remind.beyond_alone_limits"),
    ("invoice.remind", {"owner_gate_minor": 50_000}, ASK, {"owner"}, "remind.much_money"),
    ("budget.reallocate", {"total_minor": 200_001}, DENY, set(), "budget.grows"),
    ("budget.reallocate", {"total_before_minor": 199_999}, DENY, set(), "budget.grows"),
    ("budget.reallocate", {"largest_change_bps": 1_001}, ASK, {"operator"}, "budget.beyond_alone_limits"),
    ("budget.reallocate", {"max_budget_change_bps": 999}, DENY, set(), "budget.step"),
    ("budget.reallocate", {"amount_minor": 50_001}, ASK, {"operator"}, "budget.beyond_alone_limits"),
    ("budget.reallocate", {"prediction_low_minor": -1}, ASK, {"operator"}, "budget.may_lose_money"),
    ("budget.reallocate", {"owner_gate_minor": 50_000}, ASK, {"owner"}, "budget.much_money"),
    ("expense.flag", {"already_flagged": True}, DENY, set(), "flag.already"),
    ("expense.flag", {"amount_minor": 50_001}, ASK, {"operator"}, "flag.beyond_alone_limits"),
    ("expense.flag", {"owner_gate_minor": 50_000}, ASK, {"owner"}, "flag.much_money"),
]


@pytest.mark.parametrize("kind", CALM)
def test_within_its_limits_it_acts_alone(kind: str) -> None:
    assert ENGINE.decide(kind, ALONE, CALM[kind]).decision is Decision.ALLOW


@pytest.mark.parametrize("kind", CALM)
def test_who_acts_and_reports_has_no_limits_of_its_own(kind: str) -> None:
    reports = ALONE.model_copy(update={"autonomy": Autonomy.ACT_AND_REPORT})
    steps = {"largest_change_bps": 1_001} if kind == "budget.reallocate" else {}
    more = CALM[kind].model_copy(update={"amount_minor": 50_001, **steps})
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
    assert {name for of, moved, *_ in BEYOND_THE_EDGE if of == kind for name in moved} == set(
        type(CALM[kind]).model_fields
    )


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, facts in CALM.items() for name in type(facts).model_fields]
)
def test_each_fact_is_needed(kind: str, name: str) -> None:
    rest = {key: value for key, value in CALM[kind].model_dump().items() if key != name}
    verdict = ENGINE.decide(kind, ALONE, type(CALM[kind]).model_construct(**rest))
    assert (verdict.decision, verdict.policies) == (Decision.DENY, ("engine.error",))
