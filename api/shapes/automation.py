"""Rules, what they did, and notifications, as the API shows them."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import AwareDatetime, BaseModel, Field

from api.shapes.words import Asked, Text
from automation.rule import MODULES, Rule

if TYPE_CHECKING:
    OsName = str
else:
    OsName = StrEnum("OsName", {name.replace("-", "_"): name for name in MODULES})


class RuleLine(BaseModel):
    """A rule as it holds now."""

    name: str
    title: str
    module: str
    wakes: list[str] = Field(description="event types, or a cron time")
    paused: bool
    version: int
    author: str
    reason: str
    created_at: datetime


class RuleDetails(RuleLine):
    document: dict[str, Any] = Field(description="what PUT takes as `rule`")


class RuleVersion(BaseModel):
    """One version: who set it, why, and what it changed."""

    version: int
    author: str
    reason: str
    created_at: datetime
    removed: bool
    changes: list[dict[str, Any]]


class SetRule(Asked):
    rule: Rule
    reason: Text


class Because(Asked):
    reason: Text


class RollBack(Asked):
    version: int | None = Field(default=None, ge=1, le=1_000_000, description="the one before, by default")
    reason: Text


class Since(Asked):
    since: AwareDatetime


class WouldShape(BaseModel):
    """One past event, and what the rule would have done about it, or why nothing."""

    event_id: str
    type: str
    subject: str
    at: datetime
    status: str
    reason: str
    does: list[str]


class DryRun(BaseModel):
    """A rule's deeds on past events, had it held then; nothing was written or sent."""

    rule: str
    events: list[WouldShape]
    would_act: int
    written: bool = False


class AutomationRunShape(BaseModel):
    """One execution with every attempt."""

    id: str
    kind: str
    name: str
    version: int
    status: str
    reason: str
    event_id: str
    event: str
    step: str
    waits_for: Any
    wake_at: datetime | None
    created_at: datetime
    finished_at: datetime | None
    attempts: list[dict[str, Any]]


class NotificationShape(BaseModel):
    id: str
    severity: str
    module: str
    title: str
    body: str
    event_id: str | None
    subject: str
    source: str
    unread: bool
    created_at: datetime


class Marked(BaseModel):
    """How many were marked as read now, and how many are left."""

    read: int
    unread: int
