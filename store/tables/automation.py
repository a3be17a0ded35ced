"""Automation OS: rules and workflows in their versions, what they did, notifications, and what goes out."""
# pyright: reportAssignmentType=false

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from store.tables.actions import ActionItem
from store.tables.base import BIGINT, DOCUMENT, MOMENT, BrandOwned, belongs_to, unique
from store.tables.work import Task


class AutomationDefinition(BrandOwned, table=True):
    """One version of a rule, a workflow or a template: the newest holds, earlier ones stay."""

    __tablename__ = "automation_definition"
    __table_args__ = (unique("kind", "name", "version"),)
    APPEND_ONLY = True

    kind: str = Field(description="rule, workflow or template")
    name: str = Field(max_length=64)
    version: int = Field(description="1 and up; the product's own file counts as 0")
    document: dict[str, Any] = Field(sa_type=DOCUMENT, description="empty where it was removed")
    author: str
    author_id: UUID
    reason: str
    created_at: datetime = Field(sa_type=MOMENT)


class EventCursor(BrandOwned, table=True):
    """How far a consumer has come in the brand's events; who holds the row relays."""

    __tablename__ = "event_cursor"
    __table_args__ = (unique("consumer"),)

    consumer: str
    seq: int = Field(default=0, sa_type=BIGINT)


class AutomationRun(BrandOwned, table=True):
    """One waking of a rule by an event, or one execution of a workflow, on its way to done."""

    __tablename__ = "automation_run"
    __table_args__ = (
        unique("key"),
        Index("automation_run_waits", "brand_id", "status", "waits_for"),
        Index("automation_run_of", "brand_id", "kind", "name", "created_at"),
    )

    key: str = Field(description="rule and event, or what started the workflow: once")
    kind: str = Field(description="rule or workflow")
    name: str
    version: int
    document: dict[str, Any] = Field(sa_type=DOCUMENT, description="the version that is carried out")
    author_id: UUID = Field(description="on whose behalf")
    event_id: UUID
    event_seq: int = Field(sa_type=BIGINT)
    envelope: dict[str, Any] = Field(sa_type=DOCUMENT)
    cause: dict[str, Any] = Field(sa_type=DOCUMENT)
    status: str = Field(description="running, waiting, undoing, done, not_met, resting, refused, failed, undone")
    reason: str = ""
    step: str = Field(default="", description="what it does next")
    moves: int = Field(default=0, description="how often it has moved on; a job names the move that it was queued for")
    tries: int = Field(default=0, description="of this step")
    results: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT, description="by step")
    done_steps: list[str] = Field(default_factory=list, sa_type=DOCUMENT)
    waits_for: str = ""
    wake_at: datetime | None = Field(default=None, sa_type=MOMENT)
    created_at: datetime = Field(sa_type=MOMENT)
    updated_at: datetime = Field(sa_type=MOMENT)
    finished_at: datetime | None = Field(default=None, sa_type=MOMENT)


class AutomationExecutionLog(BrandOwned, table=True):
    """One attempt at one step of a run, and how it ended."""

    __tablename__ = "automation_log"
    __table_args__ = (belongs_to("automation_run", "run_id"), unique("run_id", "move"))
    APPEND_ONLY = True

    run_id: UUID
    move: int
    step: str
    attempt: int
    outcome: str = Field(description="done, waits, failed, undone, or how the rule's conditions came out")
    detail: str
    at: datetime = Field(sa_type=MOMENT)


class Notification(BrandOwned, table=True):
    """Something that people should see, with the event behind it; who is none of its audience does not see it."""

    __tablename__ = "notification"
    __table_args__ = (unique("key"), Index("notification_newest", "brand_id", "created_at"))
    APPEND_ONLY = True

    key: str
    severity: str
    module: str
    event_id: UUID | None = None
    subject: str = ""
    title: str
    body: str = ""
    roles: list[str] = Field(sa_type=DOCUMENT, description="who may see it; empty means everybody in the brand")
    people: list[str] = Field(sa_type=DOCUMENT, description="logins who may see it besides")
    source: str = Field(description="the rule, workflow or watchdog that tells")
    created_at: datetime = Field(sa_type=MOMENT)


class NotificationRead(BrandOwned, table=True):
    """A person has seen a notification."""

    __tablename__ = "notification_read"
    __table_args__ = (belongs_to("notification"), unique("notification_id", "person_id"))
    APPEND_ONLY = True

    notification_id: UUID
    person_id: UUID
    created_at: datetime = Field(sa_type=MOMENT)


class Endpoint(BrandOwned, table=True):
    """Where a brand's webhooks or chat messages go."""

    __tablename__ = "endpoint"
    __table_args__ = (unique("name"),)

    name: str
    kind: str = Field(description="webhook or chat")
    url: str
    secret: str = Field(default="", description="how the installation's key makes what webhooks are signed with")
    enabled: bool = True
    state_reason: str = ""
    author: str
    created_at: datetime = Field(sa_type=MOMENT)


class Delivery(BrandOwned, table=True):
    """One message on its way out; its id is the idempotency key that the receiver sees, however often it is tried."""

    __tablename__ = "delivery"
    __table_args__ = (
        unique("key"),
        belongs_to(ActionItem),
        belongs_to(Task),
        Index("delivery_newest", "brand_id", "created_at"),
        Index("delivery_of_item", "brand_id", "action_item_id", "status"),
    )

    key: str
    channel: str = Field(description="email, webhook, chat, or person: to be handed over by one")
    target: str = Field(description="an address, an endpoint's name, or to whom a person hands it over")
    message: dict[str, Any] = Field(sa_type=DOCUMENT)
    event_id: UUID | None = None
    run_id: UUID | None = Field(default=None, description="a workflow that waits for it")
    status: str = Field(description="queued, sent, failed, to_hand_over, handed_over or withdrawn")
    attempts: int = 0
    last_error: str = ""
    action_item_id: UUID | None = Field(default=None, description="the action item that it belongs to")
    recipient: str = Field(default="", description="who it is for, by the id or code that the brand's rows have")
    task_id: UUID | None = Field(default=None, description="the task of whoever hands it over")
    due_at: datetime | None = Field(default=None, sa_type=MOMENT, description="by when it is to be handed over")
    left_at: datetime | None = Field(default=None, sa_type=MOMENT, description="accepted by the server, or handed over")
    left_by: str = Field(default="", description="the person who handed it over")
    created_at: datetime = Field(sa_type=MOMENT)
    updated_at: datetime = Field(sa_type=MOMENT)


class DeliveryAttempt(BrandOwned, table=True):
    """One attempt at sending a delivery, and how it ended."""

    __tablename__ = "delivery_attempt"
    __table_args__ = (belongs_to("delivery"), unique("delivery_id", "number"))
    APPEND_ONLY = True

    delivery_id: UUID
    number: int
    outcome: str = Field(description="sent, failed (it is tried again) or given up")
    detail: str
    at: datetime = Field(sa_type=MOMENT)


class WatchedFact(BrandOwned, table=True):
    """How a fact stood when it was last looked at, so that a crossing is told once."""

    __tablename__ = "watched_fact"
    __table_args__ = (unique("kind", "subject"),)

    kind: str = Field(description="the event that its crossing is told as")
    subject: str
    state: str
    changed_at: datetime = Field(sa_type=MOMENT)
