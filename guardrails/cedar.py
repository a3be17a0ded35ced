"""Decides with Cedar; whatever is unclear is a deny."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cedarpy
from pydantic import BaseModel, ValidationError

from domain.action import ACTION_KINDS
from domain.actor import ActorKind
from domain.errors import InvalidInput
from domain.figure import Cell
from domain.kind import LEAST, MOST
from domain.message import VERBATIM, Message, message, read_message, verbatim
from domain.verdict import Decision, Verdict
from guardrails.facts import DecisionFacts, is_rate, spoken
from guardrails.packaged import packaged_policies, version_of
from guardrails.policy_files import permitted_kind
from guardrails.policy_text import faults
from guardrails.schema import cedar_schema

_PRINCIPALS = {ActorKind.AGENT: "Agent", ActorKind.PERSON: "Person", ActorKind.SYSTEM: "System"}
_ACTION_KIND = re.compile(r"[a-z_]{1,64}(?:\.[a-z_]{1,64}){1,3}")
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class PolicyRule:
    """A policy as its annotations describe it."""

    id: str
    reason: str
    gate: str | None


@dataclass(frozen=True)
class _Parsed:
    """Policies as Cedar holds them, their rules by Cedar's name, and the kinds that some policy permits by name."""

    schema: cedarpy.Schema
    policies: cedarpy.PolicySet
    rules: Mapping[str, PolicyRule]
    permitted: frozenset[str]


class PolicyEngine:
    """Parsed policies, ready to decide. `policy_version` changes with every letter of them."""

    def __init__(self, texts: Sequence[str] | None = None) -> None:
        """Reads `texts`, or what is packaged. Raises InvalidInput, by line, for what is no policy or does not fit."""
        texts = packaged_policies() if texts is None else texts
        self.policy_version = version_of(texts)
        self._parsed = _parse(tuple(texts))

    def decide(self, action_kind: str, who: DecisionFacts, action_facts: BaseModel) -> Verdict:
        """Allow; needs approval at the gates that bind; or deny. Never raises for facts it cannot judge: it denies.

        Asked twice at most: as things stand, and with those gates opened that bind. What is still denied then is denied
        by rules that no approval lifts. A kind that no policy permits by its name is denied.
        """
        try:
            who = DecisionFacts.model_validate(dict(who))
        except ValidationError as error:
            return self._unclear("; ".join(f"{problem['loc'][0]}: {problem['msg']}" for problem in error.errors()))
        facts = {**dict(action_facts), **_who(who)}
        if foreign := _foreign(action_kind, facts):
            return self._unclear(foreign)
        if action_kind in ACTION_KINDS and action_kind not in self._parsed.permitted:
            return self._without_policies(action_kind)
        now = self._ask(action_kind, who, facts, who.approvals)
        gates = frozenset(gate for policy in now.diagnostics.reasons if (gate := self._parsed.rules[policy].gate))
        approved = self._ask(action_kind, who, facts, who.approvals | gates) if gates else now
        if unclear := _unclear_about(now) or _unclear_about(approved):
            return self._unclear(unclear)
        if now.allowed:
            return self._verdict(Decision.ALLOW, (), (), facts)
        if not approved.allowed:
            return self._verdict(Decision.DENY, (), approved.diagnostics.reasons, facts)
        return self._verdict(Decision.NEEDS_APPROVAL, tuple(sorted(gates)), now.diagnostics.reasons, facts)

    def _ask(
        self, action_kind: str, who: DecisionFacts, facts: Mapping[str, Any], approvals: Iterable[str]
    ) -> cedarpy.AuthzResult:
        request = {
            "principal": {"type": _PRINCIPALS[who.actor_kind], "id": who.agent or who.actor_kind.value},
            "action": {"type": "Action", "id": action_kind},
            "resource": {"type": "Brand", "id": "this"},
            "context": {**facts, "approvals": sorted(approvals)},
        }
        return cedarpy.is_authorized(request, self._parsed.policies, [], self._parsed.schema)

    def _unclear(self, why: str) -> Verdict:
        return self._denied("engine.error", message("rule.unclear", why=why))

    def _without_policies(self, action_kind: str) -> Verdict:
        file = f"guardrails/policies/{ACTION_KINDS[action_kind].file_name}.cedar"
        return self._denied("engine.no_policies", message("rule.no_policies", kind=action_kind, file=file))

    def _denied(self, policy: str, reason: Message) -> Verdict:
        return Verdict(
            decision=Decision.DENY, policies=(policy,), reasons=(reason,), policy_version=self.policy_version
        )

    def _verdict(
        self, decision: Decision, gates: tuple[str, ...], policies: Iterable[str], facts: Mapping[str, Any]
    ) -> Verdict:
        rules = sorted((self._parsed.rules[policy] for policy in policies), key=lambda rule: rule.id)
        reasons = tuple(_reason(rule.reason, facts) for rule in rules) or (
            (Message(key="rule.none_permits"),) if decision is Decision.DENY else ()
        )
        return Verdict(
            decision=decision,
            gates=gates,
            policies=tuple(rule.id for rule in rules),
            reasons=reasons,
            policy_version=self.policy_version,
        )


