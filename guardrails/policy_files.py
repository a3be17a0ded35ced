"""Which kind each policy file belongs to, and what a kind's file lacks: each kind has one, named after it."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import cedarpy
from cedarpy import pst

from domain.action import ACTION_KINDS
from domain.kind import ActionKind

SHARED = "common"
"""The file of what holds for every kind; it forbids, and permits nothing."""
_SHOWN = "guardrails/policies"


def permitted_kind(policy: pst.Template) -> str | None:
    """The one kind that a policy permits; None where it forbids, or does not name exactly one."""
    return named_kind(policy) if policy.effect == "permit" else None


def named_kind(policy: pst.Template) -> str | None:
    """The kind that a policy's scope names by `action == …`; None where it names none, or several."""
    return policy.action.entity.id if isinstance(policy.action, pst.ActionEq) else None


def lint_policy_files(files: Mapping[str, str], kinds: Iterable[ActionKind] | None = None) -> list[str]:
    """A sentence about each policy that stands in another kind's file, and about what each of these kinds lacks.

    A kind needs a permit of its own; where money is at stake, also the owner's gate on the amount, and the limit up to
    which an agent acts alone. Without `kinds`, all that are defined.
    """
    defined = list(ACTION_KINDS.values() if kinds is None else kinds)
    homes = {kind.file_name: kind.name for kind in defined}
    policies = {name: _policies(text) for name, text in files.items()}
    problems = [
        f"{_SHOWN}/{name}.cedar: {problem}"
        for name, written in policies.items()
        for problem in _misplaced(name, written, homes)
    ]
    return [*problems, *(gap for kind in defined for gap in policy_gaps(kind, policies.get(kind.file_name)))]


def policy_gaps(kind: ActionKind, written: Iterable[pst.Template] | None) -> Iterator[str]:
    """A sentence about each policy that a kind lacks, with the file that it belongs in; None is no file."""
    file = f"{_SHOWN}/{kind.file_name}.cedar"
    if written is None:
        yield f"{file} is missing: {kind.name} has no policies of its own, so all of it is denied."
        return
    own = [policy for policy in written if named_kind(policy) == kind.name]
    needed: dict[str, Callable[[pst.Template], bool]] = {"permit": lambda policy: policy.effect == "permit"}
    if kind.money_at_stake:
        needed |= {"owner's gate (amount_minor >= owner_gate_minor)": _is_owner_gate}
        needed |= {"limit of what an agent may do alone (amount_minor > alone_limit_minor)": _is_alone_limit}
    elif "amount_minor" in kind.facts.model_fields:
        yield f"domain/{kind.noun}.py says that no money is at stake in {kind.name}, but its facts have amount_minor."
    for title, matches in needed.items():
        if not any(map(matches, own)):
            yield f"{file} has no {title} for {kind.name}."


def _policies(text: str) -> list[pst.Template]:
    try:
        return list(cedarpy.PolicySet.from_str(text).to_pst().static_policies.values())
    except ValueError:
        return []


def _misplaced(file: str, written: Iterable[pst.Template], homes: Mapping[str, str]) -> Iterator[str]:
    if file != SHARED and file not in homes:
        yield "belongs to no kind"
        return
    for policy in written:
        name = policy.annotations.get("id") or policy.id
        if file == SHARED and policy.effect == "permit":
            yield f"{name} is a permit, which belongs in the file of its kind"
        if file != SHARED and named_kind(policy) != homes[file]:
            yield f'{name} does not name action == Action::"{homes[file]}"'


def _is_owner_gate(policy: pst.Template) -> bool:
    return policy.annotations.get("gate") == "owner" and {"amount_minor", "owner_gate_minor"} <= facts_read(policy)


def _is_alone_limit(policy: pst.Template) -> bool:
    is_agents = isinstance(policy.principal, pst.ScopeIs) and policy.principal.entity_type.basename == "Agent"
    reads = {"amount_minor", "alone_limit_minor", "autonomy"} <= facts_read(policy)
    return is_agents and reads and policy.annotations.get("gate") == "operator"


def facts_read(policy: pst.Template) -> set[str]:
    """The facts that a policy's conditions read."""
    return {name for clause in policy.clauses for name in _read(clause.expr)}


def _read(expr: pst.Expr) -> Iterator[str]:
    if isinstance(expr, pst.GetAttr) and isinstance(expr.base, pst.Var):
        yield expr.attr
    for part in parts_of(expr):
        yield from _read(part)


def parts_of(expr: pst.Expr) -> Iterator[pst.Expr]:
    """The expressions that an expression is made of."""
    match expr:
        case pst.UnaryOp(_, arg):
            yield arg
        case pst.BinaryOp(_, left, right):
            yield from (left, right)
        case pst.IfThenElse(condition, yes, no):
            yield from (condition, yes, no)
        case pst.GetAttr(base, _) | pst.HasAttr(base, _) | pst.Like(base, _):
            yield base
        case pst.Is(base, _, inside):
            yield from (base,) if inside is None else (base, inside)
        case pst.Set(elements):
            yield from elements
        case pst.Record(fields):
            yield from fields.values()
        case _:
            return
