"""The CRM Manager's report: who should be written to and who not, which leads wait, and what remains unanswered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agents.claims import claim, is_given, missing, reasons_of, subject_of
from agents.playbooks.customers.prose import follow_up_of, lead_code, message_of, refs, segment_name
from agents.playbooks.transcript import AnsweredCall
from domain.message import Message, message, sentences
from domain.report import AgentReport, Claim, Finding, FindingSeverity

_MOST_LEADS = 12
_STATUSES = ("send", "test", "wait", "leave", "abstained")


@dataclass(frozen=True)
class CrmReview:
    """The answers of the three analyses, and what became of the proposals, by segment and by lead."""

    segments: AnsweredCall
    advice: AnsweredCall
    pipeline: AnsweredCall
    messages: Mapping[str, AnsweredCall]
    follow_ups: Sequence[AnsweredCall]

    @property
    def lines(self) -> Sequence[Mapping[str, Any]]:
        return (self.advice.result or {}).get("lines", ())

    @property
    def leads(self) -> Sequence[Mapping[str, Any]]:
        return (self.pipeline.result or {}).get("leads", ())

    @property
    def advised_messages(self) -> list[tuple[int, Mapping[str, Any]]]:
        """The segments that the analysis would write to, with their places."""
        return [(at, line) for at, line in enumerate(self.lines) if line["decision"] in ("send", "test")]

    @property
    def advised_follow_ups(self) -> list[tuple[int, Mapping[str, Any]]]:
        return [(at, lead) for at, lead in enumerate(self.leads) if lead["decision"] == "follow_up"]

    @property
    def proposals(self) -> list[UUID]:
        answers = [*self.messages.values(), *self.follow_ups]
        return [UUID(answer.result["proposal"]) for answer in answers if answer.result]


def write_report(review: CrmReview) -> AgentReport:
    """Findings on messages, customers and leads; the proposals that were stored; what is missing."""
    return AgentReport(
        summary=_summary(review),
        findings=[*_messages(review), *_anyway(review), *_turned_away(review), *_silent(review), *_leads(review)],
        proposals=review.proposals,
        **missing([*_missing(review), *_refused(review)]),
    )


def _summary(review: CrmReview) -> Claim:
    lines, figures = list[Message](), {}
    if review.advice.result is not None:
        figures |= {"measured": review.advice.ref("measured"), "running": review.advice.ref("running")}
        status = review.advice.result.get("status")
        lines.append(Message(key=f"customers.summary.{status if status in _STATUSES else 'abstained'}"))
    if (review.pipeline.result or {}).get("status") not in (None, "abstained"):
        figures |= {key: review.pipeline.ref(key) for key in ("open", "open_value", "cold")}
        lines.append(Message(key="customers.summary.leads"))
    return claim(sentences(lines or [Message(key="customers.summary.unread")]), figures)


def _messages(review: CrmReview) -> Iterator[Finding]:
    for at, line in review.advised_messages:
        yield Finding(subject=_subject(line), claim=message_of(review.advice, at), severity=FindingSeverity.ATTENTION)


def _anyway(review: CrmReview) -> Iterator[Finding]:
    """Segments that respond well and would have done so anyway, and those that would cost more than they bring."""
    for at, line in enumerate(review.lines):
        if line["decision"] != "leave" or not line.get("net"):
            continue
        if is_given(line, "bought_anyway"):
            key = "customers.leave.bought_anyway"
        elif is_given(line, "costs_more"):
            key = "customers.leave.costs_more"
        else:
            continue
        figures = {**refs(review.advice), **refs(review.advice, "lines", at)}
        advice = claim(message(key, segment=segment_name(line["segment"])), figures)
        yield Finding(subject=_subject(line), claim=advice, severity=FindingSeverity.INFO)


def _turned_away(review: CrmReview) -> Iterator[Finding]:
    result = review.advice.result or {}
    if not result or result["turn_away_is_assumed"] or not result["turn_away"]["value"]:
        return
    figures = {"turn_away": review.advice.ref("turn_away"), "window": review.advice.ref("window")}
    turned_away = claim(Message(key="customers.turned_away"), figures)
    yield Finding(subject="Unsubscribed", claim=turned_away, severity=FindingSeverity.ATTENTION)


def _silent(review: CrmReview) -> Iterator[Finding]:
    result = review.segments.result or {}
    segments = enumerate(result.get("segments", ()))
    falling = [(at, segment) for at, segment in segments if segment["falling_silent"]["value"]]
    if not falling or not result.get("value") or result.get("reasons"):
        return
    at, segment = max(falling, key=lambda place: place[1]["falling_silent"]["value"] * place[1]["worth"]["value"])
    figures = {**refs(review.segments), **refs(review.segments, "segments", at)}
    at_risk = claim(message("customers.falling_silent", segment=segment_name(segment["segment"])), figures)
    yield Finding(subject="Falling silent", claim=at_risk, severity=FindingSeverity.INFO)


def _leads(review: CrmReview) -> Iterator[Finding]:
    for at, lead in review.advised_follow_ups[:_MOST_LEADS]:
        subject = f"Lead {subject_of(lead_code(str(lead['lead'])))}"
        yield Finding(subject=subject, claim=follow_up_of(review.pipeline, at), severity=FindingSeverity.ATTENTION)


def _missing(review: CrmReview) -> Iterator[Message]:
    for key, failed, answer in (
        ("customers.missing.customers", "customers.missing.customers_failed", review.segments),
        ("customers.missing.messages", "customers.missing.messages_failed", review.advice),
        ("customers.missing.leads", "customers.missing.leads_failed", review.pipeline),
    ):
        if answer.result is None:
            yield message(failed, error=answer.error)
        elif answer.result["status"] == "abstained" or (answer is review.segments and answer.result["reasons"]):
            yield message(key, reasons=reasons_of(answer.result))


def _refused(review: CrmReview) -> Iterator[Message]:
    for segment, answer in review.messages.items():
        if answer.result is None:
            yield message("customers.missing.message_refused", segment=segment_name(segment))
    if any(answer.result is None for answer in review.follow_ups):
        yield Message(key="customers.missing.follow_ups_refused")


def _subject(line: Mapping[str, Any]) -> str:
    name = subject_of(segment_name(line["segment"]))
    return name[:1].upper() + name[1:]
