"""The documents that people write: a rule, a workflow, a template."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from automation.condition import Condition
from automation.cron import check_cron
from automation.step import (
    RESERVED,
    Body,
    Branch,
    CallMeeting,
    Deed,
    Do,
    Duration,
    EventType,
    Line,
    Name,
    Step,
    Wait,
    Withdraw,
)
from domain.severity import Severity

MODULES = (
    "brand", "product", "pricing", "sales", "stands", "inventory", "crm", "marketing", "loyalty", "partner", "finance",
    "operations", "automation", "virtual-office", "ai",
)  # fmt: skip


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    title: Line


class Cron(BaseModel):
    """Times of the brand's own clock. What was missed is caught up once, or skipped."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cron: str = Field(max_length=120, description="minute hour day month weekday")
    missed: Literal["once", "skip"] = "once"

    @field_validator("cron")
    @classmethod
    def _is_cron(cls, text: str) -> str:
        return check_cron(text)


class Rule(_Document):
    """When such an event happens (or at such times) and these conditions hold, do this."""

    module: str = "automation"
    on: tuple[EventType, ...] = ()
    at: Cron | None = None
    when: tuple[Condition, ...] = Field(default=(), max_length=20)
    do: tuple[Deed, ...] = Field(min_length=1, max_length=10)
    rest: Duration | None = Field(default=None, description="once woken, it sleeps for so long")
    rest_for: str = Field(default="", max_length=200, description="a variable: rests apart for each value of it")
    paused: bool = False

    @field_validator("on", mode="before")
    @classmethod
    def _one_or_some(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("module")
    @classmethod
    def _known(cls, module: str) -> str:
        if module not in MODULES:
            raise ValueError(f"no module {module}; there is {', '.join(MODULES)}")
        return module

    @model_validator(mode="after")
    def _wakes(self) -> "Rule":
        if bool(self.on) == (self.at is not None):
            raise ValueError("say what wakes it: on (events) or at (a cron time), one of the two")
        if any(isinstance(deed, Withdraw) for deed in self.do):
            raise ValueError("withdraw belongs into a workflow")
        return self


class Workflow(_Document):
    """Steps one after another, with waits and branches; done ones are compensated when one fails for good."""

    module: str = "automation"
    steps: tuple[Step, ...] = Field(min_length=1, max_length=50)
    severity: Severity = Field(default=Severity.WARNING, description="of the notification when it fails")

    @model_validator(mode="after")
    def _leads_somewhere(self) -> "Workflow":
        names = [step.name for step in self.steps]
        if len(set(names)) < len(names) or set(names) & RESERVED:
            raise ValueError("each step has a name of its own, and none is called end, fail or next")
        if unknown := sorted(set(_targets(self.steps)) - set(names) - RESERVED):
            raise ValueError(f"there is no step {', '.join(unknown)}")
        return self

    def step(self, name: str) -> Do | Wait | Branch:
        return next(step for step in self.steps if step.name == name)

    def after(self, name: str) -> str:
        """The step that follows; nothing after the last."""
        names = [step.name for step in self.steps]
        at = names.index(name) + 1
        return names[at] if at < len(names) else ""


def _targets(steps: tuple[Step, ...]) -> Iterator[str]:
    for step in steps:
        match step:
            case Wait(otherwise=otherwise):
                yield otherwise
            case Branch(cases=cases, otherwise=otherwise):
                yield from (case.go for case in cases)
                yield otherwise
            case Do(deed=deed, undo=undo):
                yield from (act.step for act in (deed, undo) if isinstance(act, Withdraw))


class TextTemplate(_Document):
    """Words for notifications, emails and chats, with `{variables}`; the title is its first line."""

    body: Body = ""


Document = Rule | Workflow | TextTemplate
KINDS: dict[str, type[Rule] | type[Workflow] | type[TextTemplate]] = {
    "rule": Rule, "workflow": Workflow, "template": TextTemplate
}  # fmt: skip
"""By what the tables call them."""


def agents_named(document: Document) -> list[str]:
    """The agents that its meetings are called with."""
    deeds = document.do if isinstance(document, Rule) else ()
    if isinstance(document, Workflow):
        deeds = tuple(step.deed for step in document.steps if isinstance(step, Do))
    return [agent for deed in deeds if isinstance(deed, CallMeeting) for agent in deed.agents]


def as_workflow(rule: Rule) -> Workflow:
    """A rule's deeds as steps: `do-1`, `do-2` …"""
    steps = tuple(Do(kind="do", name=f"do-{number}", deed=deed) for number, deed in enumerate(rule.do, start=1))
    return Workflow(name=rule.name, title=rule.title, module=rule.module, steps=steps)
