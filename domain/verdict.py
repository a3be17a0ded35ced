"""The guardrails' verdict: allow, needs approval at these gates, or deny."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.message import Message, Reason, listed, verbatim


class Decision(StrEnum):
    ALLOW = "allow"
    NEEDS_APPROVAL = "needs_approval"
    DENY = "deny"


class Verdict(BaseModel):
    """The answer with its grounds. `gates` are the approvals that would suffice."""

    model_config = ConfigDict(frozen=True)

    decision: Decision
    gates: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    policy_version: str = ""


def gate_name(gate: str) -> Message:
    """A gate by the role of who opens it."""
    return Message(key=_GATES[gate]) if gate in _GATES else verbatim(gate)


def gate_names(gates: Sequence[str]) -> Message:
    """Gates with commas between them. Raises ValueError where there is none."""
    return listed([gate_name(gate) for gate in gates])


_GATES = {"operator": "item.gate.operator", "owner": "item.gate.owner", "superadmin": "item.gate.superadmin"}
