"""Customers: the actions that write to a segment, part of it left unwritten at random, and that get back to a lead."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from pydantic import Field, StrictBool

from domain.kind import ActionKind, Facts, Int64, LeavesHouse, Leaving, LongName, Parameters, Reversibility, Way, Words
from domain.money import BPS, Currency

DECIDED_DAYS = 42
"""A lead that was neither won nor lost so long after it was opened tells nothing more by waiting."""
LARGEST_AUDIENCE = 10**6
WINDOW_DAYS = 14
"""How long after a message its effect is counted; groups are compared over the same days."""
COMPLAINT_DAYS = 60
"""A complaint counts as open for so long after it was written."""

Segment = Literal[
    "champions", "loyal", "promising", "new", "cannot_lose", "at_risk", "one_time", "hibernating", "lost", "buyers"
]
"""A segment of recency, frequency and spend (`analytics/customers/rfm.py`); `buyers` is all of them."""

SEGMENT_NAMES: Mapping[str, Words] = {
    "champions": Words("the best customers", "die besten Kunden"),
    "loyal": Words("loyal customers", "treue Kunden"),
    "promising": Words("promising customers", "vielversprechende Kunden"),
    "new": Words("new customers", "neue Kunden"),
    "cannot_lose": Words("once good customers who stay away", "früher gute Kunden, die ausbleiben"),
    "at_risk": Words("customers at risk of staying away", "abwanderungsgefährdete Kunden"),
    "one_time": Words("customers with one order", "Kunden mit einer einzigen Bestellung"),
    "hibernating": Words("customers quiet for some time", "länger ruhige Kunden"),
    "lost": Words("customers quiet for very long", "sehr lange ruhige Kunden"),
    "buyers": Words("all buyers", "alle Käufer"),
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


class SegmentMessage(Parameters):
    """`segment.message`: write to part of a segment and leave the rest of those drawn unwritten.

    `audience` is the most customers to draw, both groups together; who they are is for the server to say.
    """

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
    def left_alone(self) -> int:
        """How many are left unwritten when everybody is drawn."""
        return self.audience - self.most_written

    @property
    def subject(self) -> str:
        """The subject of the action: two with the same subject compete."""
        return f"message @ {self.segment}"

    @property
    def touches(self) -> frozenset[str]:
        """The subjects it touches: proposals that touch the same are put to each other."""
        return frozenset({"customers"})


class SegmentMessageFacts(Facts):
    """Facts of a message to a segment. The server draws the audience; the counts look at it once more."""

    amount_minor: Int64 = Field(description="what is at stake: the sending, and customers who may turn away")
    recipients: Int64
    held_out: Int64
    recipients_this_week: Int64 = Field(description="written to in the last seven days, without this message")
    max_messages_a_week: Int64
    written_lately: Int64 = Field(description="of the audience, who was drawn within the days of rest")
    opted_out: Int64 = Field(description="of the audience, who asked to be left alone")
    complaining: Int64 = Field(description="of the audience, who complained not long ago")
    owner_gate_minor: Int64
    prediction_low_minor: Int64


SEGMENT_MESSAGE = ActionKind(
    name="segment.message",
    title="Write to a segment",
    parameters=SegmentMessage,
    facts=SegmentMessageFacts,
    list_title=Words("Email {segment}", "Mail an {segment}"),
    text_title=Words(
        "Email {most_written} and leave {left_alone} alone: {segment}",
        "{most_written} anschreiben, {left_alone} nicht: {segment}",
    ),
    told_titles=(
        Words(
            "Email test, {segment}: write to {written}, leave {alone} alone, {cost}",
            "E-Mail-Test, {segment}: {written} anschreiben, {alone} nicht, {cost}",
        ),
        Words("Email {written} of {segment}, {cost}", "{written} anschreiben, {cost}: {segment}"),
    ),
    reversibility=Reversibility.FINAL,
    leaves_house=LeavesHouse(
        content=Leaving.MAIL,
        way=Way.EMAIL,
        today=Words(
            "Those drawn are entered here as written to, and an event tells of them. No email goes out of itself.",
            "Die Gezogenen werden hier als angeschrieben geführt, ein Ereignis meldet sie. Von selbst geht keine "
            "E-Mail hinaus.",
        ),
        event="message.campaign_ready",
    ),
    names=(),
    editable=("template", "audience", "holdout_bps"),
    value_names={"segment": SEGMENT_NAMES},
    quiet_after_no=timedelta(days=20),
)


class LeadFollowUp(Parameters):
    """`lead.follow_up`: have a person get back to a lead within some days."""

    kind: Literal["lead.follow_up"] = "lead.follow_up"
    lead: LongName = Field(description="the lead's code")
    within_days: int = Field(ge=0, le=90)
    currency: Currency

    @property
    def subject(self) -> str:
        """The subject of the action: two with the same subject compete."""
        return f"lead @ {self.lead}"

    @property
    def touches(self) -> frozenset[str]:
        """The subjects it touches: proposals that touch the same are put to each other."""
        return frozenset({f"lead {self.lead}"})


class LeadFollowUpFacts(Facts):
    """Facts of a lead that a person is to get back to."""

    amount_minor: Int64 = Field(description="what the lead would order")
    is_closed: StrictBool = Field(description="it has been won or lost")
    is_in_hand: StrictBool = Field(description="a next step is due already")
    owner_gate_minor: Int64


LEAD_FOLLOW_UP = ActionKind(
    name="lead.follow_up",
    title="Get back to a lead",
    parameters=LeadFollowUp,
    facts=LeadFollowUpFacts,
    list_title=Words("Get back to lead {lead}", "Bei Anfrage {lead} nachfassen"),
    text_title=Words(
        "Get back to lead {lead} within {within_days:day|days}",
        "Bei Anfrage {lead} innerhalb von {within_days:Tag|Tagen} nachfassen",
    ),
    told_titles=(
        Words(
            "Call back lead {lead}: {worth}, no answer for {silent:day|days}",
            "Anfrage {lead} nachfassen: {worth}, seit {silent:Tag|Tagen} ohne Antwort",
        ),
        Words("Call back lead {lead}: {worth}", "Anfrage {lead} nachfassen: {worth}"),
    ),
    reversibility=Reversibility.REVERSIBLE,
    leaves_house=LeavesHouse(
        content=Leaving.NOTHING,
        way=Way.NONE,
        today=Words(
            "A task for sales is put on the list here; the customer hears nothing until somebody calls.",
            "Hier entsteht eine Aufgabe für den Vertrieb; der Kunde hört erst etwas, wenn jemand anruft.",
        ),
    ),
    names=("lead",),
    editable=("within_days",),
    quiet_after_no=timedelta(days=13),
)
