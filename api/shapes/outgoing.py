"""Endpoints and deliveries, as the API shows them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field

from api.shapes.words import Asked
from automation.endpoints import LONGEST_NAME, NAME

ENDPOINT_NAME = f"^{NAME}$"


class DeliveryStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class NewEndpoint(Asked):
    name: str = Field(max_length=LONGEST_NAME, pattern=ENDPOINT_NAME, description="as rules call it")
    url: str = Field(
        min_length=8,
        max_length=2_000,
        pattern=r"^[\x21-\x7e]+$",
        description="https://… of a webhook, or an Apprise URL",
    )
    chat: bool = Field(default=False, description="a chat that Apprise knows, not a webhook")


class EndpointShape(BaseModel):
    """Where webhooks or a chat go. A chat's URL is shown by its beginning only."""

    name: str
    kind: str
    url: str
    enabled: bool
    state_reason: str
    author: str
    created_at: datetime
    etag: str = Field(description="what changes of it take as If-Match")


class EndpointWithSecret(EndpointShape):
    secret: str | None = Field(
        description="what its webhooks are signed with: told this once, and null where the same request is repeated"
    )


class AttemptShape(BaseModel):
    """One attempt that came to an end; one whose worker was killed leaves a gap in the numbers."""

    number: int
    outcome: str
    detail: str
    at: datetime


class DeliveryLine(BaseModel):
    """One message on its way out. Receivers see its id as `msg_…`, however often it is sent."""

    id: str
    channel: str
    target: str
    title: str
    status: str
    attempts: int
    last_error: str
    event_id: str | None
    run_id: str | None = Field(description="the workflow's execution that waits for it")
    created_at: datetime
    updated_at: datetime
    etag: str = Field(description="what redelivery takes as If-Match")


class DeliveryDetails(DeliveryLine):
    message: dict[str, Any]
    tried: list[AttemptShape]
