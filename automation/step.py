"""Steps of rules and workflows: deeds, and in workflows waits and branches between them."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from automation.condition import Condition, FieldName, Words
from automation.scope import FIELD
from domain.action import ACTION_KINDS
from domain.actor import Role
from domain.severity import Severity

Duration = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,4}[mhd]$")]
StepName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
EventType = Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\.[a-z_]+)+$", max_length=80)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Body = Annotated[str, StringConstraints(max_length=4_000)]
LONGEST_ADDRESS = 254
ADDRESS = r"[^@\s<>,;{}]+@[^@\s<>,;{}]+"
Address = Annotated[str, StringConstraints(pattern=rf"^({ADDRESS}|\{{{FIELD}\}})$", max_length=LONGEST_ADDRESS)]
"""An address, or the variable that names one."""
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def duration(text: str) -> timedelta:
    """`30m`, `6h` or `2d`."""
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Told(_Part):
    """Words for people, written here or in a template."""

    template: Name | None = None
    title: Line | None = None
    body: Body = ""

    @model_validator(mode="after")
    def _has_words(self) -> "_Told":
        if (self.title is None) == (self.template is None):
            raise ValueError("say a title, or name a template")
        return self


class Notify(_Told):
    """Tell people in the product."""

    kind: Literal["notify"]
    severity: Severity = Severity.INFO
    module: Name | None = Field(default=None, description="the rule's own by default")
    roles: tuple[Role, ...] = ()
    people: tuple[Words, ...] = Field(default=(), description="logins")


class Email(_Told):
    """Write to addresses."""

    kind: Literal["email"]
    to: tuple[Address, ...] = Field(min_length=1, max_length=20)


class Webhook(_Part):
    """Send the event to an endpoint, signed."""

    kind: Literal["webhook"]
    endpoint: Name


class Chat(_Told):
    """Say it in a chat that an endpoint leads to."""

    kind: Literal["chat"]
    endpoint: Name


class Propose(_Part):
    """Ask for an action: an action item, judged by the guardrails as any other."""

    kind: Literal["propose"]
    action: dict[str, Any]
    because: Body = ""

    @field_validator("action")
    @classmethod
    def _of_a_kind(cls, action: dict[str, Any]) -> dict[str, Any]:
        if action.get("kind") not in ACTION_KINDS:
            raise ValueError(f"no action kind {action.get('kind')!r}; there is {', '.join(ACTION_KINDS)}")
        return action


class CallMeeting(_Part):
    """Hold a meeting, of everybody or some."""

    kind: Literal["meeting"]
    agenda: Body
    agents: tuple[Words, ...] = ()


class StartWorkflow(_Part):
    """Begin a workflow about the same event."""

    kind: Literal["workflow"]
    name: Name


class Withdraw(_Part):
    """Take back an action item that a step of this workflow asked for, as far as nobody has carried it out."""

    kind: Literal["withdraw"]
    step: StepName


Deed = Annotated[
    Notify | Email | Webhook | Chat | Propose | CallMeeting | StartWorkflow | Withdraw, Field(discriminator="kind")
]

TELLING = (Notify, Email, Webhook, Chat, CallMeeting)
"""Deeds that leave word, for people or for a job, and touch no other row."""


class Do(_Part):
    """A deed as a step: tried again where it fails, and compensated where a later step fails for good."""

    kind: Literal["do"]
    name: StepName
    deed: Deed
    when: tuple[Condition, ...] = ()
    tries: int = Field(default=3, ge=1, le=10)
    pause: Duration = Field(default="1m", description="before the second try; it doubles")
    undo: Deed | None = None


class Wait(_Part):
    """Wait for some time, until a moment that the event names, or for an event (at most so long)."""

    kind: Literal["wait"]
    name: StepName
    time: Duration | None = None
    until: FieldName | None = None
    event: EventType | None = None
    where: tuple[Condition, ...] = Field(default=(), description="about `arrived`, the event that came")
    at_most: Duration | None = None
    otherwise: StepName | Literal["fail", "next"] = Field(default="fail", description="when nothing came in time")

    @model_validator(mode="after")
    def _for_one_thing(self) -> "Wait":
        if sum(condition is not None for condition in (self.time, self.until, self.event)) != 1:
            raise ValueError("say one of time, until, event")
        if (self.event is None) != (self.at_most is None):
            raise ValueError("a wait for an event says at_most how long, and no other does")
        return self


class Case(_Part):
    """Where to go on when these hold."""

    when: tuple[Condition, ...] = Field(min_length=1)
    go: StepName | Literal["end", "fail"]


class Branch(_Part):
    """Go on at the first case that holds."""

    kind: Literal["branch"]
    name: StepName
    cases: tuple[Case, ...] = Field(min_length=1, max_length=20)
    otherwise: StepName | Literal["end", "fail", "next"] = "next"


Step = Annotated[Do | Wait | Branch, Field(discriminator="kind")]
RESERVED = frozenset({"end", "fail", "next"})
