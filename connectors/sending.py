"""Sends messages out of the house: email by SMTP, signed webhooks, chats; each carries its idempotency id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from domain.errors import DomainError, Unavailable


class EndpointGone(DomainError):
    """The receiver says that it does not exist any more (410): do not come again."""

    code = "endpoint_gone"
    status = 410


class NotSendable(DomainError):
    """It cannot be sent as things are set, however often it is tried."""

    code = "not_sendable"
    status = 422
    final = True


class NotSent(Unavailable):
    """The other side did not take it; it may, another time."""


class NotReached(NotSent):
    """Nobody answered at all: nothing else would get through now either."""


class Attached(Protocol):
    """A file that goes with an email."""

    @property
    def name(self) -> str: ...

    @property
    def media_type(self) -> str: ...

    @property
    def content(self) -> bytes: ...


@dataclass(frozen=True)
class Outgoing:
    """One message on its way. `id` stays the same however often it is tried: receivers tell repeats by it."""

    id: UUID
    channel: str
    target: str
    message: Mapping[str, Any]
    at: datetime
    files: Sequence[Attached] = ()
