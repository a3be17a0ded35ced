"""Workflows, executions, schedules and jobs, as the API shows them."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, Field

from api.shapes.automation import AutomationRunShape
from api.shapes.words import Asked, Text
from automation.rule import Workflow


class ExecutionStatus(StrEnum):
    RUNNING = "running"
    WAITING = "waiting"
    UNDOING = "undoing"
    DONE = "done"
    NOT_MET = "not_met"
    RESTING = "resting"
    REFUSED = "refused"
    FAILED = "failed"
    UNDONE = "undone"


class JobStatus(StrEnum):
    QUEUED = "queued"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"


class WorkflowLine(BaseModel):
    """A workflow as it holds now."""

    name: str
    title: str
    module: str
    steps: int
    version: int
    author: str
    reason: str
    created_at: datetime


class WorkflowDetails(WorkflowLine):
    document: dict[str, Any] = Field(description="what PUT takes as `workflow`")


class SetWorkflow(Asked):
    workflow: Workflow
    reason: Text


class Started(Asked):
    data: dict[str, Any] = Field(
        default_factory=dict, max_length=100, description="what its steps may name as `data.…`"
    )


class ExecutionLine(BaseModel):
    """One run of a rule or workflow."""

    id: str
    kind: str
    name: str
    version: int
    module: str
    status: str
    reason: str
    step: str
    waits_for: str
    wake_at: datetime | None
    created_at: datetime
    finished_at: datetime | None
    etag: str = Field(description="what retry and cancel take as If-Match")


class ExecutionDetails(AutomationRunShape):
    module: str
    etag: str


class CallOff(Asked):
    reason: Text


class ScheduleLine(BaseModel):
    """A scheduled rule or meeting."""

    name: str
    kind: Literal["rule", "meeting"]
    title: str
    at: str = Field(description="a cron expression, or weekdays and a time")
    zone: str
    paused: bool
    next: datetime | None = Field(description="null while it is paused")
    version: int
    etag: str = Field(description="what pause and resume take as If-Match")


class JobShape(BaseModel):
    """A unit of background work; a dead one was given up."""

    id: str
    kind: str
    status: str
    attempts: int
    run_at: datetime
    created_at: datetime
    finished_at: datetime | None
    last_error: str
    payload: dict[str, Any]
    etag: str = Field(description="what retry takes as If-Match")
