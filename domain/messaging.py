"""Messaging's actions: one message to one segment, part of which is left unwritten at random."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.money import BPS, Currency

LARGEST_AUDIENCE = 10**6
WINDOW_DAYS = 14
"""How long after a message its effect is counted; groups are compared over the same days."""
COMPLAINT_DAYS = 60
"""A complaint counts as open for so long after it was written."""

Segment = Literal[
    "champions", "loyal", "promising", "new", "cannot_lose", "at_risk", "one_time", "hibernating", "lost", "buyers"
]
"""A segment of recency, frequency and spend (`analytics/customers/rfm.py`); `buyers` is all of them."""

SEGMENT_NAMES: Mapping[str, tuple[str, str]] = {
    "champions": ("the best customers", "die besten Kunden"),
    "loyal": ("loyal customers", "treue Kunden"),
    "promising": ("promising customers", "vielversprechende Kunden"),
    "new": ("new customers", "neue Kunden"),
    "cannot_lose": ("once good customers who stay away", "früher gute Kunden, die ausbleiben"),
    "at_risk": ("customers at risk of staying away", "abwanderungsgefährdete Kunden"),
    "one_time": ("customers with one order", "Kunden mit einer einzigen Bestellung"),
    "hibernating": ("customers quiet for some time", "länger ruhige Kunden"),
    "lost": ("customers quiet for very long", "sehr lange ruhige Kunden"),
    "buyers": ("all buyers", "alle Käufer"),
}
"""Each segment in English and German, as it stands inside a sentence."""


class Arm(StrEnum):
    """Which of the groups, drawn at random, a customer is in."""

    TREATED = "treated"
    HOLDOUT = "holdout"


class Template(StrEnum):
    """The texts that there are; no other is ever sent."""

    NEWS = "news"
    WELCOME = "welcome"
    MISSED = "missed"


TEXTS: Mapping[Template, Mapping[str, str]] = {
    Template.NEWS: {
        "en": "Hello, here is what is new in our shop. If you would rather not hear from us, answer “unsubscribe”.",
        "de": "Guten Tag, hier sehen Sie, was es bei uns Neues gibt. Wenn Sie keine Nachrichten mehr möchten, "
        "antworten Sie mit „Abmelden“.",
    },
    Template.WELCOME: {
        "en": "Thank you for your first order. Here is what goes well with it. To hear no more from us, answer "
        "“unsubscribe”.",
        "de": "Vielen Dank für Ihre erste Bestellung. Das passt gut dazu. Wenn Sie keine Nachrichten mehr möchten, "
        "antworten Sie mit „Abmelden“.",
    },
    Template.MISSED: {
        "en": "We have not heard from you for a while. Here is what others like. To hear no more from us, answer "
        "“unsubscribe”.",
        "de": "Wir haben länger nichts von Ihnen gehört. Das gefällt anderen gerade. Wenn Sie keine Nachrichten mehr "
        "möchten, antworten Sie mit „Abmelden“.",
    },
}
"""Each text in English and German."""

_FITTING: Mapping[str, Template] = {
    "new": Template.WELCOME,
    "one_time": Template.WELCOME,
    "cannot_lose": Template.MISSED,
    "at_risk": Template.MISSED,
    "hibernating": Template.MISSED,
    "lost": Template.MISSED,
}


def template_for(segment: Segment) -> Template:
    """The text that fits a segment."""
    return _FITTING.get(segment, Template.NEWS)


class SegmentMessage(BaseModel):
    """`segment.message`: write to part of a segment and leave the rest of those drawn unwritten.

    `audience` is the most customers to draw, both groups together; who they are is for the server to say.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["segment.message"] = "segment.message"
    segment: Segment
    template: Template
    audience: int = Field(gt=0, le=LARGEST_AUDIENCE)
    holdout_bps: int = Field(ge=0, le=10_000, description="the share of those drawn that is left unwritten")
    currency: Currency

    @property
    def most_written(self) -> int:
        """How many are written to when everybody is drawn; the others are left unwritten."""
        return self.audience - -(-self.audience * self.holdout_bps // BPS)

    @property
    def subject(self) -> str:
        """What it is about: two with the same subject compete."""
        return f"message @ {self.segment}"

    @property
    def uses(self) -> Mapping[str, int]:
        """What it needs of the brand's resources: its cost is small change, so only people's attention."""
        return {}

    @property
    def touches(self) -> frozenset[str]:
        """What other proposals might be about too: those that touch the same are put to each other."""
        return frozenset({"customers"})
