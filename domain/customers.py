"""Customers: the actions that write to a segment, part of it left unwritten at random, and that get back to leads."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field, StrictBool, field_validator, model_validator

from domain.kind import (
    ActionKind,
    Facts,
    Int64,
    LeavesHouse,
    Leaving,
    LongName,
    Name,
    Parameters,
    Reversibility,
    Way,
    Words,
)
from domain.money import BPS, Currency

DECIDED_DAYS = 42
"""A lead that was neither won nor lost so long after it was opened tells nothing more by waiting."""
MOST_LEADS = 100
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
    offer: tuple[Name, ...] = Field(default=(), max_length=5, description="SKUs that the text recommends")
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
        by_mail=Words(
            "The text above goes by email to each customer drawn. They count as written to once the mail server has "
            "taken theirs; the answer is measured from then on.",
            "Der Text oben geht per E-Mail an die gezogenen Kunden. Als angeschrieben gelten sie erst, wenn der "
            "Mailserver die E-Mail angenommen hat; ab dann wird gemessen.",
        ),
        by_hand=Words(
            "STOP: no email is set up, so nothing is sent. Yes reserves those drawn and makes a list with the text "
            "for you to send; nobody counts as written to, and nothing is measured, until you tick it as handed over.",
            "HALT: Es ist kein E-Mail-Versand eingerichtet, es wird nichts versandt. Ein Ja reserviert die Gezogenen "
            "und erstellt eine Liste mit dem Text zum Versenden; niemand gilt als angeschrieben und nichts wird "
            "gemessen, bis Sie sie als weitergegeben abhaken.",
        ),
        event="message.campaign_ready",
    ),
    names=(),
    editable=("template", "audience", "holdout_bps", "offer"),
    value_names={"segment": SEGMENT_NAMES},
    quiet_after_no=timedelta(days=20),
)


class LeadFollowUp(Parameters):
    """`lead.follow_up`: have a person get back to one lead or several within some days."""

    kind: Literal["lead.follow_up"] = "lead.follow_up"
    leads: tuple[LongName, ...] = Field(min_length=1, max_length=MOST_LEADS, description="the leads' codes")
    within_days: int = Field(ge=0, le=90)
    currency: Currency

    @model_validator(mode="before")
    @classmethod
    def _of_one_lead(cls, given: Any) -> Any:
        """One lead may be named as `lead`."""
        if not isinstance(given, Mapping) or "lead" not in given or "leads" in given:
            return given
        return {**{name: value for name, value in given.items() if name != "lead"}, "leads": [given["lead"]]}

    @field_validator("leads")
    @classmethod
    def _each_once(cls, leads: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(leads)) < len(leads):
            raise ValueError("a lead is named twice")
        return leads

    @property
    def subject(self) -> str:
        """The subject of the action: two with the same subject compete, and so do two about several leads."""
        return f"lead @ {self.leads[0]}" if len(self.leads) == 1 else "leads"

    @property
    def touches(self) -> frozenset[str]:
        """The subjects it touches: proposals that touch the same are put to each other."""
        return frozenset(f"lead {lead}" for lead in self.leads)


class LeadFollowUpFacts(Facts):
    """Facts of leads that a person is to get back to."""

    amount_minor: Int64 = Field(description="what the lead that is worth most would order")
    is_closed: StrictBool = Field(description="all of them have been won or lost")
    is_in_hand: StrictBool = Field(description="a next step is due already for each that is open")
    owner_gate_minor: Int64


LEAD_FOLLOW_UP = ActionKind(
    name="lead.follow_up",
    title="Get back to a lead",
    parameters=LeadFollowUp,
    facts=LeadFollowUpFacts,
    list_title=Words("Get back to {leads:lead|leads}", "Bei {leads:Anfrage|Anfragen} nachfassen"),
    text_title=Words(
        "Get back to {leads:lead|leads} within {within_days:day|days}",
        "Bei {leads:Anfrage|Anfragen} innerhalb von {within_days:Tag|Tagen} nachfassen",
    ),
    told_titles=(
        Words(
            "Call back lead {lead}: {worth}, no answer for {silent:day|days}",
            "Anfrage {lead} nachfassen: {worth}, seit {silent:Tag|Tagen} ohne Antwort",
        ),
        Words("Call back lead {lead}: {worth}", "Anfrage {lead} nachfassen: {worth}"),
        Words(
            "Call back {leads:lead|leads}: {worth}, up to {silent:day|days} without answer",
            "{leads:Anfrage|Anfragen} nachfassen: {worth}, bis {silent:Tag|Tage} ohne Antwort",
        ),
    ),
    reversibility=Reversibility.REVERSIBLE,
    leaves_house=LeavesHouse(
        content=Leaving.NOTHING,
        way=Way.NONE,
        by_hand=Words(
            "Yes puts a task for sales on the list here; the customer hears nothing until somebody calls.",
            "Ein Ja legt hier eine Aufgabe für den Vertrieb an; der Kunde hört erst etwas, wenn jemand anruft.",
        ),
    ),
    names=("leads",),
    editable=("within_days", "leads[]"),
    quiet_after_no=timedelta(days=13),
)
