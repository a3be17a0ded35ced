"""The CRM Manager's sentences about one segment or one lead."""

from collections.abc import Mapping, Sequence
from typing import Any

from agents.claims import is_given, named, reason_to_act
from agents.playbooks.transcript import AnsweredCall
from domain.customers import SEGMENT_NAMES
from domain.figure import FigureRef
from domain.message import Message, message
from domain.report import Claim


def segment_name(segment: str) -> Message:
    """A segment as it stands inside a sentence."""
    return Message(key=f"customers.segment.{segment}" if segment in SEGMENT_NAMES else "customers.a_segment")


def refs(answer: AnsweredCall, *path: str | int) -> dict[str, FigureRef]:
    """Every number at a place of an answer, as a figure by its name."""
    node: Any = answer.result
    for part in path:
        node = node[part]
    return {key: answer.ref(*path, key) for key, value in node.items() if isinstance(value, dict) and "unit" in value}


def message_of(advice: AnsweredCall, at: int) -> Claim:
    """Why a segment should be written to, or why a test pays."""
    line = (advice.result or {})["lines"][at]
    if_no = Message(key="customers.message.if_no_test") if line["decision"] == "test" else None
    return reason_to_act([_reason_to_write(line)], {**refs(advice), **refs(advice, "lines", at)}, if_no)


def _reason_to_write(line: Mapping[str, Any]) -> Message:
    if line["decision"] == "test":
        is_first = is_given(line, "no_evidence")
        return Message(key="customers.message.first_test" if is_first else "customers.message.another_test")
    is_proven = line.get("bought") and line.get("bought_anyway")
    key = "customers.message.send_again" if is_proven else "customers.message.send"
    return message(key, segment=segment_name(line["segment"]))


def follow_up_of(pipeline: AnsweredCall, at: int) -> Claim:
    """Why a person should get back to a lead."""
    lead = (pipeline.result or {})["leads"][at]
    figures = {**refs(pipeline), **refs(pipeline, "leads", at)}
    return reason_to_act([message("customers.follow_up", lead=lead_code(str(lead["lead"])))], figures)


def follow_ups_of(pipeline: AnsweredCall, places: Sequence[int]) -> Claim:
    """Why a person should get back to the leads at these places, the most valuable first."""
    if len(places) == 1:
        return follow_up_of(pipeline, places[0])
    first = (pipeline.result or {})["leads"][places[0]]
    figures = {**refs(pipeline), "first_value": pipeline.ref("leads", places[0], "value")}
    return reason_to_act([message("customers.follow_ups", lead=lead_code(str(first["lead"])))], figures)


def lead_code(code: str) -> str | Message:
    """The lead's code as prose can carry it."""
    return named(code.strip(), "customers.no_code")
