"""The guardrails' verdict: allow, needs approval at these gates, or deny."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.message import Reason


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
