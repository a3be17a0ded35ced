"""Letters: what leaves the house, as it is shown before a yes and written once it goes; by whom it would leave."""

import re
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from domain.message import Message

EACH = "*"
"""The address of a letter that stands for several: each receiver gets it at their own."""


class Sheet(BaseModel):
    """A table that goes with a letter, as CSV and in its PDF."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="of the file, without its ending")
    heads: tuple[Message, ...]
    rows: tuple[tuple[Message, ...], ...]


class Letter(BaseModel):
    """What one receiver gets. Without a subject or a body of its own it says what the action item changes."""

    model_config = ConfigDict(frozen=True)

    recipient: str = Field(default="", description="the receiver's id or code in the brand's rows")
    name: str = ""
    address: str = ""
    subject: Message | None = None
    body: Message | None = None
    sheet: Sheet | None = None
    has_document: bool = Field(default=False, description="the sheet goes as PDF, too")
    may_unsubscribe: bool = False


class By(StrEnum):
    """Whoever brings it out of the house."""

    MAIL = "mail"
    PERSON = "person"
    NOBODY = "nobody"


class Because(StrEnum):
    """Why a person has to bring it out."""

    NO_MAIL = "no_mail"
    NO_ADDRESS = "no_address"
    NO_CHANNEL = "no_channel"
    REFUSED = "refused"


class Leaves(BaseModel):
    """How an action would leave the house as things stand: shown with it, and bound by the yes."""

    model_config = ConfigDict(frozen=True)

    by: By
    because: Because | None = None
    sender: str = ""
    letter: Letter | None = None
    count: int = Field(default=0, description="how many get one")


class Left(StrEnum):
    """Where what leaves the house stands; nothing of it claims more than is known."""

    APPLIED = "applied"
    SENDING = "sending"
    SENT = "sent"
    TO_HAND_OVER = "to_hand_over"
    HANDED_OVER = "handed_over"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


HAS_LEFT = frozenset({Left.SENT, Left.HANDED_OVER})


class Seen(StrEnum):
    """Whether it was read back that what left had its effect."""

    WAITS = "waits"
    CONFIRMED = "confirmed"
    OPEN = "open"


_ADDRESS = re.compile(r"^[^@\s<>,;\x00-\x1f]{1,64}@[^@\s<>,;\x00-\x1f]+\.[^@\s<>,;.\x00-\x1f]{2,}$")


def is_address(text: str) -> bool:
    """Whether it looks like one email address, and nothing besides."""
    return len(text) <= 254 and _ADDRESS.match(text.strip()) is not None
