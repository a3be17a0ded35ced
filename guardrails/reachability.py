"""Tells policies that can never match: their conditions contradict one another, or the bounds of the facts.

A condition is split into its ways of being true. Each way is a set of comparisons; those between at most two facts are
differences, and a set of differences has a solution unless its graph holds a negative cycle (Bellman 1958). What is not
understood counts as possible, so that a policy is never accused wrongly.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from cedarpy import pst

from domain.autonomy import Autonomy

_MOST_WAYS = 2_000
_INT64 = (-(2**63), 2**63 - 1)
_BOUNDS = {"autonomy": (int(min(Autonomy)), int(max(Autonomy)))}
_ZERO = ""


@dataclass(frozen=True)
class _AtMost:
    """`left - right <= bound`; an empty name stands for zero."""

    left: str
    right: str
    bound: int


@dataclass(frozen=True)
class _Said:
    """An expression that is taken to be true or false as a whole."""

    expr: pst.Expr
    holds: bool


_Way = tuple[_AtMost | _Said, ...]


@dataclass(frozen=True)
class _Sum:
    """Facts times whole numbers, plus a whole number."""

    facts: Mapping[str, int]
    constant: int

    def minus(self, other: "_Sum") -> "_Sum":
        names = [*self.facts, *(name for name in other.facts if name not in self.facts)]
        facts = {name: self.facts.get(name, 0) - other.facts.get(name, 0) for name in names}
        return _Sum({name: times for name, times in facts.items() if times}, self.constant - other.constant)


def can_match(policy: pst.Template) -> bool:
    """Whether some request could satisfy the policy's scope and clauses, as far as this can tell."""
    ways = list(islice(_all_of(policy.clauses), _MOST_WAYS + 1))
    return len(ways) > _MOST_WAYS or any(_possible(way, policy) for way in ways)


def _all_of(clauses: tuple[pst.Clause, ...]) -> Iterator[_Way]:
    if not clauses:
        yield ()
        return
    for way in _ways(clauses[0].expr, isinstance(clauses[0], pst.When)):
        for rest in _all_of(clauses[1:]):
            yield way + rest


def _ways(expr: pst.Expr, holds: bool) -> Iterator[_Way]:
    match expr:
        case pst.BoolLit(value):
            yield from [()] if value is holds else []
        case pst.UnaryOp("not", arg):
            yield from _ways(arg, not holds)
        case pst.BinaryOp("and" | "or" as op, left, right):
            yield from _both(left, right, holds) if (op == "and") is holds else _either(left, right, holds)
        case pst.IfThenElse(condition, yes, no):
            yield from (way + rest for way in _ways(condition, True) for rest in _ways(yes, holds))
            yield from (way + rest for way in _ways(condition, False) for rest in _ways(no, holds))
        case pst.BinaryOp("less" | "less_eq" | "greater" | "greater_eq" | "eq" | "not_eq" as op, left, right):
            yield from _compared(expr, op, _sum(left), _sum(right), holds)
        case _:
            yield (_Said(expr, holds),)


def _both(left: pst.Expr, right: pst.Expr, holds: bool) -> Iterator[_Way]:
    for way in _ways(left, holds):
        for rest in _ways(right, holds):
            yield way + rest


def _either(left: pst.Expr, right: pst.Expr, holds: bool) -> Iterator[_Way]:
    yield from _ways(left, holds)
    yield from _ways(right, holds)


def _compared(expr: pst.Expr, op: str, left: _Sum | None, right: _Sum | None, holds: bool) -> Iterator[_Way]:
    if left is None or right is None:
        yield (_Said(expr, holds),)
        return
    below, above = left.minus(right), right.minus(left)
    match op, holds:
        case ("less", True) | ("greater_eq", False):
            yield from _at_most(below, -1)
        case ("less_eq", True) | ("greater", False):
            yield from _at_most(below, 0)
        case ("greater", True) | ("less_eq", False):
            yield from _at_most(above, -1)
        case ("greater_eq", True) | ("less", False):
            yield from _at_most(above, 0)
        case ("eq", True) | ("not_eq", False):
            yield from (way + rest for way in _at_most(below, 0) for rest in _at_most(above, 0))
        case _:
            yield from _at_most(below, -1)
            yield from _at_most(above, -1)


def _at_most(total: _Sum, bound: int) -> Iterator[_Way]:
    """The ways in which `total <= bound`: one, or none where it is plainly false."""
    room = bound - total.constant
    match sorted(total.facts.items(), key=lambda fact: -fact[1]):
        case []:
            yield from [()] if room >= 0 else []
        case [(name, times)] if times > 0:
            yield (_AtMost(name, _ZERO, room // times),)
        case [(name, times)]:
            yield (_AtMost(_ZERO, name, room // -times),)
        case [(left, times), (right, against)] if times == -against:
            yield (_AtMost(left, right, room // times),)
        case _:
            yield ()


def _sum(expr: pst.Expr) -> _Sum | None:
    """The expression as a sum of whole-number facts, where it plainly is one."""
    match expr:
        case pst.LongLit(value):
            return _Sum({}, value)
        case pst.GetAttr(pst.Var("context"), attr):
            return _Sum({attr: 1}, 0)
        case pst.UnaryOp("neg", arg):
            inner = _sum(arg)
            return None if inner is None else _Sum({}, 0).minus(inner)
        case pst.BinaryOp("add" | "sub" as op, left, right):
            first, second = _sum(left), _sum(right)
            if first is None or second is None:
                return None
            return first.minus(second if op == "sub" else _Sum({}, 0).minus(second))
        case _:
            return None


def _possible(way: _Way, policy: pst.Template) -> bool:
    literals = {literal for literal in way if isinstance(literal, _Said)}
    if any(_Said(literal.expr, not literal.holds) in literals for literal in literals):
        return False
    kinds = {kind for literal in literals if literal.holds and (kind := _principal_kind(literal.expr))}
    others = {kind for literal in literals if not literal.holds and (kind := _principal_kind(literal.expr))}
    if isinstance(policy.principal, pst.ScopeIs | pst.ScopeIsIn):
        kinds.add(policy.principal.entity_type)
    if len(kinds) > 1 or kinds & others:
        return False
    return _solvable({literal for literal in way if isinstance(literal, _AtMost)})


def _principal_kind(expr: pst.Expr) -> pst.EntityType | None:
    match expr:
        case pst.Is(pst.Var("principal"), entity_type, None):
            return entity_type
        case _:
            return None


def _solvable(differences: set[_AtMost]) -> bool:
    names = {name for each in differences for name in (each.left, each.right) if name != _ZERO}
    edges = set(differences)
    for name in names:
        low, high = _BOUNDS.get(name, _INT64)
        edges |= {_AtMost(name, _ZERO, high), _AtMost(_ZERO, name, -low)}
    distance = dict.fromkeys([*names, _ZERO], 0)
    for _ in range(len(distance)):
        shorter = [edge for edge in edges if distance[edge.right] + edge.bound < distance[edge.left]]
        if not shorter:
            return True
        for edge in shorter:
            distance[edge.left] = min(distance[edge.left], distance[edge.right] + edge.bound)
    return not any(distance[edge.right] + edge.bound < distance[edge.left] for edge in edges)
