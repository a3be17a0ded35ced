"""Looks over policies for mistakes: those that the schema catches, and those that it lets pass."""

from collections import Counter
from collections.abc import Sequence

import cedarpy
from cedarpy import pst

from domain.action import ACTION_KINDS
from guardrails.cedar import PLACEHOLDER
from guardrails.facts import DecisionFacts, is_rate
from guardrails.packaged import policy_files
from guardrails.policy_files import lint_policy_files, parts_of, permitted_kind
from guardrails.policy_text import faults
from guardrails.reachability import can_match
from guardrails.schema import cedar_schema

_FACTS = (DecisionFacts, *(kind.facts for kind in ACTION_KINDS.values()))
_RATES = frozenset(name for facts in _FACTS for name in facts.model_fields if is_rate(name))


def lint_policies(texts: Sequence[str] | None = None) -> list[str]:
    """The faults of the policies, a sentence each; empty where there are none.

    Found are: text that Cedar cannot read; an action, fact or kind of actor that the schema does not know; no id, no
    reason, an id used twice; a reason that shows anything but a rate; a policy that can never match; a template,
    which decides nothing; a gate written as a permit (beside any other permit it would gate nothing), a gate whose
    approval does not lift it, and a policy that reads approvals but names no gate; a permit that does not name exactly
    one action. Of what is packaged also what stands in another kind's file, and what a kind lacks.
    """
    files = policy_files() if texts is None else {}
    texts = list(files.values()) if texts is None else texts
    schema = cedarpy.Schema.from_str(cedar_schema())
    problems = [*faults(texts, schema), *(lint_policy_files(files) if files else ())]
    try:
        written = cedarpy.PolicySet.from_str("\n".join(texts)).to_pst()
    except ValueError as error:
        return problems or [f"the policies cannot be read: {error}"]
    policies = [*written.static_policies.values(), *written.templates.values()]
    ids = Counter(policy.annotations.get("id") for policy in policies)
    problems += [f"{name} is the id of {count} policies" for name, count in ids.items() if name and count > 1]
    for policy in policies:
        problems += [f"{policy.annotations.get('id') or policy.id}: {problem}" for problem in _problems(policy)]
    return problems + [f"{name}: is a template, which decides nothing" for name in written.templates]


def _problems(policy: pst.Template) -> list[str]:
    gate = policy.annotations.get("gate")
    reason = policy.annotations.get("reason", "")
    reads_approvals = any(_reads_approvals(clause.expr) for clause in policy.clauses)
    problems = {
        "has no @id": not policy.annotations.get("id"),
        "has no @reason": not reason,
        "shows anything but a rate in its reason": not set(PLACEHOLDER.findall(reason)) <= _RATES,
        "can never match": not can_match(policy),
        "is a permit that does not name exactly one action": policy.effect == "permit" and not permitted_kind(policy),
        "is a gate written as a permit": policy.effect == "permit" and (gate is not None or reads_approvals),
        "is a gate that its own approval does not lift": gate is not None and not _is_lifted_by(policy, gate),
        "reads approvals but names no @gate": gate is None and reads_approvals,
    }
    return [problem for problem, holds in problems.items() if holds]


def _is_lifted_by(policy: pst.Template, gate: str) -> bool:
    """Whether one `unless` is the gate's approval and nothing else, and nothing else reads approvals."""
    approval = pst.BinaryOp("contains", pst.GetAttr(pst.Var("context"), "approvals"), pst.StringLit(gate))
    lifting = pst.Unless(approval)
    others = [clause for clause in policy.clauses if clause != lifting]
    return lifting in policy.clauses and not any(_reads_approvals(clause.expr) for clause in others)


def _reads_approvals(expr: pst.Expr) -> bool:
    if isinstance(expr, pst.GetAttr) and expr.attr == "approvals":
        return True
    return any(_reads_approvals(part) for part in parts_of(expr))
