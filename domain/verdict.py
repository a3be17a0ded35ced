"""What the guardrails say: allow, needs approval at these gates, or deny."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from domain.message import Message, read_message

Reason = Annotated[Message, BeforeValidator(read_message)]
"""Why, by key; older rows hold the sentence itself."""


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