@lru_cache(maxsize=8)
def _parse(texts: tuple[str, ...]) -> _Parsed:
    """These policies against the schema. Engines share them: this takes a tenth of a second."""
    schema = cedarpy.Schema.from_str(cedar_schema())
    if problems := faults(texts, schema):
        raise InvalidInput(f"The policies do not hold: {'; '.join(problems)}", remedy="Correct the Cedar text there.")
    policies = cedarpy.PolicySet.from_str("\n".join(texts))
    static = policies.to_pst().static_policies
    rules = {
        name: PolicyRule(
            policy.annotations.get("id", name), policy.annotations.get("reason", name), policy.annotations.get("gate")
        )
        for name, policy in static.items()
    }
    permitted = frozenset(kind for policy in static.values() if (kind := permitted_kind(policy)))
    return _Parsed(schema, policies, rules, permitted)


def _who(who: DecisionFacts) -> dict[str, Any]:
    return {
        "autonomy": int(who.autonomy),
        "agent_stopped": who.agent_stopped,
        "label_untrusted": who.label_untrusted,
        "contested": who.contested,
        "alone_limit_bps": who.alone_limit_bps,
        "alone_limit_minor": who.alone_limit_minor,
    }


def _foreign(action_kind: str, facts: Mapping[str, Any]) -> str:
    """Names what must not reach Cedar: it reads some objects as entities, so only plain integers and flags may pass."""
    if not _ACTION_KIND.fullmatch(action_kind):
        return f"{action_kind!r} is no kind of action"
    if foreign := [name for name, value in facts.items() if type(value) not in (int, bool)]:
        return ", ".join(f"{name} is no whole number" for name in foreign)
    beyond = dict.fromkeys(spoken(name) for name, value in facts.items() if not LEAST <= value <= MOST)
    return f"beyond reason: {', '.join(beyond)}" if beyond else ""


def _unclear_about(result: cedarpy.AuthzResult) -> str:
    """Why an answer is none; empty when it is one. Cedar skips a policy that fails, even one that forbids."""
    if result.diagnostics.errors:
        return "; ".join(result.diagnostics.errors)
    return "no decision" if result.decision == cedarpy.Decision.NoDecision else ""


def _reason(reason: str, facts: Mapping[str, Any]) -> Message:
    """A rule's reason by its key, with every rate among the facts; a sentence of an operator's own with those it names.

    Rates are as fine as it takes to tell a margin from its floor.
    """
    rates = {
        name: Cell(value=value, unit="bps", decimals=2 if value % 10 else 1)
        for name, value in facts.items()
        if value is not None and is_rate(name)
    }
    said = read_message(reason)
    if said.key != VERBATIM:
        return said.model_copy(update={"numbers": rates})
    return verbatim(PLACEHOLDER.sub(lambda match: rates[match[1]].render() if match[1] in rates else match[0], reason))
